//! The account that somebody names when they sign in: by its address, or otherwise where the policy allows.

use crate::{
    base::{
        Error,
        fault::Fault,
        identity::{Identity, IdentityKind},
    },
    http::{Refusal, Visit},
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

/// Checks that somebody typed, in the field with the id `at`, what people may be named by, to be written to.
///
/// # Errors
/// The `refusal` of the form, with a fault that says what to type.
pub fn judge(site: &Visit<'_>, typed: &Identity, at: &str, refusal: Refusal) -> Result<(), Refusal> {
    let policy = site.at_arrival.sign_in([]);
    match typed.kind().is_some_and(|kind| policy.accepts(kind)) {
        true => Ok(()),
        false if policy.names_by_address_alone() => Err(refusal.with(at, Fault::new("fault-email"))),
        false => Err(refusal.with(at, Fault::new("fault-identity"))),
    }
}

/// Returns the canonical address of the account with this identity, by its canonical form, or that form if there is none.
///
/// # Errors
/// [`Error::Database`].
pub async fn named(site: &Visit<'_>, key: &str) -> Result<String, Error> {
    let found = match IdentityKind::of(key) {
        IdentityKind::Email => None,
        _ => find(&mut site.read().await?, &site.at_arrival.sign_in([]), key).await?,
    };
    Ok(found.unwrap_or_else(|| key.to_owned()))
}
