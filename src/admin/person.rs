//! One person: details for an admin, and actions on the account.

use rocket::{Route, get, http::Status, post, routes};
use strum::VariantArray;
use uuid::Uuid;

use super::{
    actions::{self, ActionOutcome, Reason},
    begin, error,
    let_in::{Way, let_in, strategies},
    person_page::PersonPage,
};
use crate::{
    auth::role::Admin,
    base::{
        Error,
        duration::HumanDuration,
        fault::Fault,
        role::{Administrator, Role},
    },
    core::{event::Actor, place::Place},
    http::{Answer, CookieName, Faults, Fields, Page, SameOrigin, Visit},
    policy::{is_role, strategy::Strategy},
    store::{
        Tx,
        accounts::{self, Account},
    },
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, show_act, change]
}

/// An action on an account; its name is part of the address.
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
    RemovePhone,
    LetIn,
}

impl Act {
    fn name(self) -> &'static str {
        self.into()
    }

    /// Field at which a fault of the action is shown.
    fn field(self) -> &'static str {
        match self {
            Act::AddRole => "role",
            Act::RemovePhone => "phone-reason",
            Act::LetIn => "reason",
            other => other.name(),
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::VARIANTS.iter().copied().find(|act| act.name() == name)
    }
}

#[get("/admin/people/<id>?<done>")]
async fn show(site: Visit<'_>, admin: Admin<'_>, id: &str, done: Option<&str>) -> Result<Answer, Error> {
    let Some(account) = find(&site, id).await? else { return error(&site, Status::NotFound) };
    let done = done.and_then(Act::named);
    let key = if done == Some(Act::LetIn) { site.carried(CookieName::LetIn) } else { None };
    site.cookies.remove(CookieName::LetIn);
    let done = done.map(|act| site.templates.say(&format!("person-done-{}", act.name()), &[]));
    let key = key.map(|key| key.grouped());
    let shown = PersonPage::of(&site, &admin, &account).await?.after(done, key);
    Ok(page(shown).into())
}

#[get("/admin/people/<id>/<_>")]
fn show_act(_admin: Admin<'_>, id: &str) -> Answer {
    Answer::go(match Uuid::parse_str(id) {
        Ok(id) => Place::Person(id),
        Err(_) => Place::AdminPeople,
    })
}

#[post("/admin/people/<id>/<act>", data = "<fields>")]
async fn change(
    _ours: SameOrigin,
    site: Visit<'_>,
    admin: Admin<'_>,
    id: &str,
    act: &str,
    fields: Fields,
) -> Result<Answer, Error> {
    let (Some(account), Some(act)) = (find(&site, id).await?, Act::named(act)) else {
        return error(&site, Status::NotFound);
    };
    let asked = ActionForm::read(act, &fields);
    let asked = match asked.and_then(|asked| {
        protect(&admin, &account, act, &asked.role)
            .map(|()| asked)
            .map_err(|fault| Faults::of(act.field(), fault))
    }) {
        Ok(asked) => asked,
        Err(faults) => return Ok(refused(&site, &admin, &account, &fields, faults).await?.into()),
    };
    let Some(tx) = begin(&site, &admin).await? else { return error(&site, Status::Forbidden) };
    let done = carry_out(&site, tx, &admin, account.id, act, &asked).await?;
    match done {
        Ok(()) => Ok(Answer::go(Place::Person(account.id).with(&[("done", act.name())]))),
        Err(fault) => {
            let faults = Faults::of(act.field(), fault);
            Ok(refused(&site, &admin, &account, &fields, faults).await?.into())
        }
    }
}

/// The page with the typed values and their faults.
async fn refused(
    site: &Visit<'_>,
    admin: &Admin<'_>,
    account: &Account,
    fields: &Fields,
    faults: Faults,
) -> Result<Page, Error> {
    let page = page(PersonPage::of(site, admin, account).await?);
    let typed = ["role", "reason", "phone-reason", "strategy", "way"];
    let page = typed.iter().fold(page, |page, name| page.typed(name, fields.get(name).unwrap_or_default()));
    Ok(page.home(Place::Person(account.id)).faults(faults))
}

/// Fields of an action's form.
#[derive(Default)]
struct ActionForm {
    /// Role or address that it is about.
    role: Vec<String>,
    /// Reason for it.
    reason: Option<Reason>,
    /// Strategy for letting somebody in, and channel for the key.
    how: Option<(Strategy, Way)>,
}

impl ActionForm {
    fn read(act: Act, fields: &Fields) -> Result<Self, Faults> {
        let (mut faults, mut asked) = (Faults::default(), ActionForm::default());
        match act {
            Act::AddRole | Act::RemoveRole => {
                asked.role = faults.take("role", role(fields)).unwrap_or_default()
            }
            Act::GiveBack => {
                let email = fields.required("email", 254).map(str::to_owned);
                asked.role = faults.take("email", email).into_iter().collect();
            }
            Act::RemovePhone => asked.reason = faults.take("phone-reason", reason(fields, "phone-reason")),
            Act::LetIn => {
                let strategy = faults.take("strategy", strategy(fields));
                let way = faults.take("way", way(fields));
                asked.reason = faults.take("reason", reason(fields, "reason"));
                asked.how = strategy.zip(way);
            }
            _ => {}
        }
        if faults.is_empty() { Ok(asked) } else { Err(faults) }
    }
}

fn role(fields: &Fields) -> Result<Vec<String>, Fault> {
    let role = fields.required("role", 64)?;
    if is_role(role) { Ok(vec![role.to_owned()]) } else { Err(Fault::new("fault-role")) }
}

fn reason(fields: &Fields, name: &str) -> Result<Reason, Fault> {
    Reason::parse(fields.required(name, 200)?)
}

fn strategy(fields: &Fields) -> Result<Strategy, Fault> {
    let chosen = fields.get("strategy")?;
    strategies().find(|strategy| strategy.name() == chosen).ok_or(Fault::new("fault-strategy"))
}

fn way(fields: &Fields) -> Result<Way, Fault> {
    match fields.get("way")? {
        "mail" => Ok(Way::Mail),
        "shown" => Ok(Way::Shown),
        _ => Err(Fault::new("fault-required")),
    }
}

/// Prevents admins from locking themselves out by a wrong click.
fn protect(admin: &Admin<'_>, account: &Account, act: Act, role: &[String]) -> Result<(), Fault> {
    let own = admin.0.account.id == account.id;
    let out =
        act == Act::Disable || act == Act::RemoveRole && role.iter().any(|role| role == Administrator::NAME);
    if own && out { Err(Fault::new("fault-own-account")) } else { Ok(()) }
}

async fn carry_out(
    site: &Visit<'_>,
    mut tx: Tx,
    admin: &Admin<'_>,
    id: Uuid,
    act: Act,
    asked: &ActionForm,
) -> Result<Result<(), Fault>, Error> {
    let (app, actor, role) =
        (site.app, Actor::admin(admin.0.account.id, site.caller()), asked.role.as_slice());
    let mut shown = None;
    let cared = match act {
        Act::AddRole => actions::set_roles(app, &mut tx, id, (role, &[]), &actor).await?,
        Act::RemoveRole => actions::set_roles(app, &mut tx, id, (&[], role), &actor).await?,
        Act::Disable => actions::set_enabled(app, &mut tx, id, false, &actor).await?,
        Act::Enable => actions::set_enabled(app, &mut tx, id, true, &actor).await?,
        Act::EndSessions => actions::end_sessions(app, &mut tx, id, &actor).await?,
        Act::SendReset => actions::send_reset(app, &mut tx, id, &actor).await?,
        Act::LiftHold => actions::lift_hold(app, &mut tx, id, &actor).await?,
        Act::GiveBack => actions::give_back(app, &mut tx, id, &role.concat(), &actor).await?,
        Act::RemovePhone => match &asked.reason {
            Some(reason) => actions::remove_phone(app, &mut tx, id, reason, &actor).await?,
            None => return Ok(Err(Reason::fault())),
        },
        Act::LetIn => {
            let (Some(how), Some(reason)) = (asked.how, &asked.reason) else {
                return Ok(Err(Reason::fault()));
            };
            match let_in(app, &mut tx, id, how, reason, &actor).await? {
                Ok(key) => {
                    shown = key;
                    ActionOutcome::Done
                }
                Err(why) => why,
            }
        }
    };
    tx.commit().await?;
    if let Some(key) = shown {
        site.carry_for(CookieName::LetIn, &key, *HumanDuration::minutes(1))?;
    }
    Ok(match cared {
        ActionOutcome::Done | ActionOutcome::Already => Ok(()),
        ActionOutcome::Disabled => Err(Fault::new("fault-disabled")),
        ActionOutcome::OnHold => Err(Fault::new("fault-held")),
        ActionOutcome::NoTexts => Err(Fault::new("fault-texts-used-up")),
        ActionOutcome::Taken => Err(Fault::new("fault-address-taken")),
        ActionOutcome::Admin => Err(Fault::new("fault-admin-account")),
        ActionOutcome::NeedsPhone => Err(Fault::new("fault-strategy")),
        ActionOutcome::Nobody => Err(Fault::new("fault-gone")),
    })
}

async fn find(site: &Visit<'_>, id: &str) -> Result<Option<Account>, Error> {
    let Ok(id) = Uuid::parse_str(id) else { return Ok(None) };
    accounts::find(&mut site.read().await?, id).await
}

fn page(shown: PersonPage) -> Page {
    let events = Place::AdminEvents.with(&[("account", shown.email())]);
    Page::of(&shown).to("all_events", events)
}
