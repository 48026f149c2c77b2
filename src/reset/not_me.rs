//! "This wasn't me": undoes what a notice told of, ends everything, and starts a reset that nothing delays.

use std::time::Duration;

use rocket::{Route, get, post, routes};
use serde_json::json;
use uuid::Uuid;

use super::issue::{Letter, issue};
use crate::{
    Error,
    account::{
        change::end_everything,
        email::{Email, masked},
        hash::PasswordHash,
        notice::Before,
    },
    clock::Time,
    event::Event,
    key::{Key, Purpose},
    store::{
        accounts,
        accounts::Account,
        former_addresses,
        keys::{self, KeyRow},
    },
    web::{Answer, Crumb, Held, Linked, Opens, Page, SameOrigin, Site, held, human, throttle::Asker},
};

/// How long other requests for a reset wait afterwards.
const HOLD: Duration = Duration::from_secs(60 * 60);

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![arrive, show, submit]
}

/// A notice whose key a request holds.
pub struct Notified {
    key: KeyRow,
    account: Account,
    before: Before,
}

#[rocket::async_trait]
impl Opens for Notified {
    const CRUMB: Crumb = Crumb::NotMe;
    const AGAIN: &'static str = "/reset";

    async fn find(site: &Site<'_>, key: &Key) -> Result<Option<Self>, Error> {
        let mut conn = site.read().await?;
        let digest = key.digest(&site.keyring);
        let row = keys::find(&mut conn, &digest, Purpose::Undo.name(), site.now()).await?;
        let Some(key) = row else { return Ok(None) };
        let before = Before::open(site.app, &key)?;
        let account = accounts::find(&mut conn, key.account_id).await?.filter(|account| account.enabled);
        Ok(account.map(|account| Notified { key, account, before }))
    }

    fn id(&self) -> Uuid {
        self.key.id
    }

    fn expires_at(&self) -> Time {
        self.key.expires_at
    }

    fn page(&self) -> &'static str {
        "/reset/not-me"
    }
}

#[get("/reset/not-me/-")]
async fn arrive(site: Site<'_>, linked: &Linked) -> Result<Answer, Error> {
    held::arrive::<Notified>(&site, linked).await
}

#[get("/reset/not-me")]
fn show(site: Site<'_>, notified: Held<Notified>) -> Page {
    let Notified { key, before, .. } = notified.0;
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
async fn submit(_ours: SameOrigin, site: Site<'_>, notified: Held<Notified>) -> Result<Answer, Error> {
    let Notified { key, account, before } = notified.0;
    let (now, asked) = (site.now(), site.asked());
    let mut tx = site.begin().await?;
    if !accounts::take(&mut tx, &account, now).await? || !keys::spend(&mut tx, key.id, now).await? {
        return Ok(Page::unusable("/reset").into());
    }
    accounts::set_password(&mut tx, account.id, &PasswordHash::unusable()).await?;
    end_everything(&mut tx, &account).await?;
    keys::end_undo(&mut tx, account.id, key.issued_at).await?;
    let restored = match Email::parse(&before.email) {
        Ok(email) => accounts::set_email(&mut tx, account.id, email.address(), email.key()).await?,
        Err(_) => false,
    };
    accounts::set_phone(&mut tx, account.id, before.phone.as_deref(), before.phone_usable_at).await?;
    former_addresses::forget(&mut tx, account.id, key.issued_at).await?;
    accounts::hold(&mut tx, account.id, now + HOLD).await?;
    Event::new("reset.undone", account.id)
        .from(&asked)
        .detail(&before.notice)
        .write(site.app, &mut tx)
        .await?;
    // If the former address belongs to another account by now, no key goes to the present one.
    if let (true, Some(account)) = (restored, accounts::find(&mut tx, account.id).await?) {
        let letter = Letter { name: "not-me-done", elsewhere: None, kept: None };
        issue(site.app, &mut tx, &account, letter, Asker::Trusted, &asked).await?;
    }
    tx.commit().await?;
    site.crumbs.remove(Crumb::NotMe);
    Ok(Page::new("reset/not_me_done")
        .with("email", masked(&before.email))
        .with("restored", restored)
        .with("admin", &site.config().contact)
        .into())
}
