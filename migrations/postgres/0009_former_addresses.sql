-- Addresses that accounts have left: for a while they still hear of what happens.
CREATE TABLE latchkey_former_addresses (
    account_id UUID NOT NULL REFERENCES latchkey_accounts (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    left_at BIGINT NOT NULL
);

CREATE INDEX latchkey_former_addresses_account ON latchkey_former_addresses (account_id);
CREATE INDEX latchkey_former_addresses_age ON latchkey_former_addresses (left_at);
