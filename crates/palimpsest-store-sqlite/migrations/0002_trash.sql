-- The trash is a list like the others: X'04'. What was trashed before it was one is put there.
INSERT INTO members (space, list, created, object)
SELECT space, X'04', created, id FROM docs WHERE kind = 3 AND state = 1;
