//! The account that somebody names when they sign in: by its address, or otherwise where the policy allows.

use crate::{
    base::{
        Error,
        fault::Fault,
        identity::{Identity, IdentityKind},
    },
    http::Visit,
    policy::sign_in::SignInPolicy,
    store::{Conn, usernames},
};

/// Returns the canonical address of an account with this identity, by its canonical form; `None` if there is none, or if
/// the policy does not let people sign in by that. An address is its own, with an account or without.
///
/// # Errors
/// [`Error::Database`].
pub async fn find(conn: &mut Conn, policy: &SignInPolicy, key: &str) -> Result<Option<String>, Error> {
    match policy.accepts(IdentityKind::of(key)) {
        true => usernames::email_key(conn, key).await,
        false => Ok(None),
    }
}

/// Checks that somebody typed what people may be named by, to be written to.
///
/// # Errors
/// A [`Fault`] that says what to type.
pub fn judge(site: &Visit<'_>, typed: &Identity) -> Result<(), Fault> {
    let policy = site.at_arrival.sign_in([]);
    match typed.kind().is_some_and(|kind| policy.accepts(kind)) {
        true => Ok(()),
        false if policy.names_by_address_alone() => Err(Fault::new("fault-email")),
        false => Err(Fault::new("fault-identity")),
    }
}

/// Returns the canonical address of the account that was named, or the text that was typed.
///
/// # Errors
/// [`Error::Database`].
pub async fn named(site: &Visit<'_>, typed: &Identity) -> Result<String, Error> {
    let found = match typed.kind() {
        None | Some(IdentityKind::Email) => None,
        Some(_) => find(&mut site.read().await?, &site.at_arrival.sign_in([]), typed.key()).await?,
    };
    Ok(found.unwrap_or_else(|| typed.key().to_owned()))
}
