-- Who is signed in where: only the digest of the cookie is stored.
CREATE TABLE latchkey_sessions (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES latchkey_accounts (id) ON DELETE CASCADE,
    digest BYTEA NOT NULL UNIQUE,
    restricted BOOLEAN NOT NULL,
    policy TEXT,
    opened_by BYTEA,
    browser TEXT NOT NULL,
    client TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    fresh_until BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX latchkey_sessions_account ON latchkey_sessions (account_id);
CREATE INDEX latchkey_sessions_expiry ON latchkey_sessions (expires_at);

-- "Keep me signed in": the token in force and, for a moment, the one it replaced.
CREATE TABLE latchkey_remembered (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES latchkey_accounts (id) ON DELETE CASCADE,
    digest BYTEA NOT NULL,
    former BYTEA,
    rotated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX latchkey_remembered_account ON latchkey_remembered (account_id);
CREATE INDEX latchkey_remembered_expiry ON latchkey_remembered (expires_at);
