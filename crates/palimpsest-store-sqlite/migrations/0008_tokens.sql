-- A token opens one space or several; its `body` names them.
ALTER TABLE tokens DROP COLUMN space;
UPDATE tokens SET body = json_remove(json_set(body, '$.spaces', json_array(body ->> '$.space')), '$.space');

-- The operator's tokens, which open no space; `hash` is the SHA-256 of the secret, `body` JSON.
CREATE TABLE admin_tokens (
    id   BLOB NOT NULL PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
