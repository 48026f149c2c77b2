-- adds only
-- Refresh tokens of programs: a row is a family, whose token changes each time it is used.
CREATE TABLE latchkey_refresh_tokens (
    id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES latchkey_accounts (id) ON DELETE CASCADE,
    -- The session that it began with; they end together.
    family BLOB NOT NULL,
    digest BLOB NOT NULL,
    -- Digest of the token before this one, and this one, sealed, for a tab that sends the former a moment later.
    former BLOB,
    next BLOB,
    -- The second factor by which its owner signed in.
    factor TEXT,
    browser TEXT NOT NULL,
    client TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    rotated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX latchkey_refresh_tokens_account ON latchkey_refresh_tokens (account_id);
CREATE INDEX latchkey_refresh_tokens_expiry ON latchkey_refresh_tokens (expires_at);
