//! Asking for a reset: the same work and the same answer whoever is named; the worker looks the account up.

use rocket::{Route, get, post, routes};
use serde::{Deserialize, Serialize};

use super::policy::{Channel, Policy};
use crate::{
    Error,
    account::confirm::Again,
    app::App,
    event::Event,
    key::{Key, Purpose},
    limits::{Asking, Limited},
    outbox::{
        message::{Asked, Message, post_to_nobody},
        request::Request,
    },
    span::Span,
    store::{
        Tx, accounts,
        accounts::Account,
        keys::{self, KeyRow},
        outbox, registrations,
    },
    web::{
        Answer, Even, Faults, Page, SameOrigin, Site,
        device::{self, Known},
        human,
        throttle::{self, Asker},
    },
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
async fn submit(_ours: SameOrigin, site: Site<'_>, fields: Even) -> Result<Answer, Error> {
    let email = match fields.email("email") {
        Ok(email) => email,
        Err(fault) => {
            let page = page(&site, "reset/request").typed("email", fields.get("email").unwrap_or_default());
            return Ok(page.faults(Faults::of("email", fault)).into());
        }
    };
    let request = Request::Reset(Reset {
        email: email.address().to_owned(),
        email_key: email.key().to_owned(),
        browser: site.mark(),
        known: device::known(&site, email.key()),
        asked: site.asked(),
    });
    let mut tx = site.begin().await?;
    if throttle::message_allowed(&site, &mut tx, Asking::Reset, email.key()).await?.is_yes() {
        request.post(site.app, &mut tx).await?;
    }
    tx.commit().await?;
    Ok(page(&site, "reset/sent")
        .with("email", email.address())
        .with("unknown", site.config().mail.to_unknown.to_string())
        .into())
}

/// A request to get back in.
#[derive(Serialize, Deserialize)]
pub struct Reset {
    email: String,
    email_key: String,
    browser: Option<Vec<u8>>,
    known: Option<Known>,
    asked: Asked,
}

impl Reset {
    /// Makes a key for the account, or tells the mailbox why there is none.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn carry_out(self, app: &App, tx: &mut Tx) -> Result<(), Error> {
        let now = app.now();
        let account = match accounts::find_by_email(tx, &self.email_key).await? {
            Some(account) => accounts::seize(tx, account.id, now).await?,
            None => None,
        };
        // While its row was waited for, the account may have got another address.
        let Some(account) = account.filter(|account| account.email_key() == self.email_key) else {
            return self.without_account(app, tx).await;
        };
        if !account.enabled || account.held_until > now {
            let mail = match account.enabled {
                false => Message::mail(&account.email, "reset-disabled"),
                true => Message::mail(&account.email, "reset-held")
                    .with("held", &human::moment(account.held_until)),
            };
            let until = now + *app.policy(&account).key_ttl;
            return mail.asked(&self.asked).post(app, tx, Some(account.id), None, until).await;
        }
        let by = By { browser: self.browser.as_deref(), known: self.known.as_ref(), admin: false };
        match start(app, tx, &account, by, &self.asked).await? {
            Started::Issued => Ok(()),
            Started::UnderWay | Started::NoTexts => post_to_nobody(app, tx).await,
        }
    }

    /// Mails the confirmation of an address that waits for it once more, or says that there is no account.
    async fn without_account(self, app: &App, tx: &mut Tx) -> Result<(), Error> {
        if registrations::newest(tx, &self.email_key, app.now()).await?.is_some() {
            return Again::new(self.email_key, self.asked).carry_out(app, tx).await;
        }
        if !app.config().mail.to_unknown || !Limited::UnknownTo(&self.email_key).allow(app, tx).await?.is_yes() {
            return post_to_nobody(app, tx).await;
        }
        let mail = Message::mail(&self.email, "reset-unknown").asked(&self.asked);
        let mail = if app.config().register.open { mail.place(app.link("/register")) } else { mail };
        mail.post(app, tx, None, None, app.now() + *Span::hours(1)).await
    }
}

/// Whether a reset was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Started {
    /// A key was made, or why there is none was told to the owner.
    Issued,
    /// A key lives that must be left to who asked for it or uses it, unless the policy has ended it.
    UnderWay,
    /// The number, or the site, has had its texts for now.
    NoTexts,
}

/// Who asks for a reset.
#[derive(Clone, Copy)]
pub struct By<'a> {
    /// Digest of the mark of their browser.
    pub browser: Option<&'a [u8]>,
    /// That the owner has signed in with that browser.
    pub known: Option<&'a Known>,
    /// Whether it is an admin.
    pub admin: bool,
}

impl By<'_> {
    /// Who signed in before somebody said "this wasn't me" may be who it was.
    fn is_owner(&self, account: &Account) -> bool {
        self.known.is_some_and(|known| known.at >= account.held_until)
    }

    /// Whether a live key is not theirs to supersede: another browser is using it, or the owner asked for it.
    fn must_leave(&self, key: &KeyRow, account: &Account) -> bool {
        let in_use = key.pressed_at.is_some() && key.browser.as_deref() != self.browser;
        in_use || key.asked_by_owner && !self.admin && !self.is_owner(account)
    }
}

/// Makes a key for an account and posts its message, unless one lives that must be left alone.
///
/// The account's row must have been taken in `tx`.
///
/// # Errors
/// [`Error::Database`].
pub async fn start(
    app: &App,
    tx: &mut Tx,
    account: &Account,
    by: By<'_>,
    asked: &Asked,
) -> Result<Started, Error> {
    let live = keys::of_account(tx, account.id, Purpose::Reset.name(), app.now()).await?;
    let held = |key: KeyRow| {
        let issued = Policy::read(key.policy.as_deref());
        by.must_leave(&key, account) && issued.is_some_and(|issued| app.policy(account).accepts(&issued))
    };
    if live.is_some_and(held) {
        return Ok(Started::UnderWay);
    }
    let asker = match by.known {
        _ if by.admin => Asker::Trusted,
        Some(known) if by.is_owner(account) => Asker::Owner(known),
        _ => Asker::Stranger,
    };
    issue(app, tx, account, "reset-link", asker, asked).await
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
    asker: Asker<'_>,
    asked: &Asked,
) -> Result<Started, Error> {
    let (now, policy) = (app.now(), app.policy(account));
    let phone = match policy.channel {
        Channel::Email => None,
        Channel::Sms => match app.usable_phone(account) {
            Some(phone) if throttle::text_allowed(app, tx, phone, asker, asked).await?.is_yes() => {
                Some(phone)
            }
            Some(_) => return Ok(Started::NoTexts),
            None => {
                let why = Message::mail(&account.email, "reset-no-phone").asked(asked);
                why.post(app, tx, Some(account.id), None, now + *policy.key_ttl).await?;
                return Ok(Started::Issued);
            }
        },
    };
    keys::end_resets(tx, account.id).await?;
    outbox::drop_orphans(tx, account.id).await?;
    let key = if phone.is_some() { Key::for_typing(app.random)? } else { Key::for_link(app.random)? };
    let row = KeyRow {
        policy: Some(policy.stored()),
        asked_by_owner: matches!(asker, Asker::Owner(_)),
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
