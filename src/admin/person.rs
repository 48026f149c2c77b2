//! One person: what an admin may know of them, and what may be done for them.

use rocket::{Route, get, http::Status, post, routes};
use serde_json::{Value, json};
use strum::VariantArray;
use uuid::Uuid;

use super::{address, begin, error, events::shown as shown_event, policy::values};
use crate::{
    Admin, Error,
    account::{
        care::{self, Cared},
        fault::Fault,
        notice::{FAREWELL, UNDO},
        phone::ending,
        role::{Administrator, Role},
    },
    event::Actor,
    reset::policy::is_role,
    store::{
        Tx,
        accounts::{self, Account, State},
        claims, events, former_addresses, roles, sessions,
    },
    web::{Answer, Faults, Fields, Page, SameOrigin, Site, human},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, change]
}

/// How many events and sessions the page shows.
const RECENT: usize = 10;

/// What may be done for somebody; its name stands in the address.
#[derive(Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
enum Act {
    AddRole,
    RemoveRole,
    Disable,
    Enable,
    EndSessions,
    SendReset,
    LiftHold,
    GiveBack,
}

impl Act {
    fn name(self) -> &'static str {
        self.into()
    }

    fn named(name: &str) -> Option<Self> {
        Self::VARIANTS.iter().copied().find(|act| act.name() == name)
    }
}

#[get("/admin/people/<id>?<done>")]
async fn show(site: Site<'_>, admin: Admin<'_>, id: &str, done: Option<&str>) -> Result<Answer, Error> {
    let Some(account) = find(&site, id).await? else { return error(&site, Status::NotFound) };
    let done = done.and_then(Act::named).map(Act::name);
    let done = done.map(|act| site.templates.say(&format!("person-done-{act}"), &[]));
    Ok(page(&site, &admin, &account).await?.with("done", done).into())
}

#[post("/admin/people/<id>/<act>", data = "<fields>")]
async fn change(
    _ours: SameOrigin,
    site: Site<'_>,
    admin: Admin<'_>,
    id: &str,
    act: &str,
    fields: Fields,
) -> Result<Answer, Error> {
    let (Some(account), Some(act)) = (find(&site, id).await?, Act::named(act)) else {
        return error(&site, Status::NotFound);
    };
    let done = match role(act, &fields).and_then(|role| protect(&admin, &account, act, &role).map(|()| role))
    {
        Ok(role) => {
            let Some(tx) = begin(&site, &admin).await? else { return error(&site, Status::Forbidden) };
            carry_out(&site, tx, &admin, account.id, act, &role).await?
        }
        Err(fault) => Err(fault),
    };
    match done {
        Ok(()) => Ok(Answer::go(format!("/admin/people/{}?done={}", account.id, act.name()))),
        Err(fault) => {
            let typed = fields.get("role").unwrap_or_default();
            let page = page(&site, &admin, &account).await?.typed("role", typed);
            Ok(page.faults(Faults::of(if act == Act::AddRole { "role" } else { act.name() }, fault)).into())
        }
    }
}

/// The role that the change is about, or the address; none for other changes.
fn role(act: Act, fields: &Fields) -> Result<Vec<String>, Fault> {
    if act == Act::GiveBack {
        return Ok(vec![fields.required("email", 254)?.to_owned()]);
    }
    if !matches!(act, Act::AddRole | Act::RemoveRole) {
        return Ok(Vec::new());
    }
    let role = fields.required("role", 64)?;
    if is_role(role) { Ok(vec![role.to_owned()]) } else { Err(Fault::new("fault-role")) }
}

/// Nobody locks themself out by a wrong click.
fn protect(admin: &Admin<'_>, account: &Account, act: Act, role: &[String]) -> Result<(), Fault> {
    let own = admin.0.account.id == account.id;
    let out =
        act == Act::Disable || act == Act::RemoveRole && role.iter().any(|role| role == Administrator::NAME);
    if own && out { Err(Fault::new("fault-own-account")) } else { Ok(()) }
}

async fn carry_out(
    site: &Site<'_>,
    mut tx: Tx,
    admin: &Admin<'_>,
    id: Uuid,
    act: Act,
    role: &[String],
) -> Result<Result<(), Fault>, Error> {
    let (app, actor) = (site.app, Actor::admin(admin.0.account.id, site.asked()));
    let cared = match act {
        Act::AddRole => care::set_roles(app, &mut tx, id, (role, &[]), &actor).await?,
        Act::RemoveRole => care::set_roles(app, &mut tx, id, (&[], role), &actor).await?,
        Act::Disable => care::set_enabled(app, &mut tx, id, false, &actor).await?,
        Act::Enable => care::set_enabled(app, &mut tx, id, true, &actor).await?,
        Act::EndSessions => care::end_sessions(app, &mut tx, id, &actor).await?,
        Act::SendReset => care::send_reset(app, &mut tx, id, &actor).await?,
        Act::LiftHold => care::lift_hold(app, &mut tx, id, &actor).await?,
        Act::GiveBack => care::give_back(app, &mut tx, id, &role.concat(), &actor).await?,
    };
    tx.commit().await?;
    Ok(match cared {
        Cared::Done | Cared::Already => Ok(()),
        Cared::Disabled => Err(Fault::new("fault-disabled")),
        Cared::Held => Err(Fault::new("fault-held")),
        Cared::NoTexts => Err(Fault::new("fault-texts-used-up")),
        Cared::Taken => Err(Fault::new("fault-address-taken")),
        Cared::Nobody => Err(Fault::new("fault-gone")),
    })
}

async fn find(site: &Site<'_>, id: &str) -> Result<Option<Account>, Error> {
    let Ok(id) = Uuid::parse_str(id) else { return Ok(None) };
    accounts::find(&mut site.read().await?, id).await
}

async fn page(site: &Site<'_>, admin: &Admin<'_>, account: &Account) -> Result<Page, Error> {
    let (mut conn, now) = (site.read().await?, site.now());
    let open = sessions::list(&mut conn, account.id, now - *site.config().session.idle, now).await?;
    let which = events::Which { account: Some(account.id), ..events::Which::default() };
    let recent = events::page(&mut conn, &which, RECENT.try_into().unwrap_or(10)).await?;
    let claims = claims::of_account(&mut conn, account.id).await?;
    let claims = claims.iter().map(
        |claim| json!({ "email": claim.email, "key": claim.email_key, "at": human::moment(claim.claimed_at) }),
    );
    let left = former_addresses::of_account(&mut conn, account.id, now - *FAREWELL).await?;
    let left = left.iter().map(|left| json!({ "email": left.email, "at": human::moment(left.left_at) }));
    let held = (account.state() == State::Enabled && account.held_until > now)
        .then(|| human::moment(account.held_until));
    let sessions = open.iter().take(RECENT).map(|session| {
        json!({
            "browser": session.browser,
            "place": session.client,
            "since": human::moment(session.began_at),
            "seen": human::moment(session.seen_at),
        })
    });
    Ok(Page::new("admin/person")
        .with("id", account.id)
        .with("email", &account.email)
        .with("own", account.id == admin.0.account.id)
        .with("enabled", account.enabled)
        .with("since", human::day(account.created_at))
        .with("phone", account.phone.as_deref().map(ending))
        .with("phone_from", account.phone_usable_at.filter(|from| *from > now).map(human::moment))
        .with("held", held)
        .with("frozen", account.state() == State::Frozen)
        .with("claims", claims.collect::<Vec<Value>>())
        .with("left", left.collect::<Vec<Value>>())
        .with("deleted", account.deleted_at.map(|deleted_at| human::moment(deleted_at + *UNDO)))
        .with("roles", account.roles().collect::<Vec<_>>())
        .with("known", roles::names(&mut conn).await?)
        .with("admin_role", Administrator::NAME)
        .with("values", values(site, &site.policy(account), &[]))
        .with("open", open.len())
        .with("sessions", sessions.collect::<Vec<Value>>())
        .with("all_events", address("/admin/events", &[("account", &account.email)]))
        .with("events", shown_event(site, &mut conn, &recent).await?))
}
