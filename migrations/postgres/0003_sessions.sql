-- Who is signed in where: only the digest of the cookie is stored.
CREATE TABLE sessions (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
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

CREATE INDEX sessions_account ON sessions (account_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- "Keep me signed in": the token in force and, for a moment, the one it replaced.
CREATE TABLE remembered (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    digest BYTEA NOT NULL,
    former BYTEA,
    rotated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX remembered_account ON remembered (account_id);
CREATE INDEX remembered_expiry ON remembered (expires_at);
