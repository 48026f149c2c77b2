//! Changing the address: confirmed at the new one, told to the old one.

use rocket::{
    Request, Route, get,
    http::Status,
    post,
    request::{FromRequest, Outcome},
    routes,
};

use super::{change, email::Email, fault::Fault, notice, session::Fresh};
use crate::{
    Error,
    event::Event,
    key::{Key, Purpose},
    outbox::message::{Message, post_to_nobody},
    span::Span,
    store::{
        self, accounts,
        accounts::Account,
        keys::{self, KeyRow},
    },
    web::{Answer, Crumb, Faults, Fields, Linked, Page, SameOrigin, Site, human, link},
};

const PURPOSE: &str = "new address";
const LIFE: Span = Span::hours(1);

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit, arrive, show_confirm, confirm]
}

#[get("/account/email")]
fn show(me: Fresh<'_>) -> Page {
    Page::new("account/email").with("current", &me.0.account.email)
}

#[post("/account/email", data = "<fields>")]
async fn submit(_ours: SameOrigin, site: Site<'_>, me: Fresh<'_>, fields: Fields) -> Result<Answer, Error> {
    let account = &me.0.account;
    let mut faults = Faults::default();
    let email = faults.take("email", fields.email("email"));
    let same = email
        .as_ref()
        .zip(Email::parse(&account.email).ok())
        .is_some_and(|(new, old)| new.key() == old.key());
    if same {
        faults.add("email", Fault::new("fault-same-email"));
    }
    change::confirm(&site, account, &fields, &mut faults).await?;
    let Some(email) = email.filter(|_| faults.is_empty()) else {
        let page = Page::new("account/email").with("current", &account.email);
        return Ok(page.typed("email", fields.get("email").unwrap_or_default()).faults(faults).into());
    };
    let (now, key) = (site.now(), Key::for_link(site.random)?);
    let row = KeyRow {
        id: store::id(now, site.random)?,
        account_id: account.id,
        purpose: Purpose::Email.name().to_owned(),
        digest: key.digest(&site.keyring),
        parent: None,
        policy: None,
        browser: None,
        sealed: Some(site.keyring.seal(site.random, PURPOSE, email.address().as_bytes())?),
        tries: 0,
        minted: 0,
        issued_at: now,
        pressed_at: None,
        expires_at: now + *LIFE,
    };
    let mut tx = site.begin().await?;
    if !accounts::take(&mut tx, account, now).await? {
        return Ok(Answer::go("/login"));
    }
    keys::end(&mut tx, account.id, Purpose::Email.name()).await?;
    store::outbox::drop_orphans(&mut tx, account.id).await?;
    keys::insert(&mut tx, &row).await?;
    // A taken address answers like any other; its owner is told instead.
    match accounts::find_by_email(&mut tx, email.key()).await? {
        None => {
            let link = site.link(&format!("/account/email/{}", key.expose()));
            let mail = Message::mail(email.address(), "confirm-email")
                .link(link, row.expires_at)
                .asked(&site.asked());
            mail.post(site.app, &mut tx, Some(account.id), Some(row.id), row.expires_at).await?;
        }
        Some(owner) if owner.enabled => {
            let mail = Message::mail(&owner.email, "already-registered").asked(&site.asked());
            let mail = mail.place(site.link("/reset"));
            mail.post(site.app, &mut tx, Some(owner.id), None, row.expires_at).await?;
        }
        Some(_) => post_to_nobody(site.app, &mut tx).await?,
    }
    tx.commit().await?;
    site.bell.notify_one();
    Ok(Page::new("account/email_sent").with("email", email.address()).into())
}

/// Proof that a request holds the live key of a new address.
///
/// # Outcomes
/// Forward 410 otherwise, error 503 if that cannot be told.
pub struct NewEmail {
    row: KeyRow,
    account: Account,
    email: Email,
}

async fn find(site: &Site<'_>, key: &Key) -> Result<Option<NewEmail>, Error> {
    let mut conn = site.read().await?;
    let row = keys::find(&mut conn, &key.digest(&site.keyring), Purpose::Email.name(), site.now()).await?;
    let Some(row) = row else { return Ok(None) };
    let account = accounts::find(&mut conn, row.account_id).await?.filter(|account| account.enabled);
    let opened = site.keyring.open(PURPOSE, row.sealed.as_deref().unwrap_or_default())?;
    let email = std::str::from_utf8(&opened).ok().and_then(|text| Email::parse(text).ok());
    Ok(account.zip(email).map(|(account, email)| NewEmail { row, account, email }))
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for NewEmail {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Some(site) = Site::of(request) else { return Outcome::Error((Status::InternalServerError, ())) };
        let Some(key) = site.carried(Crumb::Email) else { return Outcome::Forward(Status::Gone) };
        match find(&site, &key).await {
            Ok(Some(new)) if link::admits(request, new.row.id) => Outcome::Success(new),
            Ok(_) => Outcome::Forward(Status::Gone),
            Err(error) => {
                log::error!("{error}");
                Outcome::Error((Status::ServiceUnavailable, ()))
            }
        }
    }
}

#[get("/account/email/-")]
async fn arrive(site: Site<'_>, linked: &Linked) -> Result<Answer, Error> {
    if let Some(key) = linked.key()
        && let Some(new) = find(&site, key).await?
    {
        site.carry(Crumb::Email, key, site.now().until(new.row.expires_at))?;
        return Ok(Answer::go("/account/email/confirm"));
    }
    Ok(Page::unusable("/account/email").into())
}

#[get("/account/email/confirm")]
fn show_confirm(site: Site<'_>, new: NewEmail) -> Page {
    Page::new("account/email_confirm").with("email", new.email.address()).with(
        "ticket",
        serde_json::json!({
            "id": new.row.id,
            "email": super::email::masked(&new.account.email),
            "until": human::clock(new.row.expires_at),
            "minutes": human::minutes(site.now().until(new.row.expires_at)),
        }),
    )
}

#[post("/account/email/confirm")]
async fn confirm(_ours: SameOrigin, site: Site<'_>, new: NewEmail) -> Result<Answer, Error> {
    let NewEmail { row, account, email } = new;
    let (now, asked) = (site.now(), site.asked());
    let mut tx = site.begin().await?;
    let done = accounts::take(&mut tx, &account, now).await?
        && keys::spend(&mut tx, row.id, now).await?
        && accounts::set_email(&mut tx, account.id, email.address(), email.key()).await?;
    if !done {
        return Ok(Page::unusable("/account/email").into());
    }
    store::registrations::drop_address(&mut tx, email.key()).await?;
    change::end_everything(&mut tx, &account).await?;
    notice::post(site.app, &mut tx, &account, &[&account.email, email.address()], "email-changed", &asked)
        .await?;
    Event::new("email.changed", account.id).from(&asked).write(site.app, &mut tx).await?;
    tx.commit().await?;
    site.bell.notify_one();
    site.crumbs.remove(Crumb::Email);
    Ok(Answer::go("/login"))
}
