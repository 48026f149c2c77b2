//! Generated passwords: each works once, at sign-in, and leads to the form for a new one.

use uuid::Uuid;

use super::gate::{self, Goal, Passed, Proof};
use crate::{
    app::App,
    base::{
        Error,
        key::{Key, Purpose},
    },
    core::event::{Event, EventKind},
    hashing::password::Password,
    http::{Visit, throttle::SignIn},
    policy::Policy,
    store::{
        accounts::{self, AccountRow, Locked},
        keys::{self, KeyRow},
    },
};

/// Returns the digest stored for a generated password of an account.
pub fn digest(app: &App, account: &AccountRow, password: &str) -> Vec<u8> {
    app.keyring.mac("temporary", &[password.as_bytes(), account.id.as_bytes()])
}

/// Returns the live generated password of an account, if `typed` matches it. Costs the same without an account.
///
/// # Errors
/// [`Error::Database`].
pub async fn find(
    site: &Visit<'_>,
    account: Option<&AccountRow>,
    typed: &Password,
) -> Result<Option<KeyRow>, Error> {
    let id = account.map_or(Uuid::nil(), |account| account.id);
    let row = keys::of_account(&mut site.read().await?, id, Purpose::Temporary, site.now()).await?;
    // Compares even if there is no such password, to take the same time.
    let right = is_generated(site, id, row.as_ref().map_or(&[], |row| &row.digest), typed);
    Ok(row.filter(|_| right))
}

/// True if `typed` is the generated password with this digest.
pub fn is_generated(site: &Visit<'_>, account: Uuid, digest: &[u8], typed: &Password) -> bool {
    let typed = Key::parse_code(typed.as_str());
    site.keyring.verifies(digest, "temporary", &[typed.expose().as_bytes(), account.as_bytes()])
}

/// Records that its owner has signed in once, to the form for a new password.
///
/// # Errors
/// [`Error::Database`].
pub async fn note(site: &Visit<'_>, account: &mut Locked<'_>, policy: &Policy) -> Result<(), Error> {
    let asked = site.caller();
    let event = Event::new(EventKind::ResetSignedInOnce, account.id).from(&asked).under(policy);
    event.write(site.app, account.tx()).await
}

/// Signs in once with a generated password, to the form for a new one; `None` if it was used or the account changed
/// meanwhile, or if the policy at arrival does not accept it. Refunds `counted`, the try, on success.
///
/// # Errors
/// [`Error::Database`].
pub async fn sign_in(
    site: &Visit<'_>,
    account: &AccountRow,
    counted: &SignIn<'_>,
    key: KeyRow,
) -> Result<Option<Passed>, Error> {
    let Some(policy) = site
        .issued_policy(key.policy.as_ref())
        .filter(|issued| site.policy_at_arrival(account).accepts(issued))
    else {
        return Ok(None);
    };
    let now = site.now();
    let mut tx = site.begin().await?;
    let Some(mut account) = accounts::lock_spending(&mut tx, account, [key.id], now).await? else {
        return Ok(None);
    };
    let proof = Proof::Temporary(&key.digest);
    let passed = gate::pass(site, &mut account, proof, None, Goal::Form(&policy)).await?;
    if passed.has_entered() {
        note(site, &mut account, &policy).await?;
    }
    counted.refund(site.app, account.tx()).await?;
    tx.commit().await?;
    Ok(Some(passed))
}
