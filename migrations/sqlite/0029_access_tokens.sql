-- adds only
-- Personal access tokens: what the scripts of an account sign in with. Only the digest is stored.
CREATE TABLE latchkey_access_tokens (
    id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES latchkey_accounts (id) ON DELETE CASCADE,
    digest BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- Permissions, separated by spaces: it has those that its owner has as well.
    permissions TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- The last use, and the address of the client.
    used_at BIGINT,
    client TEXT
);

CREATE INDEX latchkey_access_tokens_account ON latchkey_access_tokens (account_id);
CREATE INDEX latchkey_access_tokens_expiry ON latchkey_access_tokens (expires_at);
