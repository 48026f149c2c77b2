-- adds only
-- Keys that are over, by digest alone: whoever holds such a link is told why it no longer works. Nothing here says whose it
-- was. `browser` is the digest of the mark of the browser that used it, `place` the page that this led to.
CREATE TABLE latchkey_spent (
    digest BYTEA PRIMARY KEY,
    reason TEXT NOT NULL,
    browser BYTEA,
    place TEXT NOT NULL,
    spent_at BIGINT NOT NULL
);

CREATE INDEX latchkey_spent_age ON latchkey_spent (spent_at);
