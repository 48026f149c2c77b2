//! "This wasn't me": undoes what a notice told of, ends everything, and starts a reset that nothing delays.

use std::time::Duration;

use rocket::{
    Request, Route, get,
    http::Status,
    post,
    request::{FromRequest, Outcome},
    routes,
};
use serde_json::json;

use super::request::issue;
use crate::{
    Error,
    account::{
        change::end_everything,
        email::{Email, masked},
        hash::PasswordHash,
        notice::Before,
    },
    event::Event,
    key::{Key, Purpose},
    store::{
        accounts,
        accounts::Account,
        keys::{self, KeyRow},
    },
    web::{Answer, Crumb, Linked, Page, SameOrigin, Site, human, link},
};

/// How long other requests for a reset wait afterwards.
const HOLD: Duration = Duration::from_secs(60 * 60);

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![arrive, show, submit]
}

/// Proof that a request holds the live key of a notice.
///
/// # Outcomes
/// Forward 410 otherwise, error 503 if that cannot be told.
pub struct Notified {
    key: KeyRow,
    account: Account,
    before: Before,
}

async fn find(site: &Site<'_>, key: &Key) -> Result<Option<Notified>, Error> {
    let mut conn = site.read().await?;
    let row = keys::find(&mut conn, &key.digest(&site.keyring), Purpose::Undo.name(), site.now()).await?;
    let Some(key) = row else { return Ok(None) };
    let before = Before::open(site.app, &key)?;
    let account = accounts::find(&mut conn, key.account_id).await?.filter(|account| account.enabled);
    Ok(account.map(|account| Notified { key, account, before }))
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Notified {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Some(site) = Site::of(request) else { return Outcome::Error((Status::InternalServerError, ())) };
        let Some(key) = site.carried(Crumb::NotMe) else { return Outcome::Forward(Status::Gone) };
        match find(&site, &key).await {
            Ok(Some(notified)) if link::admits(request, notified.key.id) => Outcome::Success(notified),
            Ok(_) => Outcome::Forward(Status::Gone),
            Err(error) => {
                log::error!("{error}");
                Outcome::Error((Status::ServiceUnavailable, ()))
            }
        }
    }
}

#[get("/reset/not-me/-")]
async fn arrive(site: Site<'_>, linked: &Linked) -> Result<Answer, Error> {
    if let Some(key) = linked.key()
        && let Some(notified) = find(&site, key).await?
    {
        site.carry(Crumb::NotMe, key, site.now().until(notified.key.expires_at))?;
        return Ok(Answer::go("/reset/not-me"));
    }
    Ok(Page::unusable("/reset").into())
}

#[get("/reset/not-me")]
fn show(site: Site<'_>, notified: Notified) -> Page {
    let Notified { key, before, .. } = notified;
    Page::new("reset/not_me")
        .with(
            "ticket",
            json!({
                "id": key.id,
                "email": masked(&before.email),
                "until": human::moment(key.expires_at),
                "minutes": human::minutes(site.now().until(key.expires_at)),
            }),
        )
        .with("what", site.templates.say(&format!("event-{}", before.notice), &[]))
        .with("when", human::moment(before.at))
}

#[post("/reset/not-me")]
async fn submit(_ours: SameOrigin, site: Site<'_>, notified: Notified) -> Result<Answer, Error> {
    let Notified { key, account, before } = notified;
    let (now, asked) = (site.now(), site.asked());
    let mut tx = site.begin().await?;
    if !accounts::take(&mut tx, &account, now).await? || !keys::spend(&mut tx, key.id, now).await? {
        return Ok(Page::unusable("/reset").into());
    }
    accounts::set_password(&mut tx, account.id, &PasswordHash::unusable()).await?;
    end_everything(&mut tx, &account).await?;
    if let Ok(email) = Email::parse(&before.email) {
        accounts::set_email(&mut tx, account.id, email.address(), email.key()).await?;
    }
    accounts::set_phone(&mut tx, account.id, before.phone.as_deref(), before.phone_usable_at).await?;
    accounts::hold(&mut tx, account.id, now + HOLD).await?;
    Event::new("reset.undone", account.id)
        .from(&asked)
        .detail(&before.notice)
        .write(site.app, &mut tx)
        .await?;
    if let Some(restored) = accounts::find(&mut tx, account.id).await? {
        issue(site.app, &mut tx, &restored, &asked).await?;
    }
    tx.commit().await?;
    site.bell.notify_one();
    site.crumbs.remove(Crumb::NotMe);
    Ok(Page::new("reset/not_me_done").with("email", masked(&before.email)).into())
}
