//! `latchkey user …`: invites people, shows, enables and disables accounts, and helps those who cannot get back in.

mod act;
mod factors;
mod list;

use clap::{Subcommand, builder::PossibleValuesParser};

use super::{Done, site::Site};
use crate::{
    admin::{let_in::strategies, reason::Reason},
    base::{Error, email::Email},
    policy::strategy::Strategy,
};

#[derive(Subcommand)]
pub(super) enum User {
    /// Invites somebody by email; the link in it sets a password.
    Add {
        /// The address.
        #[arg(value_parser = super::email)]
        email: Email,
        /// A role to add; may be repeated.
        #[arg(long, value_parser = super::role)]
        role: Vec<String>,
    },
    /// Lists people.
    List {
        /// List only people with this role.
        #[arg(long, value_parser = super::role)]
        role: Option<String>,
        /// List only people in this state.
        #[arg(long, value_enum)]
        state: Option<list::State>,
        /// One JSON object a line: email, state (enabled, frozen, deletion_pending, disabled
        /// or invited), phone (true if verified), roles.
        #[arg(long)]
        json: bool,
    },
    /// Shows one person: state, roles, phone, sessions, and how they get back in.
    Show {
        /// The address.
        #[arg(value_parser = super::email)]
        email: Email,
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Sends the message that the person's own request would send.
    Reset {
        /// The address.
        #[arg(value_parser = super::email)]
        email: Email,
    },
    /// Lets in, once, somebody who cannot get back in, by an emailed link or a code to read out; the owner is told.
    /// Using it removes their second factors and recovery codes.
    LetIn {
        /// The address.
        #[arg(value_parser = super::email)]
        email: Email,
        /// The strategy to use, this once.
        #[arg(long, value_parser = PossibleValuesParser::new(strategies().map(Strategy::name)))]
        strategy: String,
        /// Shows a code to read out, valid for at most 10 minutes, instead of emailing a link.
        #[arg(long)]
        show: bool,
        /// The reason, recorded in the audit log.
        #[arg(long, value_parser = reason)]
        reason: String,
    },
    /// Removes a lost phone; the owner is told.
    RemovePhone {
        /// The address.
        #[arg(value_parser = super::email)]
        email: Email,
        /// The reason, recorded in the audit log.
        #[arg(long, value_parser = reason)]
        reason: String,
    },
    /// Lists a person's second factors: kind, name, since when, last use, and the recovery codes left; never a secret.
    Factors {
        /// The address.
        #[arg(value_parser = super::email)]
        email: Email,
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Removes second factors that are lost, and the recovery codes; the owner is told.
    RemoveFactors {
        /// The address.
        #[arg(value_parser = super::email)]
        email: Email,
        /// The reason, recorded in the audit log.
        #[arg(long, value_parser = reason)]
        reason: String,
    },
    /// Allows resets again before the hold after "this wasn't me" is over; a frozen account stays with its present address.
    LiftHold {
        /// The address.
        #[arg(value_parser = super::email)]
        email: Email,
    },
    /// Gives an account that is frozen after "this wasn't me" back to a former address that claims it.
    GiveBack {
        /// The account's present address.
        #[arg(value_parser = super::email)]
        email: Email,
        /// The former address, as `latchkey user show` lists it.
        #[arg(long, value_parser = super::email)]
        to: Email,
    },
    /// Ends an account's sessions, remembered browsers and links.
    EndSessions {
        /// The address.
        #[arg(value_parser = super::email)]
        email: Email,
    },
    /// Disables an account and ends its sessions, links and access tokens.
    Disable {
        /// The address.
        #[arg(value_parser = super::email)]
        email: Email,
    },
    /// Enables a disabled account.
    Enable {
        /// The address.
        #[arg(value_parser = super::email)]
        email: Email,
    },
    /// Adds and removes roles.
    Role {
        /// The address.
        #[arg(value_parser = super::email)]
        email: Email,
        /// A role to add; may be repeated.
        #[arg(long, value_parser = super::role)]
        add: Vec<String>,
        /// A role to remove; may be repeated.
        #[arg(long)]
        remove: Vec<String>,
    },
    /// Withdraws an invitation.
    Withdraw {
        /// The invited address.
        #[arg(value_parser = super::email)]
        email: Email,
    },
    /// Deletes an account: nobody gets in from now on, and after 72 hours it is gone for good; the owner is told.
    Delete {
        /// The address.
        #[arg(value_parser = super::email)]
        email: Email,
        /// Confirms the deletion.
        #[arg(long, required = true)]
        yes: bool,
    },
}

pub(super) async fn run(user: User, site: Site) -> Result<Done, Error> {
    let (app, pool) = site.open().await?;
    let done = match user {
        User::List { role, state, json } => list::list(&app, &pool, role.as_deref(), state, json).await?,
        User::Show { email, json } => list::show(&app, &pool, &email, json).await?,
        User::Factors { email, json } => factors::list(&pool, &email, json).await?,
        act => act::run(act, &app, &pool).await?,
    };
    pool.close().await;
    Ok(done)
}

fn reason(text: &str) -> Result<String, String> {
    Reason::parse(text).map(|reason| reason.text().to_owned()).map_err(|_| "write 3 to 200 characters".into())
}
