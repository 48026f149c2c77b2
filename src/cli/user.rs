//! `latchkey user …`: invites people, shows them, lets them in or not, and helps those who cannot get back in.

mod act;
mod list;

use clap::{Subcommand, builder::PossibleValuesParser};
use figment::Figment;

use super::{Done, open};
use crate::{
    Error,
    account::{care::Reason, email::Email, let_in::strategies},
    reset::Strategy,
};

#[derive(Subcommand)]
pub(super) enum User {
    /// Mails somebody an invitation whose link sets a password.
    Add {
        /// The address.
        #[arg(value_parser = super::email)]
        email: Email,
        /// A role to give; may be repeated.
        #[arg(long, value_parser = super::role)]
        role: Vec<String>,
    },
    /// Lists people.
    List {
        /// Only those with this role.
        #[arg(long, value_parser = super::role)]
        role: Option<String>,
        /// Only those in this state.
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
    /// Sends somebody the message that a request of their own would.
    Reset {
        /// The address.
        #[arg(value_parser = super::email)]
        email: Email,
    },
    /// Lets somebody in once who cannot get back in: an emailed link, or a code to be read out; the owner is told.
    LetIn {
        /// The address.
        #[arg(value_parser = super::email)]
        email: Email,
        /// How they get back in, this once.
        #[arg(long, value_parser = PossibleValuesParser::new(strategies().map(Strategy::name)))]
        strategy: String,
        /// Shows a code to be read out, good for 10 minutes at most, instead of mailing a link.
        #[arg(long)]
        show: bool,
        /// Why: it stands in the audit log.
        #[arg(long, value_parser = reason)]
        reason: String,
    },
    /// Takes a phone away that its owner lost; the owner is told.
    RemovePhone {
        /// The address.
        #[arg(value_parser = super::email)]
        email: Email,
        /// Why: it stands in the audit log.
        #[arg(long, value_parser = reason)]
        reason: String,
    },
    /// Lets resets be requested again before the hold after "this wasn't me" is over.
    LiftHold {
        /// The address.
        #[arg(value_parser = super::email)]
        email: Email,
    },
    /// Ends somebody's sessions, remembered browsers and keys.
    EndSessions {
        /// The address.
        #[arg(value_parser = super::email)]
        email: Email,
    },
    /// Ends somebody's sessions and keys, and lets them in no more.
    Disable {
        /// The address.
        #[arg(value_parser = super::email)]
        email: Email,
    },
    /// Lets somebody in again.
    Enable {
        /// The address.
        #[arg(value_parser = super::email)]
        email: Email,
    },
    /// Gives and takes roles.
    Role {
        /// The address.
        #[arg(value_parser = super::email)]
        email: Email,
        /// A role to give; may be repeated.
        #[arg(long, value_parser = super::role)]
        add: Vec<String>,
        /// A role to take; may be repeated.
        #[arg(long)]
        remove: Vec<String>,
    },
    /// Takes an invitation back.
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
        /// Says that it is meant.
        #[arg(long, required = true)]
        yes: bool,
    },
}

pub(super) async fn run(user: User, figment: &Figment) -> Result<Done, Error> {
    let (app, pool) = open(figment).await?;
    let done = match user {
        User::List { role, state, json } => list::list(&app, &pool, role.as_deref(), state, json).await?,
        User::Show { email, json } => list::show(&app, &pool, &email, json).await?,
        act => act::run(act, &app, &pool).await?,
    };
    rocket_db_pools::Pool::close(&pool).await;
    Ok(done)
}

fn reason(text: &str) -> Result<String, String> {
    Reason::parse(text).map(|reason| reason.text().to_owned()).map_err(|_| "write 3 to 200 characters".into())
}
