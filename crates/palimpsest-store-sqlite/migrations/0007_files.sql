-- Which content objects name by their files: a row stays as long as a version that names it can be read.
CREATE TABLE files (
    space  INTEGER NOT NULL,
    object BLOB    NOT NULL,
    hash   BLOB    NOT NULL,
    PRIMARY KEY (space, object, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX files_by_hash ON files (hash);

-- Files that are still being sent, one row each; `body` is JSON.
CREATE TABLE uploads (
    id    BLOB    NOT NULL PRIMARY KEY,
    space INTEGER NOT NULL,
    token BLOB    NOT NULL,
    body  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- The secret of this server, in at most one row.
CREATE TABLE secret (
    no    INTEGER NOT NULL PRIMARY KEY CHECK (no = 1),
    bytes BLOB    NOT NULL
) STRICT;
