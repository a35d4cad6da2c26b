-- The oldest revision at which a space can still be read.
ALTER TABLE spaces ADD COLUMN oldest INTEGER NOT NULL DEFAULT 1;

-- When and by whom a version was committed that compaction made the first one of its document: its log entry is gone.
ALTER TABLE versions ADD COLUMN at INTEGER;
ALTER TABLE versions ADD COLUMN actor BLOB;
ALTER TABLE versions ADD COLUMN actor_name TEXT;

-- Whether the operator erased an object: its body and its ways back have no content.
ALTER TABLE docs ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
