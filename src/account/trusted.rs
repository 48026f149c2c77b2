//! The browsers that a person trusts, on the page of their sessions.

use rocket::{Route, get, http::Status, post, routes};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    auth::session::Fresh,
    base::Error,
    core::{
        event::{Event, EventKind},
        place::Place,
    },
    http::{Outcome, SameOrigin, Visit},
    store::{
        Conn,
        trusted_browsers::{self, TrustedBrowser},
    },
    view::format,
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, show_one, end]
}

/// A browser in which the password is enough.
#[derive(Serialize)]
pub struct TrustedShown {
    id: Uuid,
    /// Browser and system.
    browser: String,
    /// Client's address.
    place: String,
    since: String,
    /// Last sign-in without a second factor.
    used: Option<String>,
    /// Last day.
    until: String,
}

impl TrustedShown {
    /// Samples for the page.
    pub fn samples() -> Vec<Self> {
        let browser = |used: Option<&str>| TrustedShown {
            id: Uuid::from_u128(7),
            browser: "Firefox on Linux".into(),
            place: "192.0.2.7".into(),
            since: "2026-05-02".into(),
            used: used.map(str::to_owned),
            until: "2026-06-01".into(),
        };
        vec![browser(Some("2026-05-03 09:12 UTC")), browser(None)]
    }
}

/// Returns the browsers that an account trusts.
///
/// # Errors
/// [`Error::Database`].
pub async fn of_account(
    site: &Visit<'_>,
    conn: &mut Conn,
    account: Uuid,
) -> Result<Vec<TrustedShown>, Error> {
    let trusted = trusted_browsers::of_account(conn, account, site.now()).await?;
    let shown = |it: TrustedBrowser| TrustedShown {
        id: it.id,
        browser: site.language().browser_or_app(&it.browser),
        place: it.client,
        since: format::day(site.locale, it.created_at),
        used: it.used_at.map(|at| format::moment(site.locale, at)),
        until: format::day(site.locale, it.expires_at),
    };
    Ok(trusted.into_iter().map(shown).collect())
}

#[get("/account/sessions/trusted")]
fn show() -> Outcome {
    Outcome::elsewhere(Place::Sessions)
}

#[get("/account/sessions/trusted/<_>")]
fn show_one() -> Outcome {
    Outcome::elsewhere(Place::Sessions)
}

#[post("/account/sessions/trusted/<id>")]
async fn end(_ours: SameOrigin, site: Visit<'_>, me: Fresh<'_>, id: &str) -> Result<Outcome, Error> {
    let Ok(id) = Uuid::parse_str(id) else { return Ok(Outcome::Failed(Status::NotFound)) };
    let mut tx = site.begin().await?;
    if let Some(account) = me.lock(&mut tx, site.now()).await? {
        let (held, account) = account.into_parts();
        if trusted_browsers::end(held, account.id, id).await? {
            let asked = site.caller();
            Event::new(EventKind::BrowserDistrusted, account.id).from(&asked).write(site.app, held).await?;
            tx.commit().await?;
            site.flash("flash-browser-distrusted");
        }
    }
    Ok(Outcome::go(Place::Sessions))
}
