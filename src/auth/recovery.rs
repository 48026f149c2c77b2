//! Recovery codes: ten, each good once in place of a second factor, shown once and stored as digests.

use uuid::Uuid;

use crate::{
    app::App,
    base::{Error, key::Key},
    store::{Conn, Tx, recovery_codes},
};

/// Number of codes.
pub const CODES: usize = 10;

fn digests(app: &App, account: Uuid, code: &Key) -> Vec<Vec<u8>> {
    app.keyring.macs("recovery code", &[code.expose().as_bytes(), account.as_bytes()]).collect()
}

/// Gives an account new codes, which replace all it has.
///
/// # Errors
/// [`Error::Database`].
pub async fn renew(app: &App, tx: &mut Tx, account: Uuid) -> Result<Vec<Key>, Error> {
    recovery_codes::remove_all(tx, account).await?;
    let mut codes = Vec::new();
    for _ in 0..CODES {
        let code = Key::recovery(app.random)?;
        let current = digests(app, account, &code).swap_remove(0);
        recovery_codes::insert(tx, account, &current).await?;
        codes.push(code);
    }
    Ok(codes)
}

/// Returns the digest of the code that a person typed, if the account has it.
///
/// # Errors
/// [`Error::Database`].
pub async fn find(app: &App, conn: &mut Conn, account: Uuid, typed: &str) -> Result<Option<Vec<u8>>, Error> {
    let stored = recovery_codes::of_account(conn, account).await?;
    let possible = digests(app, account, &Key::parse_code(typed));
    Ok(stored.into_iter().find(|digest| possible.contains(digest)))
}
