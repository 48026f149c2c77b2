//! Changing the password: asks for the current one, ends every other session and key, and notifies the owner. Who has none
//! sets the first.

use rocket::{Route, get, post, routes};
use serde::Serialize;
use uuid::Uuid;

use super::notice;
use crate::{
    auth::{
        gate::{self, Goal, Proof},
        session::{self, Fresh},
        stepped_up::is_strongest,
    },
    base::{Error, fault::Fault},
    core::{
        event::{Event, EventKind},
        limits::RateLimit,
        place::Place,
    },
    hashing::{
        hash::{PasswordHash, Verdict},
        password::Password,
    },
    http::{
        Form, Outcome, Page, Read, Refusal, SameOrigin, Visit, flash::Announcement, form::form, throttle::Try,
    },
    policy::method::SignInMethod,
    store::{accounts::AccountRow, factors},
    view::shown::{Forms, View},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit]
}

form! {
    /// The form for another password.
    pub struct ChangeForm {
        new_password: Password = new_password(),
        password: Result<Password, Fault> = password().enter("next").alternative(),
    }
}

/// The page with that form.
#[derive(Serialize)]
pub struct ChangePage {
    /// Whether the current password is asked for.
    password: bool,
}

impl View for ChangePage {
    const TEMPLATE: &'static str = "account/change";
    const FORMS: Forms = &[ChangeForm::INPUTS];
    const SHOWS_ME: bool = true;

    fn samples() -> Vec<Self> {
        [true, false].map(|password| ChangePage { password }).into()
    }
}

#[get("/change")]
async fn show(site: Visit<'_>, me: Fresh<'_>) -> Result<Outcome, Error> {
    let first = first(&site, &me, Place::ChangePassword).await?;
    Ok(first.unwrap_or_else(|| page(&site, &me.0.account).into()))
}

fn page(site: &Visit<'_>, account: &AccountRow) -> Page {
    site.tell("active_password", !account.password_hash.is_unusable());
    Page::of(&ChangePage { password: asks_password(site, account) })
}

#[post("/change", data = "<form>")]
async fn submit(
    _ours: SameOrigin,
    site: Visit<'_>,
    me: Fresh<'_>,
    form: Read<ChangeForm>,
) -> Result<Outcome, Error> {
    if let Some(first) = first(&site, &me, Place::ChangePassword).await? {
        return Ok(first);
    }
    let account = &me.0.account;
    let Read { draft, mut refusal } = form;
    let (new, at) = (draft.new_password, ChangeForm::AT);
    if let Some(new) = &new {
        let hasher = site.hasher_for(account.id.as_bytes());
        let validated = site.judge(&hasher, new, &account.email, &[]).await?;
        refusal.take(at.new_password, validated);
    }
    confirm(&site, account, draft.password, at.password, &mut refusal).await?;
    let page = || page(&site, account);
    let Some(new) = new.filter(|_| refusal.is_empty()) else { return Ok(page().refused(refusal)) };
    let hash = site.hasher_for(account.id.as_bytes()).hash(new).await?;

    let mut tx = site.begin().await?;
    let Some(mut locked) = me.lock(&mut tx, site.now()).await? else {
        return Ok(page().refused(refusal.with(at.password, Fault::new("fault-password"))));
    };
    let others = session::open(&site, &mut locked, Some(me.0.session.id)).await?;
    let goal = Goal::NewPassword { hash: &hash, sign_in: true };
    let passed = gate::pass(&site, &mut locked, Proof::Session, me.0.session.factor, goal).await?;
    let (held, account) = locked.into_parts();
    notice::post(site.app, held, &account, &account.email, "password-changed", &site.caller()).await?;
    Event::new(EventKind::PasswordChanged, account.id).from(&site.caller()).write(site.app, held).await?;
    tx.commit().await?;
    let entered = passed.enter(&site, Place::Account);
    let ended = (others > 0).then(|| Announcement::count("flash-others-ended", others));
    site.flash_all([Announcement::new("flash-password-changed")].into_iter().chain(ended).collect());
    Ok(entered)
}

/// True if changes ask for the account's current password: not if there is none, or if nobody signs in with one.
pub fn asks_password(site: &Visit<'_>, account: &AccountRow) -> bool {
    !account.password_hash.is_unusable() && site.at_arrival.offers(SignInMethod::Password)
}

/// Returns where to prove oneself by the strongest factor before a change that asks for no password, if that is missing.
///
/// # Errors
/// [`Error::Database`].
pub async fn first(site: &Visit<'_>, me: &Fresh<'_>, place: Place) -> Result<Option<Outcome>, Error> {
    if asks_password(site, &me.0.account) {
        return Ok(None);
    }
    let held = factors::of_account(&mut site.read().await?, me.0.account.id).await?;
    let proved = is_strongest(me.0.session.factor, held.iter().map(|factor| factor.kind));
    let next = place.at(site.base());
    let to = Place::Verify.with(&[("next", &next)]);
    Ok((!proved).then(|| Outcome::again(to)))
}

/// Checks the current password as typed in the field with the id `at`, if it is asked for, and adds any fault to that.
///
/// # Errors
/// [`Error::Busy`], [`Error::Database`].
pub async fn confirm(
    site: &Visit<'_>,
    account: &AccountRow,
    typed: Option<Result<Password, Fault>>,
    at: &str,
    refusal: &mut Refusal,
) -> Result<(), Error> {
    let typed = typed.filter(|_| asks_password(site, account));
    let Some(typed) = typed.and_then(|typed| refusal.take(at, typed)) else { return Ok(()) };
    let checked = check(site, account.id, typed, &account.password_hash).await?;
    if checked != Checked::Right {
        refusal.add(at, Fault::new("fault-password"));
    }
    if checked == Checked::Wrong {
        let mut tx = site.begin().await?;
        Event::new(EventKind::PasswordRefused, account.id)
            .from(&site.caller())
            .write(site.app, &mut tx)
            .await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Result of checking a person's current password.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// It was right.
    Right,
    /// It was wrong.
    Wrong,
    /// It was not compared, because too many were wrong.
    Refused,
}

/// Checks `typed` against a hash, after counting a try for the account `whose`.
///
/// # Errors
/// [`Error::Busy`], after which the try is refunded, and [`Error::Database`].
pub async fn check(
    site: &Visit<'_>,
    whose: Uuid,
    typed: Password,
    hash: &PasswordHash,
) -> Result<Checked, Error> {
    let counted = Try::count(site, [RateLimit::PasswordOf(whose.as_bytes())]).await?;
    if !counted.allowed().is_yes() {
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
