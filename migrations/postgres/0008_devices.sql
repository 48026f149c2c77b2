-- What the owner asked for, in a browser that had signed in before, no stranger's request supersedes.
ALTER TABLE latchkey_keys ADD COLUMN asked_by_owner BOOLEAN NOT NULL DEFAULT FALSE;
