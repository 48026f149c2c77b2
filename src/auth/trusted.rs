//! Trusted browsers: where a second factor was proved, and its owner wishes so, the password is enough for a month.
//!
//! The cookie holds one random secret for each of the last few people who trust the browser. Each is good for the account
//! that it was made for, since a row of that account has its digest, and for signing in alone: whoever resets a password
//! is asked, and so is whoever changes the factors, because such a session has proved none.

use std::time::Duration;

use super::gate::{Goal, Proof};
use crate::{
    base::{
        Error,
        factor::FactorKind,
        key::{Key, sha256},
    },
    core::event::{Event, EventKind},
    http::{CookieName, Visit},
    policy::sign_in::SignInPolicy,
    store::{
        self,
        accounts::Locked,
        trusted_browsers::{self, TrustedBrowser},
    },
};

/// Time for which a browser is trusted.
pub const LIFE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Most people who trust one browser; the latest are kept.
const MAX_PEOPLE: usize = 4;
/// Most browsers that one account trusts; the latest are kept.
const MAX_BROWSERS: i64 = 20;

/// Secrets in the cookie.
fn secrets<'r>(site: &Visit<'r>) -> impl Iterator<Item = &'r str> {
    let cookie = site.cookies.get(CookieName::Trusted).unwrap_or_default();
    cookie.split('.').take(MAX_PEOPLE).filter(|secret| Key::parse(secret).is_some())
}

/// Returns the second factor that was proved in this browser, if the account trusts it for this goal.
///
/// # Errors
/// [`Error::Database`].
pub(super) async fn recognise(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    policy: &SignInPolicy,
    proof: Proof<'_>,
    goal: Goal<'_>,
) -> Result<Option<FactorKind>, Error> {
    let by = matches!(proof, Proof::Password | Proof::Code(_) | Proof::Remembered | Proof::Refreshed(_));
    let signs_in = by && matches!(goal, Goal::SignIn { .. });
    if !policy.trusted_browsers || !signs_in {
        return Ok(None);
    }
    let (id, now, client) = (account.id, site.now(), site.client.place());
    for secret in secrets(site) {
        let digest = sha256(secret.as_bytes());
        let found = trusted_browsers::touch(account.tx(), id, &digest, &client, now).await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// A browser that is trusted once the transaction is committed.
#[must_use]
pub struct Trusted(String);

impl Trusted {
    /// Sets the browser's cookie. Call it after the commit.
    pub fn enter(self, site: &Visit<'_>) {
        site.cookies.set(CookieName::Trusted, &self.0, Some(LIFE));
    }
}

/// Trusts this browser, in which `proved` has just been proved.
///
/// # Errors
/// [`Error::Database`].
pub async fn trust(site: &Visit<'_>, account: &mut Locked<'_>, proved: FactorKind) -> Result<Trusted, Error> {
    let (id, now, secret) = (account.id, site.now(), Key::for_link(site.random)?);
    let former: Vec<_> = secrets(site).collect();
    for former in &former {
        trusted_browsers::end_digest(account.tx(), id, &sha256(former.as_bytes())).await?;
    }
    let browser = TrustedBrowser {
        id: store::id(now, site.random)?,
        account_id: id,
        digest: sha256(secret.expose().as_bytes()),
        factor: proved,
        browser: site.client.browser.to_owned(),
        client: site.client.place(),
        created_at: now,
        used_at: None,
        expires_at: now + LIFE,
    };
    trusted_browsers::insert(account.tx(), &browser).await?;
    trusted_browsers::keep(account.tx(), id, MAX_BROWSERS).await?;
    let asked = site.caller();
    Event::new(EventKind::BrowserTrusted, id).from(&asked).write(site.app, account.tx()).await?;
    let secrets: Vec<_> = [secret.expose()].into_iter().chain(former).take(MAX_PEOPLE).collect();
    Ok(Trusted(secrets.join(".")))
}
