//! The key of a message to sign in with: its link and its code are one secret, so that using either ends both.

use rocket::{Route, get, post, routes};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{enter::enter, page::goal, send::Next};
use crate::{
    app::App,
    auth::{
        first::First,
        gate::Proof,
        recipient::Recipient,
        requested::{Requested, SIGN_IN},
    },
    base::{
        Error,
        email::masked,
        key::{Key, Purpose},
    },
    core::place::{Address, Place},
    http::{
        CookieName, KeyShown, KeyedLink, LinkKey, Outcome, Page, SameOrigin, ValidKey, Visit, dead_end::Why,
        keyed,
    },
    policy::{Channel, method::SignInMethod},
    store::{
        accounts::{self, AccountRow},
        keys::{self, KeyRow},
        sessions::SignedIn,
    },
    view::shown::{Until, View},
};

const PURPOSE: &str = "sign-in key";

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![arrive, show, submit]
}

/// What is sealed in the row of a key.
#[derive(Serialize, Deserialize)]
struct Sealed {
    to: Recipient,
    key: String,
}

/// Returns a key with its recipient, sealed for its row.
///
/// # Errors
/// Same as [`Keyring::seal`](crate::base::keyring::Keyring::seal).
pub(super) fn seal(app: &App, to: &Recipient, key: &Key) -> Result<Vec<u8>, Error> {
    let sealed = Sealed { to: to.clone(), key: key.expose().to_owned() };
    let plain = serde_json::to_vec(&sealed).expect("a key is plain data");
    app.keyring.seal(app.random, PURPOSE, &plain)
}

/// Opens the row of a key; `None` if its secret key is gone.
pub(super) fn unseal(app: &App, row: &KeyRow) -> Option<(Recipient, Key)> {
    let plain = app.keyring.open(PURPOSE, row.sealed.as_deref()?).ok()?;
    let Sealed { to, key } = serde_json::from_slice(&plain).ok()?;
    Some((to, Key::parse(&key)?))
}

/// A live key, of an account whose address or phone is still the one that it was sent to.
pub struct MailedKey {
    row: KeyRow,
    account: AccountRow,
    to: Recipient,
}

#[rocket::async_trait]
impl KeyedLink for MailedKey {
    const COOKIE: CookieName = CookieName::SignIn;
    const AGAIN: Place = Place::SignIn;

    async fn find(site: &Visit<'_>, key: &Key) -> Result<Option<Self>, Error> {
        if !site.at_arrival.offers(SignInMethod::EmailLink) {
            return Ok(None);
        }
        let digest = key.digest(&site.keyring);
        match keys::find(&mut site.read().await?, &digest, Purpose::SignIn, site.now()).await? {
            Some(row) => MailedKey::of(site, row).await,
            None => Ok(None),
        }
    }

    fn id(&self) -> Uuid {
        self.row.id
    }

    fn email(&self) -> &str {
        &self.account.email
    }

    fn page(&self) -> Place {
        Place::SignInLink
    }
}

impl MailedKey {
    /// Returns the key of a row, if it may be used.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(super) async fn of(site: &Visit<'_>, row: KeyRow) -> Result<Option<Self>, Error> {
        let account = accounts::find(&mut site.read().await?, row.account_id).await?;
        let found = account.filter(|account| account.enabled).zip(unseal(site.app, &row));
        Ok(found.and_then(|(account, (to, _))| {
            let now = match to.channel {
                Channel::Email => Some(account.email.as_str()),
                Channel::Sms => site.usable_phone(&account),
            };
            (now == Some(to.to.as_str())).then_some(MailedKey { row, account, to })
        }))
    }

    /// True if its code signs in under the policy at arrival.
    pub(super) fn has_code(&self, site: &Visit<'_>) -> bool {
        let method = match self.to.channel {
            Channel::Email => SignInMethod::EmailCode,
            Channel::Sms => SignInMethod::SmsCode,
        };
        site.at_arrival.offers(method)
    }
}

/// The page of a link.
#[derive(Serialize)]
pub struct SignInLinkPage {
    ticket: KeyShown,
    /// Masked address of another account that is signed in here.
    other: Option<String>,
}

impl View for SignInLinkPage {
    const TEMPLATE: &'static str = "account/login_link";

    fn samples() -> Vec<Self> {
        [None, Some("b•••@example.com".to_owned())]
            .map(|other| SignInLinkPage { ticket: KeyShown::sample(), other })
            .into()
    }
}

#[get("/login/link/-")]
async fn arrive(site: Visit<'_>, linked: &LinkKey, _me: Option<&SignedIn>) -> Result<Outcome, Error> {
    keyed::arrive::<MailedKey>(&site, linked).await
}

// It names the account, so that nobody is led into another's by their link.
#[get("/login/link")]
fn show(site: Visit<'_>, key: ValidKey<MailedKey>, me: Option<&SignedIn>) -> Page {
    let MailedKey { row, account, .. } = key.0;
    let other = me.filter(|me| me.account.id != account.id).map(|me| masked(&me.account.email));
    let until = Until::new(site.locale, row.expires_at, site.now());
    Page::of(&SignInLinkPage { ticket: KeyShown { id: row.id, email: account.email, until }, other })
}

#[post("/login/link")]
async fn submit(_ours: SameOrigin, site: Visit<'_>, key: ValidKey<MailedKey>) -> Result<Outcome, Error> {
    // In the browser that asked, what was typed there still counts.
    let requested: Option<Requested<Next>> = SIGN_IN.last(&site);
    let asked = requested.filter(|requested| requested.email_key == key.0.account.email_key());
    let (keep, path) = asked.map_or((false, String::new()), |asked| (asked.goal.keep, asked.goal.path));
    sign_in(&site, &key.0, keep, goal(&site, &path)).await
}

/// Signs in with a key, which ends it.
///
/// # Errors
/// [`Error::Database`].
pub(super) async fn sign_in(
    site: &Visit<'_>,
    key: &MailedKey,
    keep: bool,
    next: Address,
) -> Result<Outcome, Error> {
    let (now, mut tx) = (site.now(), site.begin().await?);
    let Some(mut account) = accounts::lock_spending(&mut tx, &key.account, [key.row.id], now).await? else {
        return keyed::gone(site, &mut tx, &key.row.digest, Place::SignIn).await;
    };
    keyed::use_up(site, account.tx(), &key.row.digest, Place::SignIn).await?;
    // After "this wasn't me", only the key that it sent lets in for a while.
    if account.resets_blocked_until > now {
        return Ok(Outcome::gone(Why::Withdrawn, None, Place::SignIn));
    }
    let first = First::Sent(key.to.clone());
    let passed = enter(site, &mut account, Proof::Code(&first), None, keep).await?;
    if key.to.channel == Channel::Email && passed.has_entered() {
        account.prove(now).await?;
    }
    tx.commit().await?;
    site.cookies.remove(CookieName::SignIn);
    site.cookies.remove(CookieName::SignInRequested);
    Ok(passed.enter(site, next))
}
