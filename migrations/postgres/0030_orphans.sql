-- adds only
-- Messages that carry a key, by account: an index of those that wait seemed free to PostgreSQL for anything that waits.
DROP INDEX latchkey_outbox_account;
CREATE INDEX latchkey_outbox_account ON latchkey_outbox (account_id) WHERE key_id IS NOT NULL;
