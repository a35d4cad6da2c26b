-- What a space asks of those who change something that exists: 0 nothing, 1 a condition.
ALTER TABLE spaces ADD COLUMN policy INTEGER NOT NULL DEFAULT 0;

-- The last revision that changed a list or one of its members.
CREATE TABLE lists (
    space   INTEGER NOT NULL,
    list    BLOB    NOT NULL,
    changed INTEGER NOT NULL,
    PRIMARY KEY (space, list)
) STRICT, WITHOUT ROWID;

INSERT INTO lists (space, list, changed)
    SELECT DISTINCT members.space, members.list, spaces.revision
    FROM members JOIN spaces ON spaces.no = members.space;
