-- What writes with an idempotency key were answered: one row a key. `body` is JSON and holds no content; `revision` is the one the
-- write took, or the head it saw.
CREATE TABLE answers (
    token       BLOB    NOT NULL,
    key         TEXT    NOT NULL,
    space       INTEGER NOT NULL,
    fingerprint BLOB    NOT NULL,
    at          INTEGER NOT NULL,
    revision    INTEGER NOT NULL,
    body        TEXT    NOT NULL,
    PRIMARY KEY (token, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_by_age ON answers (space, at);
