//! Test data of a large site, for measurements: people, their roles, events, messages and keys.

use super::{Conn, Tx, sql};
use crate::base::{Error, clock::Time};

/// Number of rows of each kind.
pub struct Size {
    /// Accounts: `person1@example.com` and so on, none of which can sign in.
    pub accounts: i64,
    /// Events, spread evenly over the last `days`.
    pub events: i64,
    /// Messages: 98 of 100 sent, one given up, one expired.
    pub messages: i64,
    /// Keys of "this wasn't me" links, which expire evenly over the next three days.
    pub keys: i64,
    /// Days back to the first event and message.
    pub days: i64,
}

/// True if there are no accounts yet.
pub async fn is_empty(conn: &mut Conn) -> Result<bool, Error> {
    const ANYBODY: &str = "SELECT 1 FROM latchkey_accounts LIMIT 1";
    Ok(sql!(optional(i32,), conn, ANYBODY)?.is_none())
}

/// Inserts all rows.
pub async fn insert(tx: &mut Tx, size: &Size, now: Time) -> Result<(), Error> {
    const ACCOUNTS_SQLITE: &str = "INSERT INTO latchkey_accounts
        (id, email, email_key, password_hash, enabled, phone, phone_usable_at, fields, created_at, changed_at, resets_blocked_until)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
        SELECT unhex(printf('%012x%020x', $2 + i, i)), 'person' || i || '@example.com', 'person' || i || '@example.com',
        '!', i % 50 <> 0, CASE WHEN i % 3 = 0 THEN '+49151' || (10000000 + i) END, CASE WHEN i % 3 = 0 THEN $2 END,
        '{}', $2 + i, $2 + i, 0 FROM n";
    const ACCOUNTS_POSTGRES: &str = "INSERT INTO latchkey_accounts
        (id, email, email_key, password_hash, enabled, phone, phone_usable_at, fields, created_at, changed_at, resets_blocked_until)
        SELECT CAST(lpad(to_hex($2 + i), 12, '0') || lpad(to_hex(i), 20, '0') AS uuid), 'person' || i || '@example.com',
        'person' || i || '@example.com', '!', i % 50 <> 0, CASE WHEN i % 3 = 0 THEN '+49151' || (10000000 + i) END,
        CASE WHEN i % 3 = 0 THEN $2 END, '{}', $2 + i, $2 + i, 0 FROM generate_series(1, $1) AS i";
    const ROLES: &str = "INSERT INTO latchkey_roles (account_id, role, email_key)
        SELECT id, 'editor', email_key FROM latchkey_accounts WHERE phone_usable_at IS NOT NULL AND NOT enabled";
    const EVENTS_SQLITE: &str = "INSERT INTO latchkey_events (id, at, kind, account_id, client, policy, detail, actor)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
        SELECT unhex(printf('%012x%020x', $2 + i * $3, i)), $2 + i * $3,
        CASE i % 6 WHEN 0 THEN 'reset.issued' WHEN 1 THEN 'reset.completed' WHEN 2 THEN 'sign_in.failed'
        ELSE 'sign_in.completed' END, unhex(printf('%012x%020x', $2 + i % $4 + 1, i % $4 + 1)), '192.0.2.' || i % 250,
        CASE WHEN i % 6 < 2 THEN CASE i / 6 % 3 WHEN 0 THEN 'second_key' ELSE 'set_then_login' END END, NULL, NULL FROM n";
    const EVENTS_POSTGRES: &str = "INSERT INTO latchkey_events (id, at, kind, account_id, client, policy, detail, actor)
        SELECT CAST(lpad(to_hex($2 + i * $3), 12, '0') || lpad(to_hex(i), 20, '0') AS uuid), $2 + i * $3,
        CASE i % 6 WHEN 0 THEN 'reset.issued' WHEN 1 THEN 'reset.completed' WHEN 2 THEN 'sign_in.failed'
        ELSE 'sign_in.completed' END,
        CAST(lpad(to_hex($2 + i % $4 + 1), 12, '0') || lpad(to_hex(i % $4 + 1), 20, '0') AS uuid), '192.0.2.' || i % 250,
        CASE WHEN i % 6 < 2 THEN CASE i / 6 % 3 WHEN 0 THEN 'second_key' ELSE 'set_then_login' END END, NULL, NULL
        FROM generate_series(1, $1) AS i";
    const DAILY_STATS: &str = "INSERT INTO latchkey_daily_stats (day, kind, policy, bucket, hits)
        SELECT at / 86400000, kind, policy, 0, COUNT(*) FROM latchkey_events WHERE policy IS NOT NULL
        GROUP BY at / 86400000, kind, policy";
    const MESSAGES_SQLITE: &str = "INSERT INTO latchkey_outbox
        (id, kind, state, sealed, attempts, last_error, created_at, due_at, expires_at, done_at)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
        SELECT unhex(printf('%012x%020x', $2 + i * $3, i)), 'email',
        CASE i % 100 WHEN 0 THEN 'given_up' WHEN 1 THEN 'expired' ELSE 'sent' END, x'', 1,
        CASE i % 100 WHEN 0 THEN '550 no such mailbox' END, $2 + i * $3, $2 + i * $3, $2 + i * $3, $2 + i * $3 FROM n";
    const MESSAGES_POSTGRES: &str = "INSERT INTO latchkey_outbox
        (id, kind, state, sealed, attempts, last_error, created_at, due_at, expires_at, done_at)
        SELECT CAST(lpad(to_hex($2 + i * $3), 12, '0') || lpad(to_hex(i), 20, '0') AS uuid), 'email',
        CASE i % 100 WHEN 0 THEN 'given_up' WHEN 1 THEN 'expired' ELSE 'sent' END, ''::bytea, 1,
        CASE i % 100 WHEN 0 THEN '550 no such mailbox' END, $2 + i * $3, $2 + i * $3, $2 + i * $3, $2 + i * $3
        FROM generate_series(1, $1) AS i";
    const KEYS_SQLITE: &str =
        "INSERT INTO latchkey_keys (id, account_id, purpose, digest, tries, codes_issued, issued_at, expires_at)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
        SELECT unhex(printf('%012x%020x', $2 + i * $3, i)),
        unhex(printf('%012x%020x', $4 + i % $5 + 1, i % $5 + 1)), 'undo',
        unhex(printf('%08x%056x', (i * 2654435761) & 4294967295, i)), 0, 0, $2, $2 + i * $3 FROM n";
    const KEYS_POSTGRES: &str = "INSERT INTO latchkey_keys
        (id, account_id, purpose, digest, tries, codes_issued, issued_at, expires_at)
        SELECT CAST(lpad(to_hex($2 + i * $3), 12, '0') || lpad(to_hex(i), 20, '0') AS uuid),
        CAST(lpad(to_hex($4 + i % $5 + 1), 12, '0') || lpad(to_hex(i % $5 + 1), 20, '0') AS uuid), 'undo',
        decode(lpad(to_hex((i * 2654435761) & 4294967295), 8, '0') || lpad(to_hex(i), 56, '0'), 'hex'), 0, 0, $2,
        $2 + i * $3 FROM generate_series(1, $1) AS i";
    let span = size.days * 24 * 60 * 60 * 1000;
    let since = now.as_millis() - span;
    let accounts = tx.pick(ACCOUNTS_SQLITE, ACCOUNTS_POSTGRES);
    sql!(execute tx, accounts, size.accounts, since)?;
    sql!(execute tx, ROLES)?;
    let events = tx.pick(EVENTS_SQLITE, EVENTS_POSTGRES);
    sql!(execute tx, events, size.events, since, span / size.events.max(1), size.accounts.max(1))?;
    sql!(execute tx, DAILY_STATS)?;
    let messages = tx.pick(MESSAGES_SQLITE, MESSAGES_POSTGRES);
    sql!(execute tx, messages, size.messages, since, span / size.messages.max(1))?;
    let keys = tx.pick(KEYS_SQLITE, KEYS_POSTGRES);
    let (now, step) = (now.as_millis(), 3 * 24 * 60 * 60 * 1000 / size.keys.max(1));
    sql!(execute tx, keys, size.keys, now, step, since, size.accounts.max(1))?;
    Ok(())
}
