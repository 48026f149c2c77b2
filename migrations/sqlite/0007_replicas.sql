-- The servers that share this database, and which policy each has in force.
CREATE TABLE latchkey_replicas (
    id BLOB PRIMARY KEY,
    policy TEXT NOT NULL,
    seen_at BIGINT NOT NULL
);
