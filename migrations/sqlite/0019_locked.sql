-- breaks older versions: they know neither `version` nor `scope`, and would sign in with a password that was just replaced
-- `version` goes up with each change of an account, `scope` says what a session reaches.
ALTER TABLE latchkey_accounts ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE latchkey_sessions ADD COLUMN scope TEXT NOT NULL DEFAULT 'full';
UPDATE latchkey_sessions SET scope = 'new_password' WHERE restricted;
ALTER TABLE latchkey_sessions DROP COLUMN restricted;
