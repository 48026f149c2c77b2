-- adds only
-- What was done once to the rows of an earlier version, such as to write phone numbers in E.164.
CREATE TABLE latchkey_upkeep (
    name TEXT PRIMARY KEY NOT NULL,
    done_at BIGINT NOT NULL
);
