-- A database of the first version on postgres, with an account signed in, a live key, a message that waits and a registration
-- to confirm. What would have expired by now does so in 2100.
-- People who can sign in. `email` is where mail goes, `email_key` is its canonical form, by which accounts are found.
-- An unusable password is '!'.
CREATE TABLE accounts (
    id UUID PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    phone TEXT,
    phone_usable_at BIGINT,
    fields TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    held_until BIGINT NOT NULL
);

CREATE TABLE roles (
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    PRIMARY KEY (account_id, role)
);

-- Registrations and invitations whose address nobody has confirmed yet: not accounts.
CREATE TABLE registrations (
    id UUID PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    fields TEXT NOT NULL,
    roles TEXT NOT NULL,
    invited BOOLEAN NOT NULL,
    browser BYTEA,
    digest BYTEA NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX registrations_email ON registrations (email_key);
CREATE INDEX registrations_expiry ON registrations (expires_at);

-- Live keys and codes, by digest. A spent, superseded or revoked key has no row.
-- `parent` is the first key of a second one; `browser` the digest of the mark it is bound to.
CREATE TABLE keys (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    digest BYTEA NOT NULL UNIQUE,
    parent UUID,
    policy TEXT,
    browser BYTEA,
    sealed BYTEA,
    tries BIGINT NOT NULL,
    minted BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    pressed_at BIGINT,
    expires_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX keys_one_live ON keys (account_id, purpose) WHERE purpose <> 'undo';
CREATE INDEX keys_account ON keys (account_id);
CREATE INDEX keys_expiry ON keys (expires_at);

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

-- What is to be done after the answer: messages, and requests for a reset. `sealed` is emptied once it is done.
CREATE TABLE outbox (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    account_id UUID,
    key_id UUID,
    attempts BIGINT NOT NULL,
    trouble TEXT,
    created_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    done_at BIGINT
);

CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'waiting';
CREATE INDEX outbox_account ON outbox (account_id) WHERE state = 'waiting';
CREATE INDEX outbox_done ON outbox (done_at);

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

-- The servers that share this database, and which policy each has in force.
CREATE TABLE replicas (
    id UUID PRIMARY KEY,
    policy TEXT NOT NULL,
    seen_at BIGINT NOT NULL
);

-- What the owner asked for, in a browser that had signed in before, no stranger's request supersedes.
ALTER TABLE keys ADD COLUMN asked_by_owner BOOLEAN NOT NULL DEFAULT FALSE;

-- Addresses that accounts have left: for a while they still hear of what happens.
CREATE TABLE former_addresses (
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    left_at BIGINT NOT NULL
);

CREATE INDEX former_addresses_account ON former_addresses (account_id);
CREATE INDEX former_addresses_age ON former_addresses (left_at);

-- Invitations in the order of their addresses, without what strangers registered.
CREATE INDEX registrations_invited ON registrations (email_key) WHERE invited;

INSERT INTO accounts (id, email, email_key, password_hash, enabled, phone, phone_usable_at, fields, created_at, changed_at, held_until)
    VALUES ('01a22472-4b7b-75ad-b6cd-f2622eac58e5', 'ann@example.com', 'ann@example.com', 'hmac-sha384:01c12dd7:$2b$04$5VhMoVopKPXJqonjACKDiO.0qhxwcQX5zKuqkQwispGMP6Ahn2Ahe', TRUE, NULL, NULL, '{}', 1795907799931, 1795907801166, 0);
INSERT INTO accounts (id, email, email_key, password_hash, enabled, phone, phone_usable_at, fields, created_at, changed_at, held_until)
    VALUES ('01a22472-4bc8-7227-8c12-c5b9ac05cfaf', 'dora@example.com', 'dora@example.com', 'hmac-sha384:01c12dd7:$2b$04$iOl7cDRGHFkhuFkpMwJjNOdnPVKHgxA1uYR4dGW5wW0GE8dH9l4bO', TRUE, NULL, NULL, '{}', 1795907800008, 1795907802204, 0);
INSERT INTO roles (account_id, role, email_key)
    VALUES ('01a22472-4b7b-75ad-b6cd-f2622eac58e5', 'editor', 'ann@example.com');
INSERT INTO registrations (id, email, email_key, password_hash, fields, roles, invited, browser, digest, created_at, expires_at)
    VALUES ('01a22472-50f2-7e95-a32f-886168ae12f8', 'bob@example.com', 'bob@example.com', 'hmac-sha384:01c12dd7:$2b$04$Ip29Uvz/.PncWoEK0nsifOSndc0093KWbwE/1.lzdq9R8APRx/VVG', '{}', '', FALSE, '\x43a3dcfe494d13b7af8df943b438a8c087420bc4baace1548d77f0c79d0afe3c', '\x2f29ab4a4bee33b3649b4fa2dcf3dfcad87d0c82003b6c25e2f0a0c3baab13f6', 1795907801330, 4102444800000);
INSERT INTO keys (id, account_id, purpose, digest, parent, policy, browser, sealed, tries, minted, issued_at, pressed_at, expires_at, asked_by_owner)
    VALUES ('01a22472-5051-7847-95d1-4c07185445a6', '01a22472-4b7b-75ad-b6cd-f2622eac58e5', 'reset', '\x2dc7f78c244c452f26313236101808e6cb839b619a431ccd949cb826283d0c22', NULL, '{"strategy":"set_then_login","channel":"email","key_ttl":"30m","in_flight":"stricter","login_after":true,"may_skip":false}', NULL, NULL, 0, 0, 1795907801169, NULL, 4102444800000, FALSE);
INSERT INTO keys (id, account_id, purpose, digest, parent, policy, browser, sealed, tries, minted, issued_at, pressed_at, expires_at, asked_by_owner)
    VALUES ('01a22472-545c-76ef-b562-97d55676aff9', '01a22472-4bc8-7227-8c12-c5b9ac05cfaf', 'reset', '\x2f08bbe05f7421307260947d35d71a7840e0571924380ccff4a2de61f281a575', NULL, '{"strategy":"set_then_login","channel":"email","key_ttl":"30m","in_flight":"stricter","login_after":true,"may_skip":false}', NULL, NULL, 0, 0, 1795907802204, NULL, 4102444800000, FALSE);
INSERT INTO sessions (id, account_id, digest, restricted, policy, opened_by, browser, client, began_at, fresh_until, seen_at, expires_at)
    VALUES ('01a22472-4bc8-7c34-8c86-4fba7367b645', '01a22472-4bc8-7227-8c12-c5b9ac05cfaf', '\xbc54bf24e8dceb255bc17f6560796b3d4785c9365b8d76df82c5bc82a1f599fb', FALSE, NULL, NULL, 'Linux', '127.0.0.1', 1795907800008, 1795908700008, 4102444800000, 4102444800000);
INSERT INTO sessions (id, account_id, digest, restricted, policy, opened_by, browser, client, began_at, fresh_until, seen_at, expires_at)
    VALUES ('01a22472-4cdc-7de0-b618-86a58e4ce341', '01a22472-4b7b-75ad-b6cd-f2622eac58e5', '\x8d6bcdded86fa4c4c1c5d8530273b67c0d1dca9ec045be0fb46834d38d7bbc77', FALSE, NULL, NULL, 'Linux', '127.0.0.1', 1795907800284, 1795908700284, 4102444800000, 4102444800000);
INSERT INTO remembered (id, account_id, digest, former, rotated_at, expires_at)
    VALUES ('01a22472-4cdd-7d32-b1c5-d4f4cc0d8b62', '01a22472-4b7b-75ad-b6cd-f2622eac58e5', '\x1e16c1bf29ba9e299ed6c4f6391890d0aa6a4b29e7fdd3d5bfb0c3939e6479bd', NULL, 1795907800285, 4102444800000);
INSERT INTO outbox (id, kind, state, sealed, account_id, key_id, attempts, trouble, created_at, due_at, expires_at, done_at)
    VALUES ('01a22472-4b2c-7b5b-ac95-678251204cf1', 'email', 'sent', '\x', NULL, NULL, 1, NULL, 1795907799852, 1795907859853, 4102444800000, 1795907799912);
INSERT INTO outbox (id, kind, state, sealed, account_id, key_id, attempts, trouble, created_at, due_at, expires_at, done_at)
    VALUES ('01a22472-4ba3-79f9-92c2-b15a9f6f06a7', 'email', 'sent', '\x', NULL, NULL, 1, NULL, 1795907799971, 1795907859975, 4102444800000, 1795907799985);
INSERT INTO outbox (id, kind, state, sealed, account_id, key_id, attempts, trouble, created_at, due_at, expires_at, done_at)
    VALUES ('01a22472-5053-7976-b81e-5715dc82ea21', 'email', 'sent', '\x', '01a22472-4b7b-75ad-b6cd-f2622eac58e5', '01a22472-5051-7847-95d1-4c07185445a6', 1, NULL, 1795907801171, 1795907861177, 4102444800000, 1795907801257);
INSERT INTO outbox (id, kind, state, sealed, account_id, key_id, attempts, trouble, created_at, due_at, expires_at, done_at)
    VALUES ('01a22472-50f3-7a0a-8f0b-1b9b5d996754', 'email', 'sent', '\x', NULL, NULL, 1, NULL, 1795907801331, 1795907861332, 4102444800000, 1795907801340);
INSERT INTO outbox (id, kind, state, sealed, account_id, key_id, attempts, trouble, created_at, due_at, expires_at, done_at)
    VALUES ('01a22472-545c-7055-8245-c92f201b8fc2', 'email', 'waiting', '\x05564941137c5aec2894dd4fddc7c7c2d821e4aa34d548395c0f5a86ca779b97b389eda09ced882220ed3da6e9eee05a7422d42b9c75fc00f5ca4e85455975e86a5dac77a493f4e9aad2df6db2820e0681def594043b7024346ae712059add5110478a7303a4e4fc044a195ddf08baf87631463119c1be19f81ccd748947cfef5339beea54e90308519b99b1900e1b106d62db1eca90cf16b7adb7e0e67a1f729c06c6089c1be55728afc9d22ee99e46a31a8e10c4d004ba59c02bc75612332aaf91ccf8bdcef910d28f4699f898fcb631703bdfe2382e3ad741c73ad6a87a730f4eeb8bbbacf7b91fa1c3f7081c23dcb404b677c7d537e09b44240ec2d91d0e33047bf3f33e9a6e4965d68b7d82eaeddc63bce2e07fadc89f8b1ef5883203303bb70b6e0b0073c07a7e5a', '01a22472-4bc8-7227-8c12-c5b9ac05cfaf', '01a22472-545c-76ef-b562-97d55676aff9', 1, 'the mail server answered 451', 1795907802204, 1795907803844, 4102444800000, NULL);
INSERT INTO events (id, at, kind, account_id, client, policy, detail, actor)
    VALUES ('01a22472-4b7c-7304-a8ac-3dd563b1e483', 1795907799932, 'account.confirmed', '01a22472-4b7b-75ad-b6cd-f2622eac58e5', '127.0.0.1', NULL, NULL, NULL);
INSERT INTO events (id, at, kind, account_id, client, policy, detail, actor)
    VALUES ('01a22472-4bc8-7d49-828a-5235cbb65c7d', 1795907800008, 'account.confirmed', '01a22472-4bc8-7227-8c12-c5b9ac05cfaf', '127.0.0.1', NULL, NULL, NULL);
INSERT INTO events (id, at, kind, account_id, client, policy, detail, actor)
    VALUES ('01a22472-4c7a-728f-801c-201f27acb27c', 1795907800186, 'account.roles_changed', '01a22472-4b7b-75ad-b6cd-f2622eac58e5', '', NULL, '+editor', 'command line');
INSERT INTO events (id, at, kind, account_id, client, policy, detail, actor)
    VALUES ('01a22472-4cdd-73f8-91fa-6f6925d29120', 1795907800285, 'sign_in.completed', '01a22472-4b7b-75ad-b6cd-f2622eac58e5', '127.0.0.1', NULL, NULL, NULL);
INSERT INTO events (id, at, kind, account_id, client, policy, detail, actor)
    VALUES ('01a22472-5054-7670-97aa-f4706f3ad07f', 1795907801172, 'reset.issued', '01a22472-4b7b-75ad-b6cd-f2622eac58e5', '127.0.0.1', 'set_then_login', NULL, NULL);
INSERT INTO events (id, at, kind, account_id, client, policy, detail, actor)
    VALUES ('01a22472-5114-7d9e-89af-c8987940522a', 1795907801364, 'sign_in.failed', '01a22472-4b7b-75ad-b6cd-f2622eac58e5', '127.0.0.1', NULL, NULL, NULL);
INSERT INTO events (id, at, kind, account_id, client, policy, detail, actor)
    VALUES ('01a22472-546e-7a2d-9ac9-9617cd99202d', 1795907802222, 'reset.issued', '01a22472-4bc8-7227-8c12-c5b9ac05cfaf', '127.0.0.1', 'set_then_login', NULL, NULL);
INSERT INTO counts (bucket, tally, expires_at)
    VALUES ('\x05564941a363e2cbcc7aede4acec641fe5baab0475259daa37af8e943e2da4b93f4e6525', 5, 4102444800000);
INSERT INTO counts (bucket, tally, expires_at)
    VALUES ('\x05564941d890ac0369c0278e32bdde5ab70894dbce3e88dbb8407e5ca24500d4ef87d381', 1, 4102444800000);
INSERT INTO counts (bucket, tally, expires_at)
    VALUES ('\x05564941e957a3c577f2724fc7eba756bb87b197772731855ed21b352fee7860e5e15635', 1, 4102444800000);
INSERT INTO counts (bucket, tally, expires_at)
    VALUES ('\x05564941b9cf7f73938a539d7c4b6a44ba360e925e58bebd1be4f9fa0c49e0e2919c626b', 1, 4102444800000);
INSERT INTO counts (bucket, tally, expires_at)
    VALUES ('\x0556494110ee7098d9a3b4ef6f573c98e8654a480a0963bec074866d673384425589aede', 1, 4102444800000);
INSERT INTO counts (bucket, tally, expires_at)
    VALUES ('\x055649418b0a930a15705e9af53e7fa5a9d30fd8d26e53e4e037d31ff5d08cb25f57e5e1', 1, 4102444800000);
INSERT INTO counts (bucket, tally, expires_at)
    VALUES ('\x0556494179dbc901b7e76f393104e437ea55f6e98e0f727d7a765c247c66218013cfdd7a', 1, 4102444800000);
INSERT INTO counts (bucket, tally, expires_at)
    VALUES ('\x05564941ac69e06be1cdd41edbaae567ef2c6fbc5f30182196b84b1de1e71b7407370b2b', 1, 4102444800000);
INSERT INTO tallies (day, kind, policy, bucket, n)
    VALUES (20785, 'message.sent', 'email', 23, 1);
INSERT INTO tallies (day, kind, policy, bucket, n)
    VALUES (20785, 'message.sent', 'email', 15, 1);
INSERT INTO tallies (day, kind, policy, bucket, n)
    VALUES (20785, 'reset.issued', 'set_then_login', 5, 1);
INSERT INTO tallies (day, kind, policy, bucket, n)
    VALUES (20785, 'message.sent', 'email', 25, 1);
INSERT INTO tallies (day, kind, policy, bucket, n)
    VALUES (20785, 'message.sent', 'email', 12, 1);
INSERT INTO tallies (day, kind, policy, bucket, n)
    VALUES (20785, 'reset.issued', 'set_then_login', 8, 1);

CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL,
    installed_on TIMESTAMPTZ NOT NULL DEFAULT now(), success BOOLEAN NOT NULL,
    checksum BYTEA NOT NULL, execution_time BIGINT NOT NULL);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (1, 'accounts', TRUE, '\x1d2035ff4f3d91d88b00773c2e9d25d0c0e233548701ce42b721a16e12244214c439bd8554566a80171d4c38de89e2d9', 1);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (2, 'keys', TRUE, '\xfe55a2179d4608f03fc25608411355269d4814b16c1e57a77d02d9a7079cdf1618a63f3a7017b176f568fe36b96807c5', 1);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (3, 'sessions', TRUE, '\x1d57ce17b4ec5e768bc0c939a08031c4682b564620a4381d96d9b0af7ec8b3d5f123c8f3c371384032bbf2b330a1e8a6', 1);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (4, 'outbox', TRUE, '\x7a8a8644a0f2d3c723c4a93ac5ebc8d8845522041799fcbadfd496f4fb2c817199ad15e1af00a4f5062cd46332fbfea6', 1);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (5, 'events', TRUE, '\xc6ebb709e9bca280fb4c609f4ece228ba602bfb5e99bb279578a28639f5a5a209222e7ff034a260fdf4044b1ecbd4e91', 1);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (6, 'console', TRUE, '\x7a950313025163b6409f4488227d0c1b1259e7d46efa0611e96a270ba2fed658204c51e3164f50a900ef9379f0fccdd3', 1);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (7, 'replicas', TRUE, '\xc2ffc2bb5479d9752a9f29a76df99230543116579ad1217db8190681a1c6acde7ba4aa64cc172882986bb19d4557a4f5', 1);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (8, 'devices', TRUE, '\xd1ce023e16cd133e22be1e9130e3902f47aa2ce4218e1f2793be5713c252b401b49c15ae94020c299f37a273105b5248', 1);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (9, 'former addresses', TRUE, '\xb1f6c2804e7c0cdc0c0dba962e8a3a0cb2f159c35fffe97844226ea2c81fb130d613c6e4b3d2b89f85d797775bc5811d', 1);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (10, 'invitations', TRUE, '\xbadbb463ef644fd1387f4674d961f71b85b251199c5e6e00c28fb19fac4ae220c93026b28d387dbc1fb42395e7420c74', 1);
