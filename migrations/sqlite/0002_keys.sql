-- Live keys and codes, by digest. A spent, superseded or revoked key has no row.
-- `parent` is the first key of a second one; `browser` the digest of the mark it is bound to.
CREATE TABLE latchkey_keys (
    id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES latchkey_accounts (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    parent BLOB,
    policy TEXT,
    browser BLOB,
    sealed BLOB,
    tries BIGINT NOT NULL,
    minted BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    pressed_at BIGINT,
    expires_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX latchkey_keys_one_live ON latchkey_keys (account_id, purpose) WHERE purpose <> 'undo';
CREATE INDEX latchkey_keys_account ON latchkey_keys (account_id);
CREATE INDEX latchkey_keys_expiry ON latchkey_keys (expires_at);
