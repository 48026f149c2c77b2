-- adds only
-- A token of a program has the session that it was given with; they end together.
ALTER TABLE latchkey_sessions ADD COLUMN family UUID;
CREATE INDEX latchkey_sessions_family ON latchkey_sessions (family) WHERE family IS NOT NULL;
