-- breaks older versions: what they count is gone
-- What may still be done, by a keyed digest of who does it or whom it concerns: when its bucket will be full again.
-- Nothing that was counted in windows is kept.
DROP TABLE latchkey_counts;

CREATE TABLE latchkey_counts (
    bucket BLOB PRIMARY KEY,
    full_at BIGINT NOT NULL
);

CREATE INDEX latchkey_counts_full ON latchkey_counts (full_at);
