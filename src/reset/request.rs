//! Asking for a reset: the same work and the same answer whoever is named; the worker looks the account up.

use rocket::{Route, get, post, routes};
use serde::{Deserialize, Serialize};

use super::policy::{Channel, Policy};
use crate::{
    Error,
    app::App,
    event::Event,
    key::{Key, Purpose},
    limits::Asking,
    outbox::{
        message::{Asked, Message, post_to_nobody},
        request::Request,
    },
    store::{
        Tx, accounts,
        accounts::Account,
        keys::{self, KeyRow},
        outbox,
    },
    web::{Answer, Faults, Fields, Page, SameOrigin, Site, human, throttle},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit]
}

/// A page of the first step. What it says of the steps to come is the base policy's, whoever asks.
fn page(site: &Site<'_>, name: &'static str) -> Page {
    let policy = site.force.policy([]);
    Page::new(name)
        .with("step", 1)
        .with("steps", policy.strategy.steps())
        .with("minutes", human::minutes(*policy.key_ttl))
        .with("channel", policy.channel)
}

#[get("/reset")]
fn show(site: Site<'_>) -> Page {
    page(&site, "reset/request").still()
}

#[post("/reset", data = "<fields>")]
async fn submit(_ours: SameOrigin, site: Site<'_>, fields: Fields) -> Result<Answer, Error> {
    let email = match fields.email("email") {
        Ok(email) => email,
        Err(fault) => {
            let page = page(&site, "reset/request").typed("email", fields.get("email").unwrap_or_default());
            return Ok(page.faults(Faults::of("email", fault)).into());
        }
    };
    let request = Request::Reset(Reset {
        email_key: email.key().to_owned(),
        browser: site.mark(),
        asked: site.asked(),
    });
    let mut tx = site.begin().await?;
    if throttle::message_allowed(&site, &mut tx, Asking::Reset, email.key()).await? {
        request.post(site.app, &mut tx).await?;
    }
    tx.commit().await?;
    Ok(page(&site, "reset/sent").with("email", email.address()).into())
}

/// A request to get back in.
#[derive(Serialize, Deserialize)]
pub struct Reset {
    email_key: String,
    browser: Option<Vec<u8>>,
    asked: Asked,
}

impl Reset {
    /// Makes a key for the account, if there is one and nothing speaks against it, and writes as much if not.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn carry_out(self, app: &App, tx: &mut Tx) -> Result<(), Error> {
        let now = app.now();
        let named = accounts::find_by_email(tx, &self.email_key).await?;
        let account = match named {
            Some(account) => accounts::lock(tx, account.id, now).await?,
            None => None,
        };
        let Some(account) = account.filter(|account| account.held_until <= now) else {
            return post_to_nobody(app, tx).await;
        };
        match start(app, tx, &account, self.browser.as_deref(), &self.asked).await? {
            Started::Issued => Ok(()),
            Started::UnderWay | Started::NoTexts => post_to_nobody(app, tx).await,
        }
    }
}

/// Whether a reset was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Started {
    /// A key was made, or why there is none was told to the owner.
    Issued,
    /// A key whose first button was pressed belongs to who pressed it, unless the policy has ended it.
    UnderWay,
    /// The number, or the site, has had its texts for now.
    NoTexts,
}

/// Makes a key for an account and posts its message, unless somebody else than `browser` is using one.
///
/// The account's row must have been taken in `tx`.
///
/// # Errors
/// [`Error::Database`].
pub async fn start(
    app: &App,
    tx: &mut Tx,
    account: &Account,
    browser: Option<&[u8]>,
    asked: &Asked,
) -> Result<Started, Error> {
    let live = keys::of_account(tx, account.id, Purpose::Reset.name(), app.now()).await?;
    let held = |key: KeyRow| {
        let issued = Policy::read(key.policy.as_deref());
        key.pressed_at.is_some()
            && key.browser.as_deref() != browser
            && issued.is_some_and(|issued| app.policy(account).accepts(&issued))
    };
    if live.is_some_and(held) {
        return Ok(Started::UnderWay);
    }
    issue(app, tx, account, "reset-link", asked).await
}

/// Makes a key in place of the older ones and posts the message that carries it: `mail`, or a text if one is left.
///
/// The account's row must have been taken in `tx`.
///
/// # Errors
/// [`Error::Database`].
pub async fn issue(
    app: &App,
    tx: &mut Tx,
    account: &Account,
    mail: &str,
    asked: &Asked,
) -> Result<Started, Error> {
    let (now, policy) = (app.now(), app.policy(account));
    let phone = match policy.channel {
        Channel::Email => None,
        Channel::Sms => match account.usable_phone(now) {
            Some(phone) if throttle::text_allowed(app, tx, phone).await? => Some(phone),
            Some(_) => return Ok(Started::NoTexts),
            None => {
                let why = Message::mail(&account.email, "reset-no-phone").asked(asked);
                why.post(app, tx, Some(account.id), None, now + *policy.key_ttl).await?;
                return Ok(Started::Issued);
            }
        },
    };
    for purpose in [Purpose::Reset, Purpose::Second, Purpose::Approval] {
        keys::end(tx, account.id, purpose.name()).await?;
    }
    outbox::drop_orphans(tx, account.id).await?;
    let key = if phone.is_some() { Key::for_typing(app.random)? } else { Key::for_link(app.random)? };
    let row = KeyRow {
        policy: Some(policy.stored()),
        ..app.key_row(account.id, Purpose::Reset, key.digest(&app.keyring), *policy.key_ttl)?
    };
    keys::insert(tx, &row).await?;
    let link = app.link(&format!("/reset/{}", key.expose()));
    let message = match phone {
        Some(phone) => {
            Message::text(phone, "reset-link").code(&key.grouped(), row.expires_at).link(link, row.expires_at)
        }
        None => Message::mail(&account.email, mail).link(link, row.expires_at).asked(asked),
    };
    message.post(app, tx, Some(account.id), Some(row.id), row.expires_at).await?;
    Event::new("reset.issued", account.id).from(asked).under(&policy).write(app, tx).await?;
    Ok(Started::Issued)
}
