//! Everybody, by how their address begins and by role.

use rocket::{Route, get, http::Status, routes};
use serde_json::{Value, json};

use super::{READ, address, error, next};
use crate::{
    Admin, Error,
    account::{email::Email, fault::Fault},
    reset::policy::is_role,
    store::{accounts, accounts::Account, roles},
    web::{Answer, Faults, Page, Site, human},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![list]
}

/// Longest address that is looked for, in characters.
const LONGEST: usize = 254;

fn is_plain(text: &str) -> bool {
    text.chars().count() <= LONGEST && !text.chars().any(char::is_control)
}

#[get("/admin/people?<q>&<role>&<from>")]
async fn list(
    site: Site<'_>,
    _admin: Admin<'_>,
    q: Option<&str>,
    role: Option<&str>,
    from: Option<&str>,
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
    let last = next(&mut people).and_then(|next| Email::parse(&next.email).ok());
    let more = last.map(|last| address("/admin/people", &[("q", q), ("role", role), ("from", last.key())]));
    Ok(Page::new("admin/people")
        .with("people", people.iter().map(shown).collect::<Vec<_>>())
        .with("roles", names.iter().map(|role| json!({ "value": role, "name": role })).collect::<Vec<_>>())
        .with("more", more)
        .with("first", !from.is_empty())
        .typed("q", q)
        .typed("role", role)
        .faults(faults)
        .into())
}

fn shown(account: &Account) -> Value {
    json!({
        "id": account.id,
        "email": account.email,
        "state": account.state().name(),
        "phone": account.phone.is_some(),
        "roles": account.roles().collect::<Vec<_>>(),
        "since": human::day(account.created_at),
    })
}
