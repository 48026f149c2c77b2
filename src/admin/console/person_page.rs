//! The page of one person: contents and samples.

use super::{
    Choice,
    act::{GiveBackForm, LetInForm, RemoveFactorsForm, RemovePhoneForm, RoleForm},
    events::ShownEvent,
    factors::ShownFactors,
    policy::{ShownSetting, values},
};
use crate::{
    account::notice::{FORMER_ADDRESS_NOTICE, UNDO},
    admin::let_in::{Way, strategies},
    auth::role::Admin,
    base::{
        Error,
        phone::ending,
        role::{Administrator, Role},
    },
    core::place::{Address, Place},
    http::{Form, Visit},
    policy::strategy::Strategy,
    store::{
        access_tokens,
        accounts::{AccountRow, AccountState},
        claims, events, former_addresses, roles, sessions, usernames,
    },
    view::{
        format,
        shown::{Forms, View},
    },
};
use serde::Serialize;
use strum::VariantArray;
use uuid::Uuid;

/// Events and sessions shown on the page.
const RECENT: usize = 10;

/// One person.
#[derive(Clone, Serialize)]
pub(super) struct PersonPage {
    id: Uuid,
    email: String,
    /// Whether it is the admin who looks.
    own: bool,
    enabled: bool,
    since: String,
    username: Option<String>,
    /// Last digits.
    phone: Option<String>,
    /// Time from which the phone can be used, if that is still to come.
    phone_from: Option<String>,
    factors: ShownFactors,
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
    /// Number of access tokens.
    tokens: usize,
    events: Vec<ShownEvent>,
    /// All of them.
    all_events: Address,
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
    const FORMS: Forms = &[
        RoleForm::INPUTS,
        GiveBackForm::INPUTS,
        RemovePhoneForm::INPUTS,
        RemoveFactorsForm::INPUTS,
        LetInForm::INPUTS,
    ];

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
        let [no_factors, factors] = ShownFactors::samples();
        let held = PersonPage {
            id: Uuid::nil(),
            email: "maria@example.com".into(),
            own: false,
            enabled: true,
            since: "2026-08-01".into(),
            username: some("maria.k"),
            phone: some("78"),
            phone_from: Some(moment()),
            factors,
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
            tokens: 2,
            events: ShownEvent::samples(),
            all_events: Place::AdminEvents.with(&[("account", "maria@example.com")]),
            done: None,
            key: None,
            key_place: "https://id.example.com/reset/key".into(),
            key_minutes: 10,
        };
        let open = PersonPage { held: None, ..held.clone() };
        let own = PersonPage {
            own: true,
            username: None,
            phone: None,
            phone_from: None,
            factors: no_factors,
            left: Vec::new(),
            roles: Vec::new(),
            known: Vec::new(),
            sessions: Vec::new(),
            tokens: 0,
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

impl PersonPage {
    /// The same after an action, with the sentence about it and a key to read out.
    pub fn after(self, done: Option<String>, key: Option<String>) -> Self {
        Self { done, key, ..self }
    }

    /// Contents of the page, after no action.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn of(site: &Visit<'_>, admin: &Admin<'_>, account: &AccountRow) -> Result<Self, Error> {
        let (mut conn, now) = (site.read().await?, site.now());
        let open = sessions::list(&mut conn, account.id, now - *site.config().session.idle, now).await?;
        let which = events::Which { account: Some(account.id), ..events::Which::default() };
        let recent = events::page(&mut conn, &which, RECENT.try_into().unwrap_or(10)).await?;
        let claims = claims::of_account(&mut conn, account.id).await?;
        let claims = claims.into_iter().map(|claim| ShownClaim {
            email: claim.email,
            key: claim.email_key,
            at: format::moment(site.locale, claim.claimed_at),
        });
        let left = former_addresses::of_account(&mut conn, account.id, now - *FORMER_ADDRESS_NOTICE).await?;
        let left = left
            .into_iter()
            .map(|left| Left { email: left.email, at: format::moment(site.locale, left.left_at) });
        let held = (account.state() == AccountState::Enabled && account.resets_blocked_until > now)
            .then(|| format::moment(site.locale, account.resets_blocked_until));
        let sessions = open.iter().take(RECENT).map(|session| ShownSession {
            browser: site.language().browser_or_app(&session.browser),
            place: session.client.clone(),
            since: format::moment(site.locale, session.began_at),
            seen: format::moment(site.locale, session.seen_at),
        });
        let ways = Way::VARIANTS.iter().map(|way| {
            let minutes = [("minutes", format::minutes(*way.life()).into())];
            Choice::new(way.name(), site.say(&format!("person-way-{}", way.name()), &minutes))
        });
        Ok(PersonPage {
            id: account.id,
            email: account.email.clone(),
            own: account.id == admin.0.account.id,
            enabled: account.enabled,
            since: format::day(site.locale, account.created_at),
            username: usernames::of_account(&mut conn, account.id).await?,
            phone: account.phone.as_deref().map(|phone| ending(phone).to_owned()),
            phone_from: account
                .phone_usable_at
                .filter(|from| *from > now)
                .map(|at| format::moment(site.locale, at)),
            factors: ShownFactors::of(site, &mut conn, account).await?,
            held,
            frozen: account.state() == AccountState::Frozen,
            claims: claims.collect(),
            left: left.collect(),
            deleted: account.deleted_at.map(|deleted_at| format::moment(site.locale, deleted_at + *UNDO)),
            roles: account.roles().map(str::to_owned).collect(),
            known: roles::names(&mut conn).await?,
            admin_role: Administrator::NAME,
            helped: !account.has(Administrator::NAME),
            strategies: strategies().map(|strategy| named(site, strategy)).collect(),
            ways: ways.collect(),
            values: values(site, &site.policy_at_arrival(account), &[]),
            open: open.len(),
            sessions: sessions.collect(),
            tokens: access_tokens::of_account(&mut conn, account.id, now).await?.len(),
            events: super::events::shown(site, &mut conn, &recent).await?,
            all_events: Place::AdminEvents.with(&[("account", &account.email)]),
            done: None,
            key: None,
            key_place: site.link(Place::ResetKey),
            key_minutes: format::minutes(*Way::Shown.life()),
        })
    }
}

fn named(site: &Visit<'_>, strategy: Strategy) -> Choice {
    Choice::new(strategy.name(), site.say(&format!("strategy-{strategy}"), &[]))
}
