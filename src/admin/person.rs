//! One person: details for an admin, and actions on the account.

use rocket::{Route, get, http::Status, post, routes};
use serde::Serialize;
use strum::VariantArray;
use uuid::Uuid;

use super::{
    Choice,
    actions::{self, ActionOutcome, Reason},
    begin, error,
    events::{ShownEvent, shown as shown_event},
    let_in::{Way, let_in, strategies},
    policy::{ShownSetting, values},
};
use crate::{
    account::notice::{FORMER_ADDRESS_NOTICE, UNDO},
    auth::role::Admin,
    base::{
        Error,
        duration::HumanDuration,
        fault::Fault,
        phone::ending,
        role::{Administrator, Role},
    },
    core::{event::Actor, place::Place},
    http::{Answer, CookieName, Faults, Fields, Page, SameOrigin, Visit},
    policy::{is_role, strategy::Strategy},
    store::{
        Tx,
        accounts::{self, Account, AccountState},
        claims, events, former_addresses, roles, sessions,
    },
    view::{format, shown::View},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, show_act, change]
}

/// Events and sessions shown on the page.
const RECENT: usize = 10;

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

/// One person.
#[derive(Clone, Serialize)]
pub(super) struct PersonPage {
    id: Uuid,
    email: String,
    /// Whether it is the admin who looks.
    own: bool,
    enabled: bool,
    since: String,
    /// Last digits.
    phone: Option<String>,
    /// Time from which the phone can be used, if that is still to come.
    phone_from: Option<String>,
    /// End of a hold on resets.
    held: Option<String>,
    frozen: bool,
    claims: Vec<ShownClaim>,
    /// Former addresses.
    left: Vec<Left>,
    /// Time of removal, once its owner has deleted it.
    deleted: Option<String>,
    roles: Vec<String>,
    /// All roles that anybody has.
    known: Vec<String>,
    admin_role: &'static str,
    /// Whether the console may help it back in.
    helped: bool,
    strategies: Vec<Choice>,
    ways: Vec<Choice>,
    values: Vec<ShownSetting>,
    /// Number of sessions.
    open: usize,
    /// The latest of them.
    sessions: Vec<ShownSession>,
    events: Vec<ShownEvent>,
    /// Sentence about what was just done.
    done: Option<String>,
    /// Key to read out.
    key: Option<String>,
    /// Address at which it is typed.
    key_place: String,
    key_minutes: u64,
}

/// Claim of a frozen account.
#[derive(Clone, Serialize)]
struct ShownClaim {
    email: String,
    /// Canonical form of the address.
    key: String,
    at: String,
}

/// An address that the account has left.
#[derive(Clone, Serialize)]
struct Left {
    email: String,
    at: String,
}

/// A browser that is signed in.
#[derive(Clone, Serialize)]
struct ShownSession {
    browser: String,
    /// Client's address.
    place: String,
    since: String,
    seen: String,
}

impl View for PersonPage {
    const TEMPLATE: &'static str = "admin/person";

    fn samples() -> Vec<Self> {
        let moment = || "2026-08-01 14:32 UTC".to_owned();
        let some = |text: &str| Some(text.to_owned());
        let mary = || "mary@example.com".to_owned();
        let session = ShownSession {
            browser: "Firefox on Linux".into(),
            place: "127.0.0.1".into(),
            since: moment(),
            seen: moment(),
        };
        let held = PersonPage {
            id: Uuid::nil(),
            email: "maria@example.com".into(),
            own: false,
            enabled: true,
            since: "2026-08-01".into(),
            phone: some("78"),
            phone_from: Some(moment()),
            held: Some(moment()),
            frozen: false,
            claims: Vec::new(),
            left: vec![Left { email: mary(), at: moment() }],
            deleted: None,
            roles: vec!["editor".into()],
            known: vec!["admin".into(), "editor".into()],
            admin_role: Administrator::NAME,
            helped: true,
            strategies: vec![Choice::new("second_key", "Form with a code by email")],
            ways: vec![Choice::new("mail", "By mail"), Choice::new("shown", "Shown")],
            values: vec![ShownSetting::sample(None)],
            open: 12,
            sessions: vec![session],
            events: ShownEvent::samples(),
            done: None,
            key: None,
            key_place: "https://id.example.com/reset/key".into(),
            key_minutes: 10,
        };
        let open = PersonPage { held: None, ..held.clone() };
        let own = PersonPage {
            own: true,
            phone: None,
            phone_from: None,
            left: Vec::new(),
            roles: Vec::new(),
            known: Vec::new(),
            sessions: Vec::new(),
            open: 0,
            done: some("The account is disabled."),
            key: some("k7qm-9d2x-k7qm-9d2x"),
            enabled: false,
            ..open.clone()
        };
        let claim = ShownClaim { email: mary(), key: mary(), at: moment() };
        let frozen = PersonPage { frozen: true, claims: vec![claim], ..open.clone() };
        let admin = PersonPage { helped: false, roles: vec!["admin".into()], ..frozen.clone() };
        let deleted = PersonPage { enabled: false, deleted: some("2026-08-04 14:32 UTC"), ..open.clone() };
        vec![held, open, own, frozen, admin, deleted]
    }
}

#[get("/admin/people/<id>?<done>")]
async fn show(site: Visit<'_>, admin: Admin<'_>, id: &str, done: Option<&str>) -> Result<Answer, Error> {
    let Some(account) = find(&site, id).await? else { return error(&site, Status::NotFound) };
    let done = done.and_then(Act::named);
    let key = if done == Some(Act::LetIn) { site.carried(CookieName::LetIn) } else { None };
    site.cookies.remove(CookieName::LetIn);
    let done = done.map(|act| site.templates.say(&format!("person-done-{}", act.name()), &[]));
    let shown = shown(&site, &admin, &account).await?;
    let key = key.map(|key| key.grouped());
    Ok(page(PersonPage { done, key, ..shown }).into())
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
    let page = page(shown(site, admin, account).await?);
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

fn named(site: &Visit<'_>, strategy: Strategy) -> Choice {
    Choice::new(strategy.name(), site.templates.say(&format!("strategy-{strategy}"), &[]))
}

async fn find(site: &Visit<'_>, id: &str) -> Result<Option<Account>, Error> {
    let Ok(id) = Uuid::parse_str(id) else { return Ok(None) };
    accounts::find(&mut site.read().await?, id).await
}

fn page(shown: PersonPage) -> Page {
    let events = Place::AdminEvents.with(&[("account", &shown.email)]);
    Page::of(&shown).to("all_events", events)
}

/// Contents of the page, after no action.
async fn shown(site: &Visit<'_>, admin: &Admin<'_>, account: &Account) -> Result<PersonPage, Error> {
    let (mut conn, now) = (site.read().await?, site.now());
    let open = sessions::list(&mut conn, account.id, now - *site.config().session.idle, now).await?;
    let which = events::Which { account: Some(account.id), ..events::Which::default() };
    let recent = events::page(&mut conn, &which, RECENT.try_into().unwrap_or(10)).await?;
    let claims = claims::of_account(&mut conn, account.id).await?;
    let claims = claims.into_iter().map(|claim| ShownClaim {
        email: claim.email,
        key: claim.email_key,
        at: format::moment(claim.claimed_at),
    });
    let left = former_addresses::of_account(&mut conn, account.id, now - *FORMER_ADDRESS_NOTICE).await?;
    let left = left.into_iter().map(|left| Left { email: left.email, at: format::moment(left.left_at) });
    let held = (account.state() == AccountState::Enabled && account.resets_blocked_until > now)
        .then(|| format::moment(account.resets_blocked_until));
    let sessions = open.iter().take(RECENT).map(|session| ShownSession {
        browser: session.browser.clone(),
        place: session.client.clone(),
        since: format::moment(session.began_at),
        seen: format::moment(session.seen_at),
    });
    let ways = [("mail", Way::Mail), ("shown", Way::Shown)].map(|(name, way)| {
        let minutes = [("minutes", format::minutes(*way.life()).into())];
        Choice::new(name, site.templates.say(&format!("person-way-{name}"), &minutes))
    });
    Ok(PersonPage {
        id: account.id,
        email: account.email.clone(),
        own: account.id == admin.0.account.id,
        enabled: account.enabled,
        since: format::day(account.created_at),
        phone: account.phone.as_deref().map(|phone| ending(phone).to_owned()),
        phone_from: account.phone_usable_at.filter(|from| *from > now).map(format::moment),
        held,
        frozen: account.state() == AccountState::Frozen,
        claims: claims.collect(),
        left: left.collect(),
        deleted: account.deleted_at.map(|deleted_at| format::moment(deleted_at + *UNDO)),
        roles: account.roles().map(str::to_owned).collect(),
        known: roles::names(&mut conn).await?,
        admin_role: Administrator::NAME,
        helped: !account.has(Administrator::NAME),
        strategies: strategies().map(|strategy| named(site, strategy)).collect(),
        ways: ways.into(),
        values: values(site, &site.policy_at_arrival(account), &[]),
        open: open.len(),
        sessions: sessions.collect(),
        events: shown_event(site, &mut conn, &recent).await?,
        done: None,
        key: None,
        key_place: site.link(Place::ResetKey),
        key_minutes: format::minutes(*Way::Shown.life()),
    })
}
