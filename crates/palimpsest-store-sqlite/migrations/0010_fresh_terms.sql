-- Changes of terms that are not in `terms` yet: what a group of commits did to those of one space, in the order of the groups. A row
-- that is empty says that nothing before it counts for its space. The last one always stays, so that no number is given twice.
CREATE TABLE fresh_terms (
    no    INTEGER PRIMARY KEY,
    space INTEGER NOT NULL,
    body  BLOB    NOT NULL
) STRICT;
