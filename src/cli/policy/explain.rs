//! `latchkey policy explain`: the steps of signing in and of a reset for one person, or for a set of roles, in plain words.

use std::io::Write;

use clap::Args;
use figment::Figment;
use serde_json::json;

use super::{
    super::{Done, LOCALE, census::DatabaseState},
    signing_in::{self, Person},
};
use crate::{
    base::{
        Error,
        clock::{Clock, Time},
        email::Email,
    },
    config::{Provided, Validated, database},
    core::{in_force::PolicySnapshot, place::named},
    findings::place::Place,
    policy::{
        Policy,
        origin::{Origin, origins, sign_in_origins},
        sign_in::SignInPolicy,
    },
    reset::journey::{Step, journey},
    server::template_dir,
    store::{
        accounts::{self, AccountRow, AccountState},
        factors::{self, FactorRow},
        usernames,
    },
    view::{format, language::Language, templates::Templates},
};

#[derive(Args)]
#[command(
    after_help = "Exit status: 0, 1 if the configuration would not start, 3 if there is no such account."
)]
pub(in super::super) struct Explain {
    /// Address of the account.
    #[arg(long, value_name = "EMAIL", required_unless_present = "role", conflicts_with = "role", value_parser = super::super::email)]
    user: Option<Email>,
    /// A role instead of an account; may be repeated.
    #[arg(long, value_parser = super::super::role)]
    role: Vec<String>,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(explain: &Explain, figment: &Figment, provided: &Provided) -> Result<Done, Error> {
    let validated = Validated::look(figment, provided)?.accept()?;
    let templates = Templates::load(template_dir(figment)?.as_deref(), &named(&validated.config.base))?;
    let language = templates.language(LOCALE);
    let found = match &explain.user {
        Some(email) => match find(figment, email).await? {
            Some(found) => Some(found),
            None => {
                eprintln!("latchkey: no account has the address {}", email.address());
                return Ok(Done::Nothing);
            }
        },
        None => None,
    };
    let roles: Vec<&str> = match &found {
        Some(person) => person.account.roles().collect(),
        None => explain.role.iter().map(String::as_str).collect(),
    };
    let settings = &validated.reset;
    let (origins, sign_in) =
        (origins(figment, settings, &roles), sign_in_origins(figment, &validated.config.sign_in, &roles));
    let policy = settings.policy(roles.iter().copied());
    let steps = journey(language, &policy);
    let now = Clock::system().now();
    let permissions = validated.config.permissions.of(roles.iter().copied());
    let entry = validated.config.sign_in.policy(roles.iter().copied());
    let reached = |number: &str| validated.config.sms.reaches(number);
    let state = found.as_ref().map_or(Vec::new(), |Person { account, held, .. }| {
        let reached = account.phone.as_deref().is_none_or(reached);
        let mut state = state(language, (account, held), reached, &policy, now);
        state.extend(factors_of(language, &entry, held));
        state
    });
    let methods = PolicySnapshot::new(&validated, now).methods();
    let texts = found.as_ref().is_some_and(|person| person.account.usable_phone(now).is_some_and(reached));
    let ways = signing_in::steps(language, &entry, &methods, (found.as_ref(), texts));
    let owed = found.as_ref().and_then(|person| signing_in::after_reset(language, &entry, &policy, person));
    let email = found.as_ref().map(|person| &*person.account.email);
    if explain.json {
        let all = json!({
            "email": email,
            "roles": roles,
            "permissions": permissions,
            "settings": origins,
            "sign_in": sign_in,
            "account": state,
            "sign_in_steps": ways,
            "factor_after_reset": owed,
            "steps": steps,
        });
        say!("{all:#}");
        return Ok(Done::Done);
    }
    let who = if email.is_some() { "explain-user" } else { "explain-role" };
    let args = [
        ("email", email.unwrap_or_default().into()),
        ("roles", roles.join(", ").into()),
        ("count", roles.len().into()),
    ];
    say!("{}", language.say(who, &args));
    state.iter().for_each(|line| say!("{line}"));
    if !permissions.is_empty() {
        let listed = permissions.into_iter().collect::<Vec<_>>().join(", ");
        say!("{}", language.say("explain-permissions", &[("permissions", listed.into())]));
    }
    print(language, [&origins, &sign_in], &ways, &steps);
    owed.iter().for_each(|owed| say!("{:3}. {owed}", steps.len() + 1));
    Ok(Done::Done)
}

async fn find(figment: &Figment, email: &Email) -> Result<Option<Person>, Error> {
    let census = DatabaseState::open(&database::read(figment)?).await?;
    let DatabaseState::Counts(pool) = &census else {
        let why =
            "the database at databases.latchkey.url is missing or not up to date: start the server once";
        return Err(Error::Config(why.into()));
    };
    let mut conn = pool.read().await?;
    let found = match accounts::find_by_email(&mut conn, email.key()).await? {
        Some(account) => {
            let held = factors::of_account(&mut conn, account.id).await?;
            let username = usernames::of_account(&mut conn, account.id).await?;
            Some(Person { account, held, username })
        }
        None => None,
    };
    drop(conn);
    census.close().await;
    Ok(found)
}

/// Describes what the account lacks for its policy; `reached` if texts may be sent to its number.
fn state(
    language: &Language,
    (account, held): (&AccountRow, &[FactorRow]),
    reached: bool,
    policy: &Policy,
    now: Time,
) -> Vec<String> {
    let usable = account.usable_phone(now).filter(|_| reached);
    let phone = match (usable, account.phone_usable_at) {
        (None, Some(_)) if !reached => language.say("explain-phone-abroad", &[]),
        (Some(_), _) => language.say("explain-phone-ready", &[]),
        (None, Some(from)) => {
            language.say("explain-phone-waits", &[("from", format::moment(LOCALE, from).into())])
        }
        (None, None) => language.say("explain-phone-none", &[]),
    };
    let admitted = policy.admits(usable.is_some(), held.iter().map(|factor| factor.kind));
    let lacks = if policy.needs_phone() { "explain-phone-needed" } else { "explain-approval-needed" };
    let needed = (!admitted).then(|| language.say(lacks, &[]));
    let disabled = match account.state() {
        AccountState::Disabled => Some(language.say("explain-disabled", &[])),
        AccountState::DeletionPending => Some(language.say("explain-deleted", &[])),
        AccountState::Frozen => Some(language.say("explain-frozen", &[])),
        AccountState::Enabled => None,
    };
    let held = (account.state() == AccountState::Enabled && account.resets_blocked_until > now).then(|| {
        language
            .say("explain-held", &[("until", format::moment(LOCALE, account.resets_blocked_until).into())])
    });
    [Some(phone), needed, disabled, held].into_iter().flatten().collect()
}

/// Describes which second factors an account has, and whether it lacks one.
fn factors_of(language: &Language, policy: &SignInPolicy, held: &[FactorRow]) -> Vec<String> {
    let kinds = held.iter().map(|factor| language.say(&format!("factor-{}", factor.kind), &[]));
    let kinds = kinds.collect::<Vec<_>>().join(", ");
    let count = [("count", held.len().into()), ("kinds", kinds.into())];
    let has = policy.is_on().then(|| language.say("explain-factors", &count));
    let lacks = policy.holds_up(held.iter().map(|factor| factor.kind));
    let lacks = lacks.then(|| language.say("explain-factors-needed", &[]));
    has.into_iter().chain(lacks).collect()
}

fn print(language: &Language, origins: [&[Origin]; 2], ways: &[String], steps: &[Step]) {
    say!("\n{}", language.say("explain-force", &[]));
    for Origin { setting, value, place, role } in origins.into_iter().flatten() {
        let asked = role.as_ref().filter(|_| *place != Place::Default);
        let asked = asked.map(|role| language.say("explain-asked", &[("role", role.as_str().into())]));
        let asked = asked.map_or(String::new(), |asked| format!(", {asked}"));
        say!("  {setting:13} {value:18} {place}{asked}");
    }
    say!("\n{}", language.say("explain-ways", &[]));
    (1..).zip(ways).for_each(|(number, way)| say!("{number:3}. {way}"));
    say!("\n{}", language.say("explain-steps", &[]));
    for (number, step) in (1..).zip(steps) {
        say!("{number:3}. {}", step.what);
        say!("     {}", language.say("explain-why", &[("why", step.guards.as_str().into())]));
    }
}
