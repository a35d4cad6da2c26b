-- Versions in the order of the commits that made them, so that a commit adds to their end. Those of one document are found by
-- going back: from the revision of its row in `docs` to `previous`, again and again.
ALTER TABLE versions RENAME TO versions_before;

CREATE TABLE versions (
    space      INTEGER NOT NULL,
    revision   INTEGER NOT NULL,
    doc        INTEGER NOT NULL,
    previous   INTEGER,
    state      INTEGER,
    delta      BLOB    NOT NULL,
    at         INTEGER,
    actor      BLOB,
    actor_name TEXT,
    PRIMARY KEY (space, revision, doc)
) STRICT, WITHOUT ROWID;

-- Only the keys are sorted (the limit has them sorted first). What belongs to no document is kept for a search for damage.
INSERT INTO versions (space, revision, doc, previous, state, delta, at, actor, actor_name)
    SELECT keys.space, keys.revision, keys.doc, old.previous, old.state, old.delta, old.at, old.actor, old.actor_name
    FROM (
        SELECT coalesce(docs.space, 0) AS space, versions_before.revision AS revision, versions_before.doc AS doc
        FROM versions_before LEFT JOIN docs ON docs.no = versions_before.doc
        ORDER BY 1, 2, 3 LIMIT -1
    ) AS keys
    CROSS JOIN versions_before AS old ON old.doc = keys.doc AND old.revision = keys.revision;

DROP TABLE versions_before;
