//! Another token for a program, by its refresh token.

use rocket::{Route, post, routes};

use super::page::page;
use crate::{
    auth::refresh,
    base::{Error, fault::Fault},
    http::{CookieName, Outcome, Read, SameOrigin, Visit, form::form, program::Program},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![submit]
}

form! {
    /// The refresh token, unless a cookie carries it.
    pub struct RefreshForm {
        refresh_token: String = hidden(),
    }
}

#[post("/refresh-token", data = "<form>")]
async fn submit(
    _program: &Program,
    _ours: SameOrigin,
    site: Visit<'_>,
    form: Read<RefreshForm>,
) -> Result<Outcome, Error> {
    let typed = form.draft.refresh_token.filter(|token| !token.is_empty());
    let sent = typed.or_else(|| site.cookies.get(CookieName::Refresh).map(str::to_owned));
    if let Some(refreshed) = refresh::refresh(&site, &sent.unwrap_or_default()).await? {
        return Ok(refreshed);
    }
    site.cookies.remove(CookieName::Refresh);
    let fault = Fault::new("fault-refresh");
    Ok(page(&site, "", false, None).refused(form.refusal.with(RefreshForm::AT.refresh_token, fault)))
}
