//! Everybody, filtered by the beginning of their address and by role, with pending invitations.

use rocket::{Route, get, http::Status, post, routes};
use serde::Serialize;
use uuid::Uuid;

use super::{Choice, Neighbours, READ, begin, error, next};
use crate::{
    admin::actions,
    auth::role::Admin,
    base::{Error, email::Email, fault::Fault},
    core::{event::Actor, place::Place},
    http::{Form, Outcome, Page, Read, SameOrigin, Visit, form::form},
    policy::is_role,
    store::{
        accounts::{self, AccountRow, AccountState},
        registrations::{self, Registration},
        roles,
    },
    view::{
        format,
        shown::{Forms, View},
    },
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

form! {
    /// The form that filters the list.
    struct PeopleFilter {
        /// Beginning of an address.
        q: String = search().mode("email").parse(beginning),
        role: Option<String> = choice(role).optional(),
    }
}

fn beginning(text: &str) -> Result<String, Fault> {
    if is_plain(text) { Ok(Email::beginning(text)) } else { Err(Fault::new("fault-search")) }
}

fn role(text: &str) -> Result<Option<String>, Fault> {
    match text {
        "" => Ok(None),
        text if is_role(text) => Ok(Some(text.to_owned())),
        _ => Err(Fault::new("fault-role")),
    }
}

/// A page of the list of people, with pending invitations.
#[derive(Serialize)]
pub(super) struct PeoplePage {
    people: Vec<Person>,
    /// Roles to filter by.
    roles: Vec<Choice>,
    invited: Vec<Invitation>,
    /// Whether an invitation was just withdrawn.
    withdrawn: bool,
    #[serde(flatten)]
    neighbours: Neighbours,
}

/// One of the people.
#[derive(Serialize)]
struct Person {
    id: Uuid,
    email: String,
    state: &'static str,
    /// Whether there is one.
    phone: bool,
    roles: Vec<String>,
    since: String,
}

/// A pending invitation.
#[derive(Serialize)]
struct Invitation {
    id: Uuid,
    email: String,
    roles: Vec<String>,
    until: String,
}

impl View for PeoplePage {
    const TEMPLATE: &'static str = "admin/people";
    const FORMS: Forms = &[PeopleFilter::INPUTS];

    fn samples() -> Vec<Self> {
        let person = |state: AccountState, phone, roles: &[&str]| Person {
            id: Uuid::nil(),
            email: "a-very-long-address-that-somebody-really-has-for-work@mail.department.example.com".into(),
            state: state.name(),
            phone,
            roles: roles.iter().map(ToString::to_string).collect(),
            since: "2026-08-01".into(),
        };
        let people = vec![
            person(AccountState::DeletionPending, true, &["admin", "editor"]),
            person(AccountState::Frozen, false, &[]),
            person(AccountState::Disabled, false, &[]),
            person(AccountState::Enabled, false, &["editor"]),
        ];
        let invited = Invitation {
            id: Uuid::nil(),
            email: "new@example.com".into(),
            roles: vec!["editor".into()],
            until: "2026-08-02 14:32 UTC".into(),
        };
        let [only, middle] = Neighbours::samples(Place::AdminPeople);
        let roles = vec![Choice::new("admin", "admin")];
        vec![
            PeoplePage {
                people: Vec::new(),
                roles: Vec::new(),
                invited: Vec::new(),
                withdrawn: true,
                neighbours: only,
            },
            PeoplePage { people, roles, invited: vec![invited], withdrawn: false, neighbours: middle },
        ]
    }
}

#[get("/admin/people?<q>&<role>&<from>&<withdrawn>")]
async fn list(
    site: Visit<'_>,
    _admin: Admin<'_>,
    q: Option<&str>,
    role: Option<&str>,
    from: Option<&str>,
    withdrawn: Option<&str>,
) -> Result<Outcome, Error> {
    let (q, role, from) = (q.unwrap_or_default().trim(), role.unwrap_or_default(), from.unwrap_or_default());
    if !is_plain(from) {
        return error(Status::BadRequest);
    }
    let (filter, refusal) = match Read::<PeopleFilter>::of_query([Some(q), Some(role)], site.config()).whole()
    {
        Ok((filter, refusal)) => (Some(filter), refusal),
        Err(refusal) => (None, refusal),
    };
    let mut conn = site.read().await?;
    let mut people = match &filter {
        Some(PeopleFilter { q, role }) => accounts::list(&mut conn, q, role.as_deref(), from, READ).await?,
        None => Vec::new(),
    };
    let names = roles::names(&mut conn).await?;
    let beginning = q.is_empty() && role.is_empty() && from.is_empty();
    let invited = if beginning {
        registrations::invitations(&mut conn, site.now(), MAX_INVITATIONS).await?
    } else {
        Vec::new()
    };
    let last = next(&mut people).and_then(|next| Email::parse(&next.email).ok());
    let more = last.map(|last| Place::AdminPeople.with(&[("q", q), ("role", role), ("from", last.key())]));
    let page = PeoplePage {
        people: people.iter().map(|account| shown(&site, account)).collect(),
        roles: names.iter().map(|role| Choice::new(role, role)).collect(),
        invited: invited.iter().map(|invited| pending(&site, invited)).collect(),
        withdrawn: withdrawn.is_some(),
        neighbours: Neighbours { more, first: !from.is_empty() },
    };
    Ok(Page::of(&page).answering(refusal))
}

/// Redirects a reload of the form's address.
#[get("/admin/invitations/<_>/withdraw")]
fn show_withdraw(_admin: Admin<'_>) -> Outcome {
    Outcome::elsewhere(Place::AdminPeople)
}

#[post("/admin/invitations/<id>/withdraw")]
async fn withdraw(_ours: SameOrigin, site: Visit<'_>, admin: Admin<'_>, id: &str) -> Result<Outcome, Error> {
    let Ok(id) = Uuid::parse_str(id) else { return error(Status::NotFound) };
    let Some(mut tx) = begin(&site, &admin).await? else { return error(Status::Forbidden) };
    let actor = Actor::admin(admin.0.account.id, site.caller());
    if !actions::withdraw(site.app, &mut tx, id, &actor).await? {
        return error(Status::NotFound);
    }
    tx.commit().await?;
    Ok(Outcome::go(Place::AdminPeople.with(&[("withdrawn", "1")])))
}

fn pending(site: &Visit<'_>, invited: &Registration) -> Invitation {
    Invitation {
        id: invited.id,
        email: invited.email.clone(),
        roles: invited.roles.split_whitespace().map(str::to_owned).collect(),
        until: format::moment(site.locale, invited.expires_at),
    }
}

fn shown(site: &Visit<'_>, account: &AccountRow) -> Person {
    Person {
        id: account.id,
        email: account.email.clone(),
        state: account.state().name(),
        phone: account.phone.is_some(),
        roles: account.roles().map(str::to_owned).collect(),
        since: format::day(site.locale, account.created_at),
    }
}
