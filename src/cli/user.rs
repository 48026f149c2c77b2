//! `latchkey user …`: invites people, lists them, lets them in or not, gives and takes roles.

use std::io::Write;

use clap::Subcommand;
use figment::Figment;

use serde_json::json;

use super::{Done, open, say_json, wrong};
use crate::{
    Error,
    account::{
        care::{self, Cared},
        email::Email,
        invite,
        taken::taken,
    },
    app::App,
    event::{Actor, Event},
    reset::policy::is_role,
    store::{Pool, Tx, accounts, accounts::Account, registrations},
    web::human,
};

/// How many accounts are read at once.
const PAGE: i64 = 500;

#[derive(Subcommand)]
pub(super) enum User {
    /// Mails somebody an invitation whose link sets a password.
    Add {
        /// The address.
        email: String,
        /// A role to give; may be repeated.
        #[arg(long)]
        role: Vec<String>,
    },
    /// Lists everybody.
    List {
        /// One JSON object a line: email, state (enabled, frozen, deletion_pending, disabled or invited), phone (true if verified), roles.
        #[arg(long)]
        json: bool,
    },
    /// Ends somebody's sessions and keys, and lets them in no more.
    Disable {
        /// The address.
        email: String,
    },
    /// Lets somebody in again.
    Enable {
        /// The address.
        email: String,
    },
    /// Gives and takes roles.
    Role {
        /// The address.
        email: String,
        /// A role to give; may be repeated.
        #[arg(long)]
        add: Vec<String>,
        /// A role to take; may be repeated.
        #[arg(long)]
        remove: Vec<String>,
    },
}

pub(super) async fn run(user: User, figment: &Figment) -> Result<Done, Error> {
    let (app, pool) = open(figment).await?;
    let done = match user {
        User::Add { email, role } => add(&app, &pool, &email, &role).await?,
        User::List { json } => list(&app, &pool, json).await?,
        User::Disable { email } => switch(&app, &pool, &email, false).await?,
        User::Enable { email } => switch(&app, &pool, &email, true).await?,
        User::Role { email, add, remove } => role(&app, &pool, &email, &add, &remove).await?,
    };
    rocket_db_pools::Pool::close(&pool).await;
    Ok(done)
}

fn judge_roles(roles: &[String]) -> Result<(), Error> {
    match roles.iter().find(|role| !is_role(role)) {
        Some(role) => {
            Err(wrong(format!("`{role}` is no role: a role's name has letters, digits, `-` and `_` only")))
        }
        None => Ok(()),
    }
}

async fn add(app: &App, pool: &Pool, email: &str, roles: &[String]) -> Result<Done, Error> {
    judge_roles(roles)?;
    let invitation = invite::invitation(app, email, roles)
        .map_err(|_| wrong(format!("`{email}` is no e-mail address")))??;
    let mut tx = pool.begin().await?;
    if accounts::find_by_email(&mut tx, &invitation.email_key).await?.is_some() {
        return Err(wrong(format!("{email} has an account already")));
    }
    if taken(app, &mut tx, &invitation.email_key, None).await?.is_some() {
        return Err(wrong(format!(
            "{email} was the address of an account until lately: it is kept for that"
        )));
    }
    invite::invite(app, &mut tx, &invitation, None).await?;
    Event::of_site("account.invited").by(&Actor::command_line(app)).write(app, &mut tx).await?;
    tx.commit().await?;
    say!("invited {}: the link is good until {}", invitation.email, human::moment(invitation.expires_at));
    Ok(Done::Done)
}

async fn list(app: &App, pool: &Pool, json: bool) -> Result<Done, Error> {
    let mut conn = pool.read().await?;
    let (mut from, mut found) = (String::new(), false);
    let mut line = |email: &str, state: &str, phone: bool, roles: &str| {
        found = true;
        if json {
            let roles: Vec<_> = roles.split_whitespace().collect();
            say_json(&json!({ "email": email, "state": state, "phone": phone, "roles": roles }));
        } else {
            say!("{email:40} {state:16} {:6} {roles}", if phone { "phone" } else { "" });
        }
    };
    loop {
        let mut page = accounts::list(&mut conn, "", None, &from, PAGE + 1).await?;
        let rest = page.split_off(page.len().min(usize::try_from(PAGE).unwrap_or(usize::MAX)));
        for account in &page {
            line(&account.email, account.state().name(), account.phone.is_some(), &account.role_list);
        }
        let Some(next) = rest.first().and_then(|account| Email::parse(&account.email).ok()) else { break };
        next.key().clone_into(&mut from);
    }
    for invited in registrations::invitations(&mut conn, app.now()).await? {
        line(&invited.email, "invited", false, &invited.roles);
    }
    Ok(found.into())
}

/// The account of an address; says so if there is none.
async fn find(tx: &mut Tx, email: &str) -> Result<Option<Account>, Error> {
    let found = match Email::parse(email) {
        Ok(email) => accounts::find_by_email(tx, email.key()).await?,
        Err(_) => None,
    };
    if found.is_none() {
        eprintln!("latchkey: no account has the address {email}");
    }
    Ok(found)
}

async fn switch(app: &App, pool: &Pool, email: &str, enabled: bool) -> Result<Done, Error> {
    let mut tx = pool.begin().await?;
    let Some(account) = find(&mut tx, email).await? else { return Ok(Done::Nothing) };
    let actor = Actor::command_line(app);
    let cared = care::set_enabled(app, &mut tx, account.id, enabled, &actor).await?;
    tx.commit().await?;
    say!("{} is {}", account.email, if enabled { "enabled" } else { "disabled" });
    Ok((cared == Cared::Done).into())
}

async fn role(app: &App, pool: &Pool, email: &str, add: &[String], remove: &[String]) -> Result<Done, Error> {
    judge_roles(add)?;
    let mut tx = pool.begin().await?;
    let Some(account) = find(&mut tx, email).await? else { return Ok(Done::Nothing) };
    let actor = Actor::command_line(app);
    let cared = care::set_roles(app, &mut tx, account.id, (add, remove), &actor).await?;
    tx.commit().await?;
    let now = accounts::find(&mut pool.read().await?, account.id).await?;
    say!("{} has the roles: {}", account.email, now.map_or(String::new(), |account| account.role_list));
    Ok((cared == Cared::Done).into())
}
