//! Deleting one's account: it is disabled at once, and removed for good once no link can restore it.

use rocket::{Route, get, post, routes};
use serde::Serialize;

use super::{change, leaving, notice};
use crate::{
    auth::session::Fresh,
    base::{Error, fault::Fault},
    core::{
        event::{Event, EventKind},
        place::Place,
    },
    hashing::password::Password,
    http::{Form, Outcome, Page, Read, SameOrigin, Visit, cookies::AT_WORK, flash::Announcement, form::form},
    store::accounts::AccountRow,
    view::shown::{Forms, View},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit]
}

/// Id of the button, at which a fault of the application is shown.
const BUTTON: &str = "delete";

form! {
    /// The form that deletes the account.
    pub struct DeleteForm {
        password: Result<Password, Fault> = password().alternative(),
    }
}

/// The page with that form.
#[derive(Serialize)]
pub struct DeletePage {
    /// Hours for which a link can restore it.
    hours: u64,
    /// Whether the password is asked for.
    password: bool,
}

impl View for DeletePage {
    const TEMPLATE: &'static str = "account/delete";
    const FORMS: Forms = &[DeleteForm::INPUTS];
    const SHOWS_ME: bool = true;

    fn samples() -> Vec<Self> {
        [true, false].map(|password| DeletePage { hours: 72, password }).into()
    }
}

fn page(site: &Visit<'_>, account: &AccountRow) -> Page {
    let password = change::asks_password(site, account);
    Page::of(&DeletePage { hours: notice::UNDO.as_secs() / 3600, password })
}

#[get("/account/delete")]
async fn show(site: Visit<'_>, me: Fresh<'_>) -> Result<Outcome, Error> {
    let first = change::first(&site, &me, Place::DeleteAccount).await?;
    Ok(first.unwrap_or_else(|| page(&site, &me.0.account).into()))
}

#[post("/account/delete", data = "<form>")]
async fn submit(
    _ours: SameOrigin,
    site: Visit<'_>,
    me: Fresh<'_>,
    form: Read<DeleteForm>,
) -> Result<Outcome, Error> {
    if let Some(first) = change::first(&site, &me, Place::DeleteAccount).await? {
        return Ok(first);
    }
    let Read { draft, mut refusal } = form;
    let at = DeleteForm::AT.password;
    change::confirm(&site, &me.0.account, draft.password, at, &mut refusal).await?;
    if !refusal.is_empty() {
        return Ok(page(&site, &me.0.account).refused(refusal));
    }
    let now = site.now();
    let mut tx = site.begin().await?;
    if let Some(mut account) = me.lock(&mut tx, now).await? {
        if let Err(fault) = leaving::try_out(site.app, &mut account).await? {
            return Ok(page(&site, &me.0.account).refused(refusal.with(BUTTON, fault)));
        }
        account.end_everything(now).await?;
        account.delete_later(now).await?;
        let (held, account) = account.into_parts();
        notice::post(site.app, held, &account, &account.email, "account-deleted", &site.caller()).await?;
        Event::new(EventKind::AccountDeletionRequested, account.id)
            .from(&site.caller())
            .write(site.app, held)
            .await?;
        tx.commit().await?;
        AT_WORK.into_iter().for_each(|cookie_name| site.cookies.remove(cookie_name));
        site.flash_all(vec![Announcement::count("flash-deleted", notice::UNDO.as_secs() / 3600)]);
    }
    Ok(Outcome::go(Place::SignIn))
}
