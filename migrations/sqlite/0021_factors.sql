-- breaks older versions: they would sign people in without their second factor
CREATE TABLE latchkey_factors (
    id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES latchkey_accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    secret BLOB NOT NULL,
    used_step BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE INDEX latchkey_factors_account ON latchkey_factors (account_id);
CREATE INDEX latchkey_factors_kind ON latchkey_factors (kind, account_id);

-- Only digests: the codes were shown once.
CREATE TABLE latchkey_recovery_codes (
    account_id BLOB NOT NULL REFERENCES latchkey_accounts (id) ON DELETE CASCADE,
    digest BLOB NOT NULL,
    PRIMARY KEY (account_id, digest)
);

-- The second factor by which a session or a remembered browser began, and what a pending sign-in leads to, sealed.
ALTER TABLE latchkey_sessions ADD COLUMN factor TEXT;
ALTER TABLE latchkey_sessions ADD COLUMN pending BLOB;
ALTER TABLE latchkey_remembered ADD COLUMN factor TEXT;
