-- adds only
-- When the owner of a session last proved their identity, if they did since it began.
ALTER TABLE latchkey_sessions ADD COLUMN proved_at BIGINT;
