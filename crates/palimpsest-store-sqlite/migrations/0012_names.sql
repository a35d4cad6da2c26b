-- The order in which objects were named has their names with it, so that a walk through it does not look each of them up.
DROP INDEX titles_by_change;
CREATE INDEX titles_by_change ON titles (space, structure, changed DESC, object, names);
