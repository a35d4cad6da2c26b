-- Webhooks, one row each; `body` is JSON and has the key of their signatures. What became of a delivery is a row without content.
CREATE TABLE webhooks (
    id    BLOB    NOT NULL PRIMARY KEY,
    space INTEGER NOT NULL,
    token BLOB    NOT NULL,
    body  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
    no      INTEGER PRIMARY KEY,
    webhook BLOB    NOT NULL,
    body    TEXT    NOT NULL
) STRICT;
CREATE INDEX deliveries_by_webhook ON deliveries (webhook, no);
