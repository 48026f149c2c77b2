//! `latchkey user …`: invites people, lists them, lets them in or not, gives and takes roles.

use std::io::Write;

use clap::Subcommand;
use figment::Figment;

use super::open;
use crate::{
    Error,
    account::{change::end_everything, email::Email, invite},
    app::App,
    event::Event,
    reset::policy::is_role,
    store::{Pool, Tx, accounts, accounts::Account, registrations, sessions},
    web::human,
};

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
    List,
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

pub(super) async fn run(user: User, figment: &Figment) -> Result<(), Error> {
    let (app, pool) = open(figment).await?;
    match user {
        User::Add { email, role } => add(&app, &pool, &email, &role).await?,
        User::List => list(&app, &pool).await?,
        User::Disable { email } => switch(&app, &pool, &email, false).await?,
        User::Enable { email } => switch(&app, &pool, &email, true).await?,
        User::Role { email, add, remove } => role(&app, &pool, &email, &add, &remove).await?,
    }
    rocket_db_pools::Pool::close(&pool).await;
    Ok(())
}

fn wrong(text: String) -> Error {
    Error::Config(text)
}

fn judge_roles(roles: &[String]) -> Result<(), Error> {
    match roles.iter().find(|role| !is_role(role)) {
        Some(role) => {
            Err(wrong(format!("`{role}` is no role: a role's name has letters, digits, `-` and `_` only")))
        }
        None => Ok(()),
    }
}

async fn add(app: &App, pool: &Pool, email: &str, roles: &[String]) -> Result<(), Error> {
    judge_roles(roles)?;
    let invitation = invite::invitation(app, email, roles)
        .map_err(|_| wrong(format!("`{email}` is no e-mail address")))??;
    let mut tx = pool.begin().await?;
    if accounts::find_by_email(&mut tx, &invitation.email_key).await?.is_some() {
        return Err(wrong(format!("{email} has an account already")));
    }
    invite::invite(app, &mut tx, &invitation, None).await?;
    Event::of_site("account.invited").write(app, &mut tx).await?;
    tx.commit().await?;
    say!("invited {}: the link is good until {}", invitation.email, human::moment(invitation.expires_at));
    Ok(())
}

async fn list(app: &App, pool: &Pool) -> Result<(), Error> {
    let mut conn = pool.read().await?;
    let line = |email: &str, state: &str, phone: bool, roles: &str| {
        say!("{email:40} {state:9} {:6} {roles}", if phone { "phone" } else { "" });
    };
    let mut after = String::new();
    loop {
        let page = accounts::list(&mut conn, &after, 500).await?;
        for account in &page {
            let state = if account.enabled { "enabled" } else { "disabled" };
            line(&account.email, state, account.phone.is_some(), &account.role_list);
        }
        let Some(last) = page.last().and_then(|account| Email::parse(&account.email).ok()) else { break };
        last.key().clone_into(&mut after);
    }
    for invited in registrations::invitations(&mut conn, app.now()).await? {
        line(&invited.email, "invited", false, &invited.roles);
    }
    Ok(())
}

async fn find(tx: &mut Tx, email: &str) -> Result<Account, Error> {
    let none = || wrong(format!("no account has the address {email}"));
    let email = Email::parse(email).map_err(|_| none())?;
    accounts::find_by_email(tx, email.key()).await?.ok_or_else(none)
}

async fn switch(app: &App, pool: &Pool, email: &str, enabled: bool) -> Result<(), Error> {
    let mut tx = pool.begin().await?;
    let account = find(&mut tx, email).await?;
    accounts::set_enabled(&mut tx, account.id, enabled).await?;
    end_everything(&mut tx, &account).await?;
    let kind = if enabled { "account.enabled" } else { "account.disabled" };
    Event::new(kind, account.id).write(app, &mut tx).await?;
    tx.commit().await?;
    say!("{} is {}", account.email, if enabled { "enabled" } else { "disabled" });
    Ok(())
}

async fn role(app: &App, pool: &Pool, email: &str, add: &[String], remove: &[String]) -> Result<(), Error> {
    judge_roles(add)?;
    let mut tx = pool.begin().await?;
    let account = find(&mut tx, email).await?;
    for role in add {
        accounts::add_role(&mut tx, account.id, role).await?;
    }
    for role in remove {
        accounts::remove_role(&mut tx, account.id, role).await?;
    }
    // A session's id changes with what it may do: people sign in anew.
    sessions::end_all(&mut tx, account.id, None).await?;
    Event::new("account.roles_changed", account.id).write(app, &mut tx).await?;
    tx.commit().await?;
    let now = accounts::find(&mut pool.read().await?, account.id).await?;
    say!("{} has the roles: {}", account.email, now.map_or(String::new(), |account| account.role_list));
    Ok(())
}
