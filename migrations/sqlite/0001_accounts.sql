-- People who can sign in. `email` is where mail goes, `email_key` is its canonical form, by which accounts are found.
-- An unusable password is '!'.
CREATE TABLE latchkey_accounts (
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

CREATE TABLE latchkey_roles (
    account_id BLOB NOT NULL REFERENCES latchkey_accounts (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    PRIMARY KEY (account_id, role)
);

-- Registrations and invitations whose address nobody has confirmed yet: not accounts.
CREATE TABLE latchkey_registrations (
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

CREATE INDEX latchkey_registrations_email ON latchkey_registrations (email_key);
CREATE INDEX latchkey_registrations_expiry ON latchkey_registrations (expires_at);
