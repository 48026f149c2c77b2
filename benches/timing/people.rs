//! Addresses to request: strangers, and people in eight states, each address used once.
//!
//! One account and one registration are made through the pages; the others are copies in the database. The username of an
//! account is the beginning of its address.

use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

/// State of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// An account with a verified phone.
    Active,
    /// A registration that nobody has confirmed.
    Unconfirmed,
    /// An account that an admin has disabled.
    Disabled,
    /// An account on hold after "this wasn't me", without a password.
    Held,
    /// An account without a phone.
    Phoneless,
    /// An account with a live key for a reset.
    KeyPending,
    /// An account with a live generated password.
    PasswordPending,
    /// An account with an authenticator app.
    WithApp,
}

impl Known {
    pub const ALL: [Known; 8] = [
        Known::Active,
        Known::Unconfirmed,
        Known::Disabled,
        Known::Held,
        Known::Phoneless,
        Known::KeyPending,
        Known::PasswordPending,
        Known::WithApp,
    ];

    /// Name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Known::Active => "active",
            Known::Unconfirmed => "unconfirmed",
            Known::Disabled => "disabled",
            Known::Held => "held",
            Known::Phoneless => "without a phone",
            Known::KeyPending => "key pending",
            Known::PasswordPending => "generated password",
            Known::WithApp => "with an app",
        }
    }

    /// Address of the person with this number, as long as a stranger's.
    pub fn email(self, number: usize) -> String {
        format!("{}{number:06}@example.com", char::from(b'a' + self as u8))
    }

    /// Creates `count` people in this state from the one account and the one registration, all with this sealed secret of an
    /// app if they have one.
    pub async fn people(self, database: &mut SqliteConnection, count: usize, app: &[u8]) {
        let email = format!("'{}' || printf('%06d', n) || '@example.com'", char::from(b'a' + self as u8));
        let numbers = format!(
            "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count} - 1)"
        );
        if self == Known::Unconfirmed {
            let copy = format!(
                "{numbers} INSERT INTO latchkey_registrations
                (id, email, email_key, password_hash, fields, roles, invited, browser, digest, created_at, expires_at)
                SELECT randomblob(16), {email}, {email}, password_hash, fields, roles, invited, randomblob(32),
                    randomblob(32), created_at, expires_at
                FROM numbers, (SELECT * FROM latchkey_registrations LIMIT 1)"
            );
            return run(database, copy).await;
        }
        let phone = if self == Known::Phoneless { "NULL" } else { "'+49151' || printf('%08d', n)" };
        let (hash, held) = match self {
            Known::Held => ("'!'", "created_at + 100000000000"),
            _ => ("password_hash", "0"),
        };
        let enabled = self != Known::Disabled;
        let copy = format!(
            "{numbers} INSERT INTO latchkey_accounts
            (id, email, email_key, password_hash, enabled, phone, phone_usable_at, fields, created_at, changed_at, resets_blocked_until)
            SELECT randomblob(16), {email}, {email}, {hash}, {enabled}, {phone}, created_at, fields, created_at,
                changed_at, {held}
            FROM numbers, (SELECT * FROM latchkey_accounts WHERE email LIKE 'maria%')"
        );
        run(database, copy).await;
        let first = &self.email(0)[..1];
        let names = format!(
            "INSERT INTO latchkey_usernames (name, look, account_id)
            SELECT substr(email, 1, 7), substr(email, 1, 7), id FROM latchkey_accounts WHERE email LIKE '{first}______@%'"
        );
        run(database, names).await;
        if self == Known::WithApp {
            let secret: String = app.iter().map(|byte| format!("{byte:02x}")).collect();
            let apps = format!(
                "INSERT INTO latchkey_factors (id, account_id, kind, name, secret, used_step, created_at)
                SELECT randomblob(16), id, 'totp', 'app', x'{secret}', 0, created_at
                FROM latchkey_accounts WHERE email LIKE '{first}______@%'"
            );
            return run(database, apps).await;
        }
        let purpose = match self {
            Known::KeyPending => "reset",
            Known::PasswordPending => "temporary",
            _ => return,
        };
        let keys = format!(
            "INSERT INTO latchkey_keys (id, account_id, purpose, digest, policy, tries, codes_issued, issued_at, expires_at)
            SELECT randomblob(16), latchkey_accounts.id, '{purpose}', randomblob(32), one.policy, 0, 0, one.issued_at,
                one.issued_at + 100000000000
            FROM latchkey_accounts, (SELECT * FROM latchkey_keys WHERE purpose = 'reset' LIMIT 1) AS one
            WHERE latchkey_accounts.email LIKE '{first}______@%'"
        );
        run(database, keys).await;
    }
}

/// Address of a stranger.
pub fn stranger(number: usize) -> String {
    format!("z{number:06}@example.com")
}

async fn run(database: &mut SqliteConnection, statement: String) {
    let changed = sqlx::query(AssertSqlSafe(statement)).execute(database).await.expect("a statement");
    assert!(changed.rows_affected() > 0, "people were made");
}

/// Another connection to the server's database.
pub async fn database(file: &std::path::Path) -> SqliteConnection {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
    SqliteConnection::connect_with(&options.busy_timeout(std::time::Duration::from_secs(10)))
        .await
        .expect("the site's database")
}
