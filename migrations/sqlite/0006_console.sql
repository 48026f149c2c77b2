-- What the console asks: who did it, and pages of people, messages and events by index alone.
-- An id begins with its time, so that the order of ids is the order of time.
ALTER TABLE latchkey_events ADD COLUMN actor TEXT;
DROP INDEX latchkey_events_at;
DROP INDEX latchkey_events_account;
CREATE INDEX latchkey_events_account ON latchkey_events (account_id, id);
CREATE INDEX latchkey_events_kind ON latchkey_events (kind, id);

-- A role's people in the order of their addresses.
ALTER TABLE latchkey_roles ADD COLUMN email_key TEXT NOT NULL DEFAULT '';
UPDATE latchkey_roles SET email_key = (SELECT email_key FROM latchkey_accounts WHERE latchkey_accounts.id = latchkey_roles.account_id);
CREATE INDEX latchkey_roles_people ON latchkey_roles (role, email_key);

-- What is given up keeps its content until it expires, so that it can be sent again. Messages to nobody are no news.
CREATE INDEX latchkey_outbox_state ON latchkey_outbox (state, id) WHERE kind <> 'none';
CREATE INDEX latchkey_outbox_failing ON latchkey_outbox (id) WHERE state = 'waiting' AND trouble IS NOT NULL;
CREATE INDEX latchkey_outbox_kept ON latchkey_outbox (expires_at) WHERE state = 'given_up' AND length(sealed) > 0;

-- How often something happened in a day, written in its transaction: pictures of months read no events.
-- `bucket` is how long it took, see tally.rs; of what takes no time, a number drawn so that few wait for one row.
CREATE TABLE latchkey_tallies (
    day BIGINT NOT NULL,
    kind TEXT NOT NULL,
    policy TEXT NOT NULL,
    bucket BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (day, kind, policy, bucket)
);

INSERT INTO latchkey_tallies SELECT at / 86400000, kind, COALESCE(policy, ''), -1, COUNT(*) FROM latchkey_events
    WHERE kind IN ('reset.issued', 'reset.completed') GROUP BY at / 86400000, kind, COALESCE(policy, '');
