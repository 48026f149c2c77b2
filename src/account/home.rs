//! The account's own page and its list of sessions.

use rocket::{Route, get, post, routes};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    auth::session::{self, Fresh},
    base::{
        Error,
        phone::ending,
        role::{Administrator, Role},
    },
    core::{
        event::{Event, EventKind},
        place::Place,
    },
    http::{Answer, Page, SameOrigin, Visit, told::Announcement},
    store::{
        remembered,
        sessions::{self, SignedIn},
    },
    view::format,
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, list, end_others, show_one, end_one]
}

#[get("/account")]
fn show(site: Visit<'_>, me: &SignedIn) -> Page {
    let account = &me.account;
    let typed: Value = serde_json::from_str(&account.fields).unwrap_or_default();
    let fields: Vec<Value> = site
        .config()
        .register
        .fields
        .iter()
        .filter_map(|field| Some(json!({ "label": field.label, "value": typed.get(&field.name)?.as_str()? })))
        .collect();
    Page::new("account/home")
        .with("email", &account.email)
        .with("phone", account.phone.as_deref().map(ending))
        .with("fields", fields)
        .with("since", format::day(account.created_at))
        .with("signed_in", format::moment(me.session.began_at))
        .with("roles", account.roles().collect::<Vec<_>>())
        .with("admin", account.has(Administrator::NAME))
}

fn idle_since(site: &Visit<'_>) -> crate::base::clock::Time {
    site.now() - *site.config().session.idle
}

#[get("/account/sessions")]
async fn list(site: Visit<'_>, me: Fresh<'_>) -> Result<Page, Error> {
    let me = me.0;
    let open = sessions::list(&mut site.read().await?, me.account.id, idle_since(&site), site.now()).await?;
    let shown: Vec<Value> = open
        .iter()
        .map(|session| {
            json!({
                "id": session.id,
                "browser": session.browser,
                "place": session.client,
                "since": format::moment(session.began_at),
                "seen": format::moment(session.seen_at),
                "current": session.id == me.session.id,
            })
        })
        .collect();
    Ok(Page::new("account/sessions").with("sessions", shown))
}

#[post("/account/sessions")]
async fn end_others(_ours: SameOrigin, site: Visit<'_>, me: Fresh<'_>) -> Result<Answer, Error> {
    let mut tx = site.begin().await?;
    if let Some(mut account) = me.lock(&mut tx, site.now()).await? {
        let own = Some(me.0.session.id);
        let others = session::open(&site, &mut account, own).await?;
        let (held, account) = account.into_parts();
        let ended = sessions::end_all(held, account.id, own).await?;
        if ended + remembered::end_all(held, account.id).await? > 0 {
            Event::new(EventKind::SessionsEnded, account.id)
                .from(&site.caller())
                .write(site.app, held)
                .await?;
        }
        tx.commit().await?;
        site.tell_all(vec![Announcement::count("told-others-ended", others)]);
    }
    Ok(Answer::go(Place::Sessions))
}

#[get("/account/sessions/<_>")]
fn show_one(_me: &SignedIn) -> Answer {
    Answer::go(Place::Sessions)
}

#[post("/account/sessions/<id>")]
async fn end_one(_ours: SameOrigin, site: Visit<'_>, me: Fresh<'_>, id: &str) -> Result<Answer, Error> {
    let Ok(id) = Uuid::parse_str(id) else {
        return Ok(Page::error(&site.templates, rocket::http::Status::NotFound).into());
    };
    let mut tx = site.begin().await?;
    if let Some(account) = me.lock(&mut tx, site.now()).await? {
        let (held, account) = account.into_parts();
        if sessions::end(held, account.id, id).await? {
            // It is not known which remembered browser opened it, so all of them are forgotten.
            remembered::end_all(held, account.id).await?;
            Event::new(EventKind::SessionEnded, account.id)
                .from(&site.caller())
                .write(site.app, held)
                .await?;
            tx.commit().await?;
            site.tell("told-session-ended");
        }
    }
    Ok(Answer::go(Place::Sessions))
}
