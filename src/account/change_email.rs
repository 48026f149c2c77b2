//! Changing the address: confirmed at the new one, with a notice to the old one.

use rocket::{Route, get, post, routes};
use serde::Serialize;
use uuid::Uuid;

use super::{
    change, notice,
    taken::{self, taken},
};
use crate::{
    auth::session::Fresh,
    base::{
        Error,
        email::{CONFIRMING, Email, masked},
        fault::Fault,
        key::{Key, Purpose},
    },
    core::{
        event::{Event, EventKind},
        limits::MessageKind,
        place::Place,
    },
    hashing::password::Password,
    http::{
        CookieName, Form, KeyShown, KeyedLink, LinkKey, Outcome, Page, Read, SameOrigin, ValidKey, Visit,
        form::form, keyed, throttle,
    },
    outbox::message::Message,
    store::{
        self,
        accounts::{self, AccountRow},
        former_addresses,
        keys::{self, KeyRow},
        sessions::SignedIn,
    },
    view::shown::{Forms, Until, View},
};

const PURPOSE: &str = "new address";

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit, show_sent, arrive, show_confirm, confirm]
}

form! {
    /// The form for another address.
    pub struct EmailForm {
        email: Email = email().complete("email"),
        password: Result<Password, Fault> = password().alternative(),
    }
}

/// The page with that form.
#[derive(Serialize)]
pub struct EmailPage {
    /// The present address.
    current: String,
    /// Whether the password is asked for.
    password: bool,
}

impl View for EmailPage {
    const TEMPLATE: &'static str = "account/email";
    const FORMS: Forms = &[EmailForm::INPUTS];

    fn samples() -> Vec<Self> {
        [true, false].map(|password| EmailPage { current: "maria@example.com".into(), password }).into()
    }
}

fn page(site: &Visit<'_>, account: &AccountRow) -> Page {
    let password = change::asks_password(site, account);
    site.tell("current_email", account.email.as_str());
    Page::of(&EmailPage { current: account.email.clone(), password })
}

#[get("/account/email")]
async fn show(site: Visit<'_>, me: Fresh<'_>) -> Result<Outcome, Error> {
    let first = change::first(&site, &me, Place::ChangeEmail).await?;
    Ok(first.unwrap_or_else(|| page(&site, &me.0.account).into()))
}

#[post("/account/email", data = "<form>")]
async fn submit(
    _ours: SameOrigin,
    site: Visit<'_>,
    me: Fresh<'_>,
    form: Read<EmailForm>,
) -> Result<Outcome, Error> {
    if let Some(first) = change::first(&site, &me, Place::ChangeEmail).await? {
        return Ok(first);
    }
    let account = &me.0.account;
    let Read { draft, mut refusal } = form;
    let (email, at) = (draft.email, EmailForm::AT);
    let same = email
        .as_ref()
        .zip(Email::parse(&account.email).ok())
        .is_some_and(|(new, old)| new.key() == old.key());
    if same {
        refusal.add(at.email, Fault::new("fault-same-email"));
    }
    change::confirm(&site, account, draft.password, at.password, &mut refusal).await?;
    let Some(email) = email.filter(|_| refusal.is_empty()) else {
        return Ok(page(&site, account).refused(refusal));
    };
    let (now, key) = (site.now(), Key::for_link(site.random)?);
    let row = KeyRow {
        sealed: Some(site.keyring.seal(site.random, PURPOSE, email.address().as_bytes())?),
        ..site.app.key_row(account.id, Purpose::Email, key.digest(&site.keyring), *CONFIRMING)?
    };
    let mut tx = site.begin().await?;
    let allowed = throttle::message_allowed(&site, &mut tx, MessageKind::Email, email.key()).await?;
    if !allowed.is_yes() {
        tx.commit().await?;
        return Ok(Outcome::too_many(allowed));
    }
    let Some(account) = me.lock(&mut tx, now).await? else { return Ok(Outcome::elsewhere(Place::SignIn)) };
    let (held, account) = account.into_parts();
    keys::replace(held, account.id, [Purpose::Email], now).await?;
    keys::insert(held, &row).await?;
    // A taken address gets the same answer; only the reader of its mailbox learns that it is taken.
    match taken(site.app, held, email.key(), Some(account.id)).await? {
        None => {
            let link = site.key_link(Place::ChangeEmail, &key);
            let mail = Message::mail(site.locale, email.address(), "confirm-email")
                .link(link, row.expires_at)
                .asked(&site.caller());
            mail.post(site.app, held, Some(account.id), Some(row.id), row.expires_at).await?;
        }
        Some(taken) => taken::tell(site.app, held, taken, &site.caller()).await?,
    }
    tx.commit().await?;
    site.tell("current_email", me.0.account.email.as_str());
    Ok(Outcome::go(Place::ChangeEmailSent))
}

/// The page after that form.
#[derive(Serialize)]
pub struct EmailSentPage {
    /// The new address.
    email: String,
}

impl View for EmailSentPage {
    const TEMPLATE: &'static str = "account/email_sent";

    fn samples() -> Vec<Self> {
        vec![EmailSentPage { email: "maria@example.org".into() }]
    }
}

#[get("/account/email/sent")]
async fn show_sent(site: Visit<'_>, me: &SignedIn) -> Result<Outcome, Error> {
    let purpose = Purpose::Email;
    let row = keys::of_account(&mut site.read().await?, me.account.id, purpose, site.now()).await?;
    Ok(match row.and_then(|row| new_email(&site, &row)) {
        Some(email) => Page::of(&EmailSentPage { email: email.address().to_owned() }).into(),
        None => Outcome::elsewhere(Place::ChangeEmail),
    })
}

/// Returns the address that a key confirms; `None` if no configured secret key decrypts it.
fn new_email(site: &Visit<'_>, row: &KeyRow) -> Option<Email> {
    let opened = site.keyring.open(PURPOSE, row.sealed.as_deref().unwrap_or_default()).ok()?;
    Email::parse(std::str::from_utf8(&opened).ok()?).ok()
}

/// A new address whose key the request carries.
pub struct NewEmail {
    row: KeyRow,
    account: AccountRow,
    email: Email,
}

#[rocket::async_trait]
impl KeyedLink for NewEmail {
    const COOKIE: CookieName = CookieName::Email;
    const AGAIN: Place = Place::ChangeEmail;

    async fn find(site: &Visit<'_>, key: &Key) -> Result<Option<Self>, Error> {
        let mut conn = site.read().await?;
        let digest = key.digest(&site.keyring);
        let row = keys::find(&mut conn, &digest, Purpose::Email, site.now()).await?;
        let Some(row) = row else { return Ok(None) };
        let account = accounts::find(&mut conn, row.account_id).await?.filter(|account| account.enabled);
        let email = new_email(site, &row);
        Ok(account.zip(email).map(|(account, email)| NewEmail { row, account, email }))
    }

    fn id(&self) -> Uuid {
        self.row.id
    }

    fn email(&self) -> &str {
        self.email.address()
    }

    fn page(&self) -> Place {
        Place::ChangeEmailConfirm
    }
}

#[get("/account/email/-")]
async fn arrive(site: Visit<'_>, linked: &LinkKey, _me: Option<&SignedIn>) -> Result<Outcome, Error> {
    keyed::arrive::<NewEmail>(&site, linked).await
}

/// The page with the button that confirms a new address.
#[derive(Serialize)]
pub struct EmailConfirmPage {
    /// The new address.
    email: String,
    ticket: KeyShown,
}

impl View for EmailConfirmPage {
    const TEMPLATE: &'static str = "account/email_confirm";

    fn samples() -> Vec<Self> {
        vec![EmailConfirmPage { email: "maria@example.org".into(), ticket: KeyShown::sample() }]
    }
}

#[get("/account/email/confirm")]
fn show_confirm(site: Visit<'_>, new: ValidKey<NewEmail>) -> Page {
    let NewEmail { row, account, email } = new.0;
    let until = Until::new(site.locale, row.expires_at, site.now());
    Page::of(&EmailConfirmPage {
        email: email.address().to_owned(),
        ticket: KeyShown { id: row.id, email: masked(&account.email), until },
    })
}

#[post("/account/email/confirm")]
async fn confirm(_ours: SameOrigin, site: Visit<'_>, new: ValidKey<NewEmail>) -> Result<Outcome, Error> {
    let NewEmail { row, account, email } = new.0;
    let (now, asked) = (site.now(), site.caller());
    let mut tx = site.begin().await?;
    let Some(mut account) = accounts::lock_spending(&mut tx, &account, [row.id], now).await? else {
        return keyed::gone(&site, &mut tx, &row.digest, NewEmail::AGAIN).await;
    };
    let id = account.id;
    former_addresses::insert(account.tx(), id, now).await?;
    if !account.set_email(email.address(), email.key(), now - *notice::UNDO).await? {
        return keyed::gone(&site, account.tx(), &row.digest, NewEmail::AGAIN).await;
    }
    keyed::use_up(&site, account.tx(), &row.digest, Place::SignIn).await?;
    store::registrations::drop_address(account.tx(), email.key(), now).await?;
    account.end_everything(now).await?;
    let (held, account) = account.into_parts();
    notice::post(site.app, held, &account, email.address(), "email-changed", &asked).await?;
    Event::new(EventKind::EmailChanged, id).from(&asked).write(site.app, held).await?;
    tx.commit().await?;
    site.flash("flash-email-changed");
    site.keep(Place::SignIn, email.address())?;
    Ok(Outcome::go(Place::SignIn))
}
