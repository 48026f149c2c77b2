-- The audit log: appended to in the transaction of what it records.
CREATE TABLE latchkey_events (
    id UUID PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    account_id UUID,
    client TEXT NOT NULL,
    policy TEXT,
    detail TEXT
);

CREATE INDEX latchkey_events_at ON latchkey_events (at);
CREATE INDEX latchkey_events_account ON latchkey_events (account_id, at);

-- How often something was tried, by a keyed digest of who tried it or whom it concerned.
CREATE TABLE latchkey_counts (
    bucket BYTEA PRIMARY KEY,
    tally BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX latchkey_counts_expiry ON latchkey_counts (expires_at);
