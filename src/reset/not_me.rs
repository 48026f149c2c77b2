//! "This wasn't me": the page and the button behind the link of a notice.

use rocket::{Route, get, post, routes};
use serde::Serialize;
use uuid::Uuid;

use super::undo::{self, Undone};
use crate::{
    account::notice::UndoSnapshot,
    base::{
        Error,
        email::masked,
        key::{Key, Purpose},
    },
    core::place::Place,
    http::{CookieName, KeyShown, KeyedLink, LinkKey, Outcome, Page, SameOrigin, ValidKey, Visit, keyed},
    store::{
        accounts::{self, AccountRow, AccountState},
        keys::{self, KeyRow},
        sessions::SignedIn,
    },
    view::{
        format,
        shown::{Until, View},
    },
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![arrive, show, submit, show_done]
}

/// A notice whose key the request carries, and what its button would do now.
pub struct Notified {
    key: KeyRow,
    account: AccountRow,
    before: UndoSnapshot,
    outcome: Undone,
}

#[rocket::async_trait]
impl KeyedLink for Notified {
    const COOKIE: CookieName = CookieName::NotMe;
    const AGAIN: Place = Place::Reset;

    async fn find(site: &Visit<'_>, key: &Key) -> Result<Option<Self>, Error> {
        let mut conn = site.read().await?;
        let digest = key.digest(&site.keyring);
        let row = keys::find(&mut conn, &digest, Purpose::Undo, site.now()).await?;
        let Some(key) = row else { return Ok(None) };
        let account = accounts::find(&mut conn, key.account_id).await?.filter(undo::is_open);
        let before = UndoSnapshot::unseal(site.app, key.sealed.as_deref());
        let Some((account, before)) = account.zip(before) else { return Ok(None) };
        let outcome = undo::weigh(&mut conn, &key, &before, &account).await?;
        Ok(Some(Notified { key, account, before, outcome }))
    }

    fn id(&self) -> Uuid {
        self.key.id
    }

    fn email(&self) -> &str {
        &self.before.email
    }

    fn page(&self) -> Place {
        Place::NotMe
    }
}

#[get("/reset/not-me/-")]
async fn arrive(site: Visit<'_>, linked: &LinkKey, _me: Option<&SignedIn>) -> Result<Outcome, Error> {
    keyed::arrive::<Notified>(&site, linked).await
}

/// The page with the button "This wasn't me".
#[derive(Serialize)]
pub struct NotMePage {
    ticket: KeyShown,
    /// The event, in words.
    what: String,
    when: String,
    /// Whether the button freezes the account.
    contested: bool,
    /// Whether the account is frozen already.
    frozen: bool,
    /// Whether it is about to be deleted.
    deleted: bool,
}

impl View for NotMePage {
    const TEMPLATE: &'static str = "reset/not_me";

    fn samples() -> Vec<Self> {
        let page = |what: &str, contested, frozen, deleted| NotMePage {
            ticket: KeyShown {
                until: Until { until: "2026-08-04 14:32 UTC".into(), minutes: 4320 },
                ..KeyShown::sample()
            },
            what: what.into(),
            when: "2026-08-01 14:32 UTC".into(),
            contested,
            frozen,
            deleted,
        };
        vec![
            page("The password was changed", false, false, false),
            page("The account was deleted", false, false, true),
            page("The email address was changed", true, false, false),
            page("The email address was changed", true, true, false),
        ]
    }
}

#[get("/reset/not-me")]
fn show(site: Visit<'_>, notified: ValidKey<Notified>) -> Page {
    let Notified { key, account, before, outcome } = notified.0;
    let until = format::moment(site.locale, key.expires_at);
    let until = Until { until, ..Until::new(site.locale, key.expires_at, site.now()) };
    Page::of(&NotMePage {
        ticket: KeyShown { id: key.id, email: masked(&before.email), until },
        what: site.say(&format!("event-{}", before.notice), &[]),
        when: format::moment(site.locale, before.at),
        contested: outcome == Undone::Frozen,
        frozen: account.state() == AccountState::Frozen,
        deleted: account.state() == AccountState::DeletionPending,
    })
}

#[post("/reset/not-me")]
async fn submit(_ours: SameOrigin, site: Visit<'_>, notified: ValidKey<Notified>) -> Result<Outcome, Error> {
    let Notified { key, account, before, .. } = notified.0;
    let now = site.now();
    let mut tx = site.begin().await?;
    let locked = accounts::lock(&mut tx, account.id, now).await?.filter(|account| undo::is_open(account));
    let Some(mut account) = locked else {
        return keyed::gone(&site, &mut tx, &key.digest, Place::Reset).await;
    };
    if !account.spend(key.id, now).await? {
        return keyed::gone(&site, account.tx(), &key.digest, Place::Reset).await;
    }
    keyed::use_up(&site, account.tx(), &key.digest, Place::NotMeDone).await?;
    let outcome = undo::carry_out(site.app, &mut account, &key, &before, &site.caller()).await?;
    tx.commit().await?;
    site.keep_all(Place::NotMeDone, &before.email, None, outcome == Undone::Restored)?;
    Ok(Outcome::go(Place::NotMeDone))
}

/// The page after that button.
#[derive(Serialize)]
pub struct NotMeDonePage {
    /// Masked former address.
    email: String,
    /// Whether the account is as it was before; else it is frozen.
    restored: bool,
}

impl View for NotMeDonePage {
    const TEMPLATE: &'static str = "reset/not_me_done";

    fn samples() -> Vec<Self> {
        let email = || "m•••@example.com".into();
        [true, false].map(|restored| NotMeDonePage { email: email(), restored }).into()
    }
}

#[get("/reset/not-me/done")]
fn show_done(site: Visit<'_>) -> Outcome {
    let Some(kept) = site.kept(Place::NotMeDone) else { return Outcome::elsewhere(Place::SignIn) };
    Page::of(&NotMeDonePage { email: masked(&kept.email), restored: kept.whole }).into()
}
