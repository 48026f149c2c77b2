-- adds only
-- The outbox as three queues (requests, mail and texts), each by turns: whoever causes much waits behind whoever causes
-- little. Rows of before have the turn 0 and go first. Of who caused an entry nothing is kept but a keyed digest.
ALTER TABLE latchkey_outbox ADD COLUMN queue TEXT NOT NULL DEFAULT 'mail';
ALTER TABLE latchkey_outbox ADD COLUMN cause BYTEA;
ALTER TABLE latchkey_outbox ADD COLUMN turn BIGINT NOT NULL DEFAULT 0;

CREATE INDEX latchkey_outbox_turn ON latchkey_outbox (queue, turn, due_at) WHERE state = 'waiting';
CREATE INDEX latchkey_outbox_cause ON latchkey_outbox (queue, cause, turn) WHERE state = 'waiting';
DROP INDEX latchkey_outbox_due;
