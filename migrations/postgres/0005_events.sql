-- The audit log: appended to in the transaction of what it records.
CREATE TABLE events (
    id UUID PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    account_id UUID,
    client TEXT NOT NULL,
    policy TEXT,
    detail TEXT
);

CREATE INDEX events_at ON events (at);
CREATE INDEX events_account ON events (account_id, at);

-- How often something was tried, by a keyed digest of who tried it or whom it concerned.
CREATE TABLE counts (
    bucket BYTEA PRIMARY KEY,
    tally BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX counts_expiry ON counts (expires_at);
