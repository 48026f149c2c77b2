-- Addresses that accounts have left: for a while they still hear of what happens.
CREATE TABLE former_addresses (
    account_id BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    left_at BIGINT NOT NULL
);

CREATE INDEX former_addresses_account ON former_addresses (account_id);
CREATE INDEX former_addresses_age ON former_addresses (left_at);
