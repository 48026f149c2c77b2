-- A database of the first version on sqlite, with an account signed in, a live key, a message that waits and a registration
-- to confirm. What would have expired by now does so in 2100.
-- People who can sign in. `email` is where mail goes, `email_key` is its canonical form, by which accounts are found.
-- An unusable password is '!'.
CREATE TABLE accounts (
    id BLOB PRIMARY KEY,
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
    account_id BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    PRIMARY KEY (account_id, role)
);

-- Registrations and invitations whose address nobody has confirmed yet: not accounts.
CREATE TABLE registrations (
    id BLOB PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    fields TEXT NOT NULL,
    roles TEXT NOT NULL,
    invited BOOLEAN NOT NULL,
    browser BLOB,
    digest BLOB NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX registrations_email ON registrations (email_key);
CREATE INDEX registrations_expiry ON registrations (expires_at);

-- Live keys and codes, by digest. A spent, superseded or revoked key has no row.
-- `parent` is the first key of a second one; `browser` the digest of the mark it is bound to.
CREATE TABLE keys (
    id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    parent BLOB,
    policy TEXT,
    browser BLOB,
    sealed BLOB,
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
    id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    digest BLOB NOT NULL UNIQUE,
    restricted BOOLEAN NOT NULL,
    policy TEXT,
    opened_by BLOB,
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
    id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    digest BLOB NOT NULL,
    former BLOB,
    rotated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX remembered_account ON remembered (account_id);
CREATE INDEX remembered_expiry ON remembered (expires_at);

-- What is to be done after the answer: messages, and requests for a reset. `sealed` is emptied once it is done.
CREATE TABLE outbox (
    id BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    sealed BLOB NOT NULL,
    account_id BLOB,
    key_id BLOB,
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
    id BLOB PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    account_id BLOB,
    client TEXT NOT NULL,
    policy TEXT,
    detail TEXT
);

CREATE INDEX events_at ON events (at);
CREATE INDEX events_account ON events (account_id, at);

-- How often something was tried, by a keyed digest of who tried it or whom it concerned.
CREATE TABLE counts (
    bucket BLOB PRIMARY KEY,
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

-- A role's people in the order of their addresses.
ALTER TABLE roles ADD COLUMN email_key TEXT NOT NULL DEFAULT '';
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
    id BLOB PRIMARY KEY,
    policy TEXT NOT NULL,
    seen_at BIGINT NOT NULL
);

-- What the owner asked for, in a browser that had signed in before, no stranger's request supersedes.
ALTER TABLE keys ADD COLUMN asked_by_owner BOOLEAN NOT NULL DEFAULT FALSE;

-- Addresses that accounts have left: for a while they still hear of what happens.
CREATE TABLE former_addresses (
    account_id BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    left_at BIGINT NOT NULL
);

CREATE INDEX former_addresses_account ON former_addresses (account_id);
CREATE INDEX former_addresses_age ON former_addresses (left_at);

-- Invitations in the order of their addresses, without what strangers registered.
CREATE INDEX registrations_invited ON registrations (email_key) WHERE invited;

INSERT INTO accounts (id, email, email_key, password_hash, enabled, phone, phone_usable_at, fields, created_at, changed_at, held_until)
    VALUES (X'01a224724b7b75adb6cdf2622eac58e5', 'ann@example.com', 'ann@example.com', 'hmac-sha384:01c12dd7:$2b$04$5VhMoVopKPXJqonjACKDiO.0qhxwcQX5zKuqkQwispGMP6Ahn2Ahe', TRUE, NULL, NULL, '{}', 1795907799931, 1795907801166, 0);
INSERT INTO accounts (id, email, email_key, password_hash, enabled, phone, phone_usable_at, fields, created_at, changed_at, held_until)
    VALUES (X'01a224724bc872278c12c5b9ac05cfaf', 'dora@example.com', 'dora@example.com', 'hmac-sha384:01c12dd7:$2b$04$iOl7cDRGHFkhuFkpMwJjNOdnPVKHgxA1uYR4dGW5wW0GE8dH9l4bO', TRUE, NULL, NULL, '{}', 1795907800008, 1795907802204, 0);
INSERT INTO roles (account_id, role, email_key)
    VALUES (X'01a224724b7b75adb6cdf2622eac58e5', 'editor', 'ann@example.com');
INSERT INTO registrations (id, email, email_key, password_hash, fields, roles, invited, browser, digest, created_at, expires_at)
    VALUES (X'01a2247250f27e95a32f886168ae12f8', 'bob@example.com', 'bob@example.com', 'hmac-sha384:01c12dd7:$2b$04$Ip29Uvz/.PncWoEK0nsifOSndc0093KWbwE/1.lzdq9R8APRx/VVG', '{}', '', FALSE, X'43a3dcfe494d13b7af8df943b438a8c087420bc4baace1548d77f0c79d0afe3c', X'2f29ab4a4bee33b3649b4fa2dcf3dfcad87d0c82003b6c25e2f0a0c3baab13f6', 1795907801330, 4102444800000);
INSERT INTO keys (id, account_id, purpose, digest, parent, policy, browser, sealed, tries, minted, issued_at, pressed_at, expires_at, asked_by_owner)
    VALUES (X'01a224725051784795d14c07185445a6', X'01a224724b7b75adb6cdf2622eac58e5', 'reset', X'2dc7f78c244c452f26313236101808e6cb839b619a431ccd949cb826283d0c22', NULL, '{"strategy":"set_then_login","channel":"email","key_ttl":"30m","in_flight":"stricter","login_after":true,"may_skip":false}', NULL, NULL, 0, 0, 1795907801169, NULL, 4102444800000, FALSE);
INSERT INTO keys (id, account_id, purpose, digest, parent, policy, browser, sealed, tries, minted, issued_at, pressed_at, expires_at, asked_by_owner)
    VALUES (X'01a22472545c76efb56297d55676aff9', X'01a224724bc872278c12c5b9ac05cfaf', 'reset', X'2f08bbe05f7421307260947d35d71a7840e0571924380ccff4a2de61f281a575', NULL, '{"strategy":"set_then_login","channel":"email","key_ttl":"30m","in_flight":"stricter","login_after":true,"may_skip":false}', NULL, NULL, 0, 0, 1795907802204, NULL, 4102444800000, FALSE);
INSERT INTO sessions (id, account_id, digest, restricted, policy, opened_by, browser, client, began_at, fresh_until, seen_at, expires_at)
    VALUES (X'01a224724bc87c348c864fba7367b645', X'01a224724bc872278c12c5b9ac05cfaf', X'bc54bf24e8dceb255bc17f6560796b3d4785c9365b8d76df82c5bc82a1f599fb', FALSE, NULL, NULL, 'Linux', '127.0.0.1', 1795907800008, 1795908700008, 4102444800000, 4102444800000);
INSERT INTO sessions (id, account_id, digest, restricted, policy, opened_by, browser, client, began_at, fresh_until, seen_at, expires_at)
    VALUES (X'01a224724cdc7de0b61886a58e4ce341', X'01a224724b7b75adb6cdf2622eac58e5', X'8d6bcdded86fa4c4c1c5d8530273b67c0d1dca9ec045be0fb46834d38d7bbc77', FALSE, NULL, NULL, 'Linux', '127.0.0.1', 1795907800284, 1795908700284, 4102444800000, 4102444800000);
INSERT INTO remembered (id, account_id, digest, former, rotated_at, expires_at)
    VALUES (X'01a224724cdd7d32b1c5d4f4cc0d8b62', X'01a224724b7b75adb6cdf2622eac58e5', X'1e16c1bf29ba9e299ed6c4f6391890d0aa6a4b29e7fdd3d5bfb0c3939e6479bd', NULL, 1795907800285, 4102444800000);
INSERT INTO outbox (id, kind, state, sealed, account_id, key_id, attempts, trouble, created_at, due_at, expires_at, done_at)
    VALUES (X'01a224724b2c7b5bac95678251204cf1', 'email', 'sent', X'', NULL, NULL, 1, NULL, 1795907799852, 1795907859853, 4102444800000, 1795907799912);
INSERT INTO outbox (id, kind, state, sealed, account_id, key_id, attempts, trouble, created_at, due_at, expires_at, done_at)
    VALUES (X'01a224724ba379f992c2b15a9f6f06a7', 'email', 'sent', X'', NULL, NULL, 1, NULL, 1795907799971, 1795907859975, 4102444800000, 1795907799985);
INSERT INTO outbox (id, kind, state, sealed, account_id, key_id, attempts, trouble, created_at, due_at, expires_at, done_at)
    VALUES (X'01a2247250537976b81e5715dc82ea21', 'email', 'sent', X'', X'01a224724b7b75adb6cdf2622eac58e5', X'01a224725051784795d14c07185445a6', 1, NULL, 1795907801171, 1795907861177, 4102444800000, 1795907801257);
INSERT INTO outbox (id, kind, state, sealed, account_id, key_id, attempts, trouble, created_at, due_at, expires_at, done_at)
    VALUES (X'01a2247250f37a0a8f0b1b9b5d996754', 'email', 'sent', X'', NULL, NULL, 1, NULL, 1795907801331, 1795907861332, 4102444800000, 1795907801340);
INSERT INTO outbox (id, kind, state, sealed, account_id, key_id, attempts, trouble, created_at, due_at, expires_at, done_at)
    VALUES (X'01a22472545c70558245c92f201b8fc2', 'email', 'waiting', X'05564941137c5aec2894dd4fddc7c7c2d821e4aa34d548395c0f5a86ca779b97b389eda09ced882220ed3da6e9eee05a7422d42b9c75fc00f5ca4e85455975e86a5dac77a493f4e9aad2df6db2820e0681def594043b7024346ae712059add5110478a7303a4e4fc044a195ddf08baf87631463119c1be19f81ccd748947cfef5339beea54e90308519b99b1900e1b106d62db1eca90cf16b7adb7e0e67a1f729c06c6089c1be55728afc9d22ee99e46a31a8e10c4d004ba59c02bc75612332aaf91ccf8bdcef910d28f4699f898fcb631703bdfe2382e3ad741c73ad6a87a730f4eeb8bbbacf7b91fa1c3f7081c23dcb404b677c7d537e09b44240ec2d91d0e33047bf3f33e9a6e4965d68b7d82eaeddc63bce2e07fadc89f8b1ef5883203303bb70b6e0b0073c07a7e5a', X'01a224724bc872278c12c5b9ac05cfaf', X'01a22472545c76efb56297d55676aff9', 1, 'the mail server answered 451', 1795907802204, 1795907803844, 4102444800000, NULL);
INSERT INTO events (id, at, kind, account_id, client, policy, detail, actor)
    VALUES (X'01a224724b7c7304a8ac3dd563b1e483', 1795907799932, 'account.confirmed', X'01a224724b7b75adb6cdf2622eac58e5', '127.0.0.1', NULL, NULL, NULL);
INSERT INTO events (id, at, kind, account_id, client, policy, detail, actor)
    VALUES (X'01a224724bc87d49828a5235cbb65c7d', 1795907800008, 'account.confirmed', X'01a224724bc872278c12c5b9ac05cfaf', '127.0.0.1', NULL, NULL, NULL);
INSERT INTO events (id, at, kind, account_id, client, policy, detail, actor)
    VALUES (X'01a224724c7a728f801c201f27acb27c', 1795907800186, 'account.roles_changed', X'01a224724b7b75adb6cdf2622eac58e5', '', NULL, '+editor', 'command line');
INSERT INTO events (id, at, kind, account_id, client, policy, detail, actor)
    VALUES (X'01a224724cdd73f891fa6f6925d29120', 1795907800285, 'sign_in.completed', X'01a224724b7b75adb6cdf2622eac58e5', '127.0.0.1', NULL, NULL, NULL);
INSERT INTO events (id, at, kind, account_id, client, policy, detail, actor)
    VALUES (X'01a224725054767097aaf4706f3ad07f', 1795907801172, 'reset.issued', X'01a224724b7b75adb6cdf2622eac58e5', '127.0.0.1', 'set_then_login', NULL, NULL);
INSERT INTO events (id, at, kind, account_id, client, policy, detail, actor)
    VALUES (X'01a2247251147d9e89afc8987940522a', 1795907801364, 'sign_in.failed', X'01a224724b7b75adb6cdf2622eac58e5', '127.0.0.1', NULL, NULL, NULL);
INSERT INTO events (id, at, kind, account_id, client, policy, detail, actor)
    VALUES (X'01a22472546e7a2d9ac99617cd99202d', 1795907802222, 'reset.issued', X'01a224724bc872278c12c5b9ac05cfaf', '127.0.0.1', 'set_then_login', NULL, NULL);
INSERT INTO counts (bucket, tally, expires_at)
    VALUES (X'05564941a363e2cbcc7aede4acec641fe5baab0475259daa37af8e943e2da4b93f4e6525', 5, 4102444800000);
INSERT INTO counts (bucket, tally, expires_at)
    VALUES (X'05564941d890ac0369c0278e32bdde5ab70894dbce3e88dbb8407e5ca24500d4ef87d381', 1, 4102444800000);
INSERT INTO counts (bucket, tally, expires_at)
    VALUES (X'05564941e957a3c577f2724fc7eba756bb87b197772731855ed21b352fee7860e5e15635', 1, 4102444800000);
INSERT INTO counts (bucket, tally, expires_at)
    VALUES (X'05564941b9cf7f73938a539d7c4b6a44ba360e925e58bebd1be4f9fa0c49e0e2919c626b', 1, 4102444800000);
INSERT INTO counts (bucket, tally, expires_at)
    VALUES (X'0556494110ee7098d9a3b4ef6f573c98e8654a480a0963bec074866d673384425589aede', 1, 4102444800000);
INSERT INTO counts (bucket, tally, expires_at)
    VALUES (X'055649418b0a930a15705e9af53e7fa5a9d30fd8d26e53e4e037d31ff5d08cb25f57e5e1', 1, 4102444800000);
INSERT INTO counts (bucket, tally, expires_at)
    VALUES (X'0556494179dbc901b7e76f393104e437ea55f6e98e0f727d7a765c247c66218013cfdd7a', 1, 4102444800000);
INSERT INTO counts (bucket, tally, expires_at)
    VALUES (X'05564941ac69e06be1cdd41edbaae567ef2c6fbc5f30182196b84b1de1e71b7407370b2b', 1, 4102444800000);
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
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL, execution_time BIGINT NOT NULL);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (1, 'accounts', TRUE, X'9a4efc62e12c5d9e01b31fbdcc763f39450abf155151584afe5cf33d7119e1e7e2ca9dacbfca0ce2038275f3adfa866b', 1);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (2, 'keys', TRUE, X'e3e8a7f287630eb3f005b25747eb49deff61ea5656d65429042e42eb04909f9a96e696399d89371e37c0ddf458f8bcd6', 1);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (3, 'sessions', TRUE, X'3912c2346191ff39cfdd392ae59d45c4013bf02a2bb4bcfa55f4c2829c7999b8fd7179bd07a785ad78826ad60e4c1043', 1);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (4, 'outbox', TRUE, X'6ef86b2ef4ffcc566ecd0524e660d263b923a344c5e3415ba95c83b1cde4e0504bc061c0d7a922a7b8a00d89d229129f', 1);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (5, 'events', TRUE, X'0402798bb7a63277bbbf19e10c9c7ec91b8131110bc49beb551a1e94e413af06a335762a7d0d0ae41c38b1f3a84b0430', 1);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (6, 'console', TRUE, X'98b5727157a726ba685311d5a338e11cb74bead38f4a65454b1ba6a6d8359d9eb5c7442c8d775c390ab1f58ee9f8c8f3', 1);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (7, 'replicas', TRUE, X'501527ced5c6beb36b9a57b70a60bc9e8a39b0a9dc592b2894f4e30f97175753f2293d9daa3ae477cbdd8b4467f24be9', 1);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (8, 'devices', TRUE, X'd1ce023e16cd133e22be1e9130e3902f47aa2ce4218e1f2793be5713c252b401b49c15ae94020c299f37a273105b5248', 1);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (9, 'former addresses', TRUE, X'1ac5ec14fbc66b655859b81f5cc4564b7b7bffccc82ab1fdc5d4663364851a91eaa3f7e4c7807112ab894336eab8ce58', 1);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (10, 'invitations', TRUE, X'badbb463ef644fd1387f4674d961f71b85b251199c5e6e00c28fb19fac4ae220c93026b28d387dbc1fb42395e7420c74', 1);
