-- adds only
-- Browsers in which a sign-in by password owes no second factor. Only the digest of the cookie is stored.
CREATE TABLE latchkey_trusted_browsers (
    id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES latchkey_accounts (id) ON DELETE CASCADE,
    digest BLOB NOT NULL,
    factor TEXT NOT NULL,
    browser TEXT NOT NULL,
    client TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    expires_at BIGINT NOT NULL,
    UNIQUE (account_id, digest)
);

CREATE INDEX latchkey_trusted_browsers_expiry ON latchkey_trusted_browsers (expires_at);
