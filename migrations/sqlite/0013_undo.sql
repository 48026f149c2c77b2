-- breaks older versions: an account that waits to be deleted would be open in them
-- What "this wasn't me" is weighed by, and what it needs for as long as it can be said.
-- `password_set_at` is when the password was chosen. `proved_at` is the same of the newest password that opened the account
-- while it had its present address. `undone_at` is when somebody said "this wasn't me", until the reset after it is complete.
-- `deleted_at` is when the owner deleted the account, which goes for good later.
ALTER TABLE latchkey_accounts ADD COLUMN deleted_at BIGINT;
ALTER TABLE latchkey_accounts ADD COLUMN undone_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE latchkey_accounts ADD COLUMN password_set_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE latchkey_accounts ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX latchkey_accounts_deleted ON latchkey_accounts (deleted_at) WHERE deleted_at IS NOT NULL;

-- Nobody else gets an address while its former account can still be given it back; `proved_at` is the account's own there.
ALTER TABLE latchkey_former_addresses ADD COLUMN email_key TEXT NOT NULL DEFAULT '';
ALTER TABLE latchkey_former_addresses ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0;
UPDATE latchkey_former_addresses SET email_key = lower(email);
CREATE INDEX latchkey_former_addresses_email ON latchkey_former_addresses (email_key, left_at);

-- Who said "this wasn't me" from an address that an account had left, and waits for an admin: what it would be given back.
CREATE TABLE latchkey_claims (
    account_id BLOB NOT NULL REFERENCES latchkey_accounts (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    phone TEXT,
    phone_usable_at BIGINT,
    claimed_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, email_key)
);

CREATE INDEX latchkey_claims_email ON latchkey_claims (email_key);
