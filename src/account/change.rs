//! Changing the password: asks for the current one, ends every other session and key, and tells the owner.

use rocket::{Route, get, post, routes};
use uuid::Uuid;

use super::notice;
use crate::{
    auth::{
        gate::{self, SessionKind},
        session::{self, Fresh},
    },
    base::{Error, clock::Time, fault::Fault, key::Purpose},
    core::{event::Event, limits::RateLimit},
    hashing::{
        hash::{PasswordHash, Verdict},
        password::Password,
    },
    http::{Answer, Faults, Fields, Page, SameOrigin, Visit, told::Announcement},
    store::{
        Tx,
        accounts::{self, Account},
        keys, outbox, remembered, sessions,
        spent::{self, Reason},
    },
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit]
}

#[get("/change")]
fn show(_me: Fresh<'_>) -> Page {
    Page::new("account/change")
}

#[post("/change", data = "<fields>")]
async fn submit(_ours: SameOrigin, site: Visit<'_>, me: Fresh<'_>, fields: Fields) -> Result<Answer, Error> {
    let account = &me.0.account;
    let mut faults = Faults::default();
    let new = faults.take("new_password", fields.password("new_password"));
    if let Some(new) = &new {
        let own_words = [account.email.as_str(), &site.config().site_name];
        faults.take("new_password", site.hasher_for(account.id.as_bytes()).judge(new, &own_words).await?);
    }
    confirm(&site, account, &fields, &mut faults).await?;
    let refused = |faults| Ok(Page::new("account/change").faults(faults).into());
    let Some(new) = new.filter(|_| faults.is_empty()) else { return refused(faults) };
    let hash = site.hasher_for(account.id.as_bytes()).hash(new).await?;

    let mut tx = site.begin().await?;
    if !me.take(&mut tx, site.now()).await? {
        return refused(Faults::of("password", Fault::new("fault-password")));
    }
    let others = session::open(&site, &mut tx, account.id, Some(me.0.session.id)).await?;
    accounts::set_password(&mut tx, account.id, &hash, site.now()).await?;
    end_everything(&mut tx, account, site.now()).await?;
    notice::post(site.app, &mut tx, account, &account.email, "password-changed", &site.caller()).await?;
    Event::new("password.changed", account.id).from(&site.caller()).write(site.app, &mut tx).await?;
    let admission = gate::admit(&site, &mut tx, account, SessionKind::Fresh, false).await?;
    tx.commit().await?;
    admission.enter(&site);
    let ended = (others > 0).then(|| Announcement::count("told-others-ended", others));
    site.tell_all([Announcement::new("told-password-changed")].into_iter().chain(ended).collect());
    Ok(Answer::go("/account"))
}

/// Ends every session, remembered browser and key of an account, and drops the messages that carry those.
///
/// # Errors
/// [`Error::Database`].
pub async fn end_everything(tx: &mut Tx, account: &Account, now: Time) -> Result<(), Error> {
    spent::note_links(
        tx,
        account.id,
        [Purpose::Reset, Purpose::Restart, Purpose::Email],
        Reason::Withdrawn,
        now,
    )
    .await?;
    sessions::end_all(tx, account.id, None).await?;
    remembered::end_all(tx, account.id).await?;
    keys::end_all(tx, account.id).await?;
    outbox::drop_orphans(tx, account.id).await
}

/// Checks the current password in the field `password`; what is wrong is noted under it.
///
/// # Errors
/// [`Error::Busy`], [`Error::Database`].
pub async fn confirm(
    site: &Visit<'_>,
    account: &Account,
    fields: &Fields,
    faults: &mut Faults,
) -> Result<(), Error> {
    let Some(typed) = faults.take("password", fields.password("password")) else { return Ok(()) };
    let checked = check(site, account.id, typed, &account.password_hash).await?;
    if checked != Checked::Right {
        faults.add("password", Fault::new("fault-password"));
    }
    if checked == Checked::Wrong {
        let mut tx = site.begin().await?;
        Event::new("password.refused", account.id).from(&site.caller()).write(site.app, &mut tx).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// What became of a check of somebody's own password.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// It was right.
    Right,
    /// It was wrong.
    Wrong,
    /// It was not looked at, as too many were wrong.
    Refused,
}

/// Checks `typed` against a hash, counted by `whose` it is before anything is compared.
///
/// # Errors
/// [`Error::Busy`], which counts for nothing, and [`Error::Database`].
pub async fn check(
    site: &Visit<'_>,
    whose: Uuid,
    typed: Password,
    hash: &PasswordHash,
) -> Result<Checked, Error> {
    let counted = RateLimit::PasswordOf(whose.as_bytes());
    let mut tx = site.begin().await?;
    let allowed = counted.allow(site.app, &mut tx).await?;
    tx.commit().await?;
    if !allowed.is_yes() {
        return Ok(Checked::Refused);
    }
    let verdict = site.hasher_for(whose.as_bytes()).verify(typed, Some(hash.clone())).await;
    if matches!(verdict, Ok(Verdict::No)) {
        return Ok(Checked::Wrong);
    }
    let mut tx = site.begin().await?;
    counted.refund(site.app, &mut tx).await?;
    tx.commit().await?;
    verdict.map(|_| Checked::Right)
}
