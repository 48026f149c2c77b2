-- What the console asks: who did it, and pages of people, messages and events by index alone.
-- An id begins with its time, so that the order of ids is the order of time.
ALTER TABLE events ADD COLUMN actor TEXT;
DROP INDEX events_at;
DROP INDEX events_account;
CREATE INDEX events_account ON events (account_id, id);
CREATE INDEX events_kind ON events (kind, id);

-- By bytes, as SQLite compares, so that an index finds how an address begins.
ALTER TABLE accounts ALTER COLUMN email_key TYPE TEXT COLLATE "C";

-- A role's people in the order of their addresses.
ALTER TABLE roles ADD COLUMN email_key TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE roles SET email_key = (SELECT email_key FROM accounts WHERE accounts.id = roles.account_id);
CREATE INDEX roles_people ON roles (role, email_key);

-- What is given up keeps its content until it expires, so that it can be sent again. Messages to nobody are no news.
CREATE INDEX outbox_state ON outbox (state, id) WHERE kind <> 'none';
CREATE INDEX outbox_failing ON outbox (id) WHERE state = 'waiting' AND trouble IS NOT NULL;
CREATE INDEX outbox_kept ON outbox (expires_at) WHERE state = 'given_up' AND length(sealed) > 0;

-- How often something happened in a day, written in its transaction: pictures of months read no events.
-- `bucket` is how long it took, see tally.rs; of what takes no time, a number drawn so that few wait for one row.
CREATE TABLE tallies (
    day BIGINT NOT NULL,
    kind TEXT NOT NULL,
    policy TEXT NOT NULL,
    bucket BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (day, kind, policy, bucket)
);

INSERT INTO tallies SELECT at / 86400000, kind, COALESCE(policy, ''), -1, COUNT(*) FROM events
    WHERE kind IN ('reset.issued', 'reset.completed') GROUP BY at / 86400000, kind, COALESCE(policy, '');
