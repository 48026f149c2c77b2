-- adds only
-- Usernames in their canonical form: those of accounts, and those that accounts have left, which stay reserved for a while.
CREATE TABLE latchkey_usernames (
    name TEXT PRIMARY KEY,
    -- The same for names that look alike.
    look TEXT NOT NULL UNIQUE,
    -- NULL once the account is removed.
    account_id BLOB REFERENCES latchkey_accounts (id) ON DELETE SET NULL,
    -- When the account left it; NULL while it has it.
    left_at BIGINT
);

CREATE UNIQUE INDEX latchkey_usernames_held ON latchkey_usernames (account_id) WHERE left_at IS NULL;
CREATE INDEX latchkey_usernames_account ON latchkey_usernames (account_id);
CREATE INDEX latchkey_usernames_left ON latchkey_usernames (left_at) WHERE left_at IS NOT NULL;
-- People may sign in by their phone number.
CREATE INDEX latchkey_accounts_phone ON latchkey_accounts (phone) WHERE phone IS NOT NULL;

-- The username that a claim would bring back.
ALTER TABLE latchkey_claims ADD COLUMN username TEXT;
