-- One row a space: where its log stands. `schema` is the last revision that changed the space, a structure or a collection.
CREATE TABLE spaces (
    no       INTEGER PRIMARY KEY,
    id       BLOB    NOT NULL UNIQUE,
    log      INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    schema   INTEGER NOT NULL,
    at       INTEGER NOT NULL
) STRICT;

-- The log: one row a commit. `body` is JSON: the objects and parts of the schema it touched, with kinds and paths.
CREATE TABLE log (
    space      INTEGER NOT NULL,
    revision   INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    actor      BLOB,
    actor_name TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    PRIMARY KEY (space, revision)
) STRICT, WITHOUT ROWID;

-- The current version of every space, structure, collection and object, in whatever state.
CREATE TABLE docs (
    no       INTEGER PRIMARY KEY,
    space    INTEGER NOT NULL,
    kind     INTEGER NOT NULL,
    id       BLOB    NOT NULL,
    created  INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    state    INTEGER NOT NULL,
    body     BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX docs_by_id ON docs (space, kind, id);

-- The ways back: what turns the body made at `revision` into that of `previous`. The first version of a document has none.
CREATE TABLE versions (
    doc      INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    previous INTEGER,
    state    INTEGER,
    delta    BLOB    NOT NULL,
    PRIMARY KEY (doc, revision)
) STRICT, WITHOUT ROWID;

-- The object that a block id belongs to: once used, for ever.
CREATE TABLE blocks (
    space  INTEGER NOT NULL,
    id     BLOB    NOT NULL,
    object BLOB    NOT NULL,
    PRIMARY KEY (space, id)
) STRICT, WITHOUT ROWID;

-- The members of lists: objects that can be seen, in the order of the revision that made them, then of their ids.
CREATE TABLE members (
    space   INTEGER NOT NULL,
    list    BLOB    NOT NULL,
    created INTEGER NOT NULL,
    object  BLOB    NOT NULL,
    PRIMARY KEY (space, list, created, object)
) STRICT, WITHOUT ROWID;

-- What each object that can be seen is called: a JSON list, the title first. `changed` is the last revision of the object.
CREATE TABLE titles (
    space     INTEGER NOT NULL,
    object    BLOB    NOT NULL,
    structure TEXT    NOT NULL,
    changed   INTEGER NOT NULL,
    names     TEXT    NOT NULL,
    PRIMARY KEY (space, object)
) STRICT, WITHOUT ROWID;
CREATE INDEX titles_by_change ON titles (space, structure, changed DESC, object);

-- The terms of titles and the objects they lead to.
CREATE TABLE terms (
    space  INTEGER NOT NULL,
    term   BLOB    NOT NULL,
    object BLOB    NOT NULL,
    PRIMARY KEY (space, term, object)
) STRICT, WITHOUT ROWID;

-- Access tokens; `hash` is the SHA-256 of the secret, `body` JSON.
CREATE TABLE tokens (
    id    BLOB NOT NULL PRIMARY KEY,
    hash  BLOB NOT NULL UNIQUE,
    space INTEGER NOT NULL,
    body  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
