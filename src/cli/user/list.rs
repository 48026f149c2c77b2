//! Accounts as the command line shows them: all in a table, or one in detail.

use std::io::Write;

use serde_json::json;

use super::super::{Done, LOCALE, say_json, table::Table};
use crate::{
    app::App,
    base::{Error, email::Email, phone::ending},
    store::{Pool, accounts, claims, registrations, sessions, usernames},
    view::{format, iso},
};

/// Accounts read at once.
const PAGE: i64 = 500;

/// State of an account, or of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
pub(in super::super) enum State {
    /// They may sign in.
    Enabled,
    /// An admin has to decide whose it is.
    Frozen,
    /// Its owner deleted it, and it can still be brought back.
    DeletionPending,
    /// An admin has disabled it.
    Disabled,
    /// They have not accepted their invitation yet.
    Invited,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            State::Enabled => accounts::AccountState::Enabled.name(),
            State::Frozen => accounts::AccountState::Frozen.name(),
            State::DeletionPending => accounts::AccountState::DeletionPending.name(),
            State::Disabled => accounts::AccountState::Disabled.name(),
            State::Invited => "invited",
        }
    }
}

impl From<accounts::AccountState> for State {
    fn from(state: accounts::AccountState) -> Self {
        match state {
            accounts::AccountState::Enabled => State::Enabled,
            accounts::AccountState::Frozen => State::Frozen,
            accounts::AccountState::DeletionPending => State::DeletionPending,
            accounts::AccountState::Disabled => State::Disabled,
        }
    }
}

pub(super) async fn list(
    app: &App,
    pool: &Pool,
    role: Option<&str>,
    state: Option<State>,
    as_json: bool,
) -> Result<Done, Error> {
    let mut conn = pool.read().await?;
    let (mut from, mut table) = (String::new(), Table::new(["EMAIL", "STATE", "PHONE", "ROLES"]));
    let mut line = |email: &str, is: State, phone: bool, roles: &str| {
        if state.is_some_and(|state| state != is) {
            return;
        }
        if as_json {
            let roles: Vec<_> = roles.split_whitespace().collect();
            say_json(&json!({ "email": email, "state": is.name(), "phone": phone, "roles": roles }));
        }
        table.row([email, is.name(), if phone { "yes" } else { "-" }, roles]);
        if as_json {
            table.forget();
        } else {
            table.flush_from(PAGE.try_into().unwrap_or(usize::MAX));
        }
    };
    while state != Some(State::Invited) {
        let mut page = accounts::list(&mut conn, "", role, &from, PAGE + 1).await?;
        let rest = page.split_off(page.len().min(usize::try_from(PAGE).unwrap_or(usize::MAX)));
        for account in &page {
            line(&account.email, account.state().into(), account.phone.is_some(), &account.role_list);
        }
        let Some(next) = rest.first().and_then(|account| Email::parse(&account.email).ok()) else { break };
        next.key().clone_into(&mut from);
    }
    for invited in registrations::invitations(&mut conn, app.now(), i64::MAX).await? {
        if role.is_none_or(|role| invited.roles.split_whitespace().any(|held| held == role)) {
            line(&invited.email, State::Invited, false, &invited.roles);
        }
    }
    table.end("nobody");
    Ok(Done::Done)
}

pub(super) async fn show(app: &App, pool: &Pool, email: &Email, as_json: bool) -> Result<Done, Error> {
    let (mut conn, now) = (pool.read().await?, app.now());
    let Some(account) = accounts::find_by_email(&mut conn, email.key()).await? else {
        let waiting = registrations::invitations(&mut conn, now, i64::MAX).await?;
        let invited = waiting.iter().find(|invited| invited.email_key == email.key());
        match invited {
            Some(invited) if as_json => say_json(&json!({
                "email": invited.email,
                "state": "invited",
                "roles": invited.roles.split_whitespace().collect::<Vec<_>>(),
                "until": iso::stamp(invited.expires_at),
            })),
            Some(invited) => {
                say!("{:10}{}", "email", invited.email);
                say!("{:10}invited, until {}", "state", format::moment(LOCALE, invited.expires_at));
                say!("{:10}{}", "roles", invited.roles);
            }
            None => eprintln!("latchkey: no account has the address {}", email.address()),
        }
        return Ok(invited.is_some().into());
    };
    let open = sessions::list(&mut conn, account.id, now - *app.config().session.idle, now).await?;
    let claims = claims::of_account(&mut conn, account.id).await?;
    let username = usernames::of_account(&mut conn, account.id).await?;
    let (policy, state) = (app.policy_now(&account), account.state().name());
    let held = Some(account.resets_blocked_until).filter(|until| *until > now && *until < accounts::FOREVER);
    if as_json {
        say_json(&json!({
            "id": account.id,
            "email": account.email,
            "username": username,
            "state": state,
            "since": iso::stamp(account.created_at),
            "phone": account.phone.as_deref().map(ending),
            "phone_from": account.phone_usable_at.map(iso::stamp),
            "held_until": held.map(iso::stamp),
            "claimed_by": claims.iter().map(|claim| &claim.email).collect::<Vec<_>>(),
            "roles": account.roles().collect::<Vec<_>>(),
            "strategy": policy.strategy,
            "channel": policy.channel,
            "sessions": open.len(),
        }));
        return Ok(Done::Done);
    }
    let phone = match (&account.phone, account.phone_usable_at.filter(|from| *from > now)) {
        (None, _) => "none".to_owned(),
        (Some(phone), None) => format!("ends in {}", ending(phone)),
        (Some(phone), Some(from)) => {
            format!("ends in {}, counts from {}", ending(phone), format::moment(LOCALE, from))
        }
    };
    let hold =
        held.map_or(String::new(), |until| format!(", on hold until {}", format::moment(LOCALE, until)));
    for (name, value) in [
        ("email", account.email.clone()),
        ("username", username.unwrap_or_default()),
        ("state", format!("{state}{hold}")),
        ("since", format::day(LOCALE, account.created_at)),
        ("claimed", claims.iter().map(|claim| claim.email.as_str()).collect::<Vec<_>>().join(", ")),
        ("roles", account.role_list.clone()),
        ("phone", phone),
        ("sessions", open.len().to_string()),
        (
            "recovery",
            format!("{}, first key by {}, good for {}", policy.strategy, policy.channel, policy.key_ttl),
        ),
    ] {
        if !value.is_empty() {
            say!("{name:10}{value}");
        }
    }
    Ok(Done::Done)
}
