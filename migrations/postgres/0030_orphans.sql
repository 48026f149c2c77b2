-- adds only
-- Messages that carry a key, by account: an index of those that wait seemed free to PostgreSQL for anything that waits.
CREATE INDEX latchkey_outbox_of_account ON latchkey_outbox (account_id) WHERE key_id IS NOT NULL;
DROP INDEX latchkey_outbox_account;
ALTER INDEX latchkey_outbox_of_account RENAME TO latchkey_outbox_account;
