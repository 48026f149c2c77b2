-- adds only
-- "Keep me signed in": an answer may get lost, so the token that was replaced gets the same next one again, until that was
-- seen, or the session that came with it was used.
ALTER TABLE latchkey_remembered ADD COLUMN next BYTEA;
ALTER TABLE latchkey_remembered ADD COLUMN session_id UUID;

-- In which browser a key's first button was pressed, in words of our own, for the message that offers to start again.
ALTER TABLE latchkey_keys ADD COLUMN pressed_in TEXT;
