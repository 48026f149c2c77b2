//! Everybody, filtered by the beginning of their address and by role, with pending invitations.

use rocket::{Route, get, http::Status, post, routes};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{READ, actions, begin, error, next};
use crate::{
    auth::role::Admin,
    base::{Error, email::Email, fault::Fault},
    core::{event::Actor, place::Place},
    http::{Answer, Faults, Page, SameOrigin, Visit},
    policy::is_role,
    store::{
        accounts::{self, Account},
        registrations::{self, Registration},
        roles,
    },
    view::format,
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![list, show_withdraw, withdraw]
}

/// Most invitations shown.
const MAX_INVITATIONS: i64 = 200;
/// Longest search text, in characters.
const MAX_QUERY: usize = 254;

fn is_plain(text: &str) -> bool {
    text.chars().count() <= MAX_QUERY && !text.chars().any(char::is_control)
}

#[get("/admin/people?<q>&<role>&<from>&<withdrawn>")]
async fn list(
    site: Visit<'_>,
    _admin: Admin<'_>,
    q: Option<&str>,
    role: Option<&str>,
    from: Option<&str>,
    withdrawn: Option<&str>,
) -> Result<Answer, Error> {
    let (q, role, from) = (q.unwrap_or_default().trim(), role.unwrap_or_default(), from.unwrap_or_default());
    if !is_plain(from) {
        return error(&site, Status::BadRequest);
    }
    let mut faults = Faults::default();
    if !is_plain(q) {
        faults.add("q", Fault::new("fault-search"));
    }
    if !role.is_empty() && !is_role(role) {
        faults.add("role", Fault::new("fault-role"));
    }
    let mut conn = site.read().await?;
    let mut people = if faults.is_empty() {
        let role = Some(role).filter(|role| !role.is_empty());
        accounts::list(&mut conn, &Email::beginning(q), role, from, READ).await?
    } else {
        Vec::new()
    };
    let names = roles::names(&mut conn).await?;
    let beginning = q.is_empty() && role.is_empty() && from.is_empty();
    let invited = if beginning {
        registrations::invitations(&mut conn, site.now(), MAX_INVITATIONS).await?
    } else {
        Vec::new()
    };
    let last = next(&mut people).and_then(|next| Email::parse(&next.email).ok());
    let more = last.map(|last| {
        Place::AdminPeople.with(&[("q", q), ("role", role), ("from", last.key())]).at(site.base())
    });
    Ok(Page::new("admin/people")
        .with("people", people.iter().map(shown).collect::<Vec<_>>())
        .with("roles", names.iter().map(|role| json!({ "value": role, "name": role })).collect::<Vec<_>>())
        .with("invited", invited.iter().map(pending).collect::<Vec<_>>())
        .with("withdrawn", withdrawn.is_some())
        .with("more", more)
        .with("first", !from.is_empty())
        .typed("q", q)
        .typed("role", role)
        .faults(faults)
        .into())
}

/// Redirects a reload of the form's address.
#[get("/admin/invitations/<_>/withdraw")]
fn show_withdraw(_admin: Admin<'_>) -> Answer {
    Answer::go(Place::AdminPeople)
}

#[post("/admin/invitations/<id>/withdraw")]
async fn withdraw(_ours: SameOrigin, site: Visit<'_>, admin: Admin<'_>, id: &str) -> Result<Answer, Error> {
    let Ok(id) = Uuid::parse_str(id) else { return error(&site, Status::NotFound) };
    let Some(mut tx) = begin(&site, &admin).await? else { return error(&site, Status::Forbidden) };
    let actor = Actor::admin(admin.0.account.id, site.caller());
    if !actions::withdraw(site.app, &mut tx, id, &actor).await? {
        return error(&site, Status::NotFound);
    }
    tx.commit().await?;
    Ok(Answer::go(Place::AdminPeople.with(&[("withdrawn", "1")])))
}

fn pending(invited: &Registration) -> Value {
    json!({
        "id": invited.id,
        "email": invited.email,
        "roles": invited.roles.split_whitespace().collect::<Vec<_>>(),
        "until": format::moment(invited.expires_at),
    })
}

fn shown(account: &Account) -> Value {
    json!({
        "id": account.id,
        "email": account.email,
        "state": account.state().name(),
        "phone": account.phone.is_some(),
        "roles": account.roles().collect::<Vec<_>>(),
        "since": format::day(account.created_at),
    })
}
