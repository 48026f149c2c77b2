//! Getting back in: five strategies, of which the policy picks one for each account.
//!
//! [`request`] takes the wish, the outbox's worker makes the key, [`arrive`] carries it from the link into a cookie,
//! [`ticket`] proves it to the routes of its strategy, and [`complete`] ends what is older.

pub mod arrive;
pub mod complete;
pub mod generated_password;
pub mod issue;
pub mod journey;
pub mod new_password;
pub mod not_me;
pub mod one_time_login;
pub mod request;
pub mod restart;
pub mod second_key;
pub mod second_step;
pub mod set_then_login;
pub mod sms_approved;
pub mod ticket;
pub mod typed;
pub mod undo;

use std::fmt;

use rocket::{Route, fairing::AdHoc};
use serde::{Deserialize, Serialize};
use strum::VariantArray;

use crate::{base::span::Span, config::finding::Severity};

/// How people get back in; the strictest first.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Deserialize,
    Serialize,
    strum::IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Strategy {
    /// A texted code approves the new password.
    SmsApproved,
    /// A second key, by mail, goes with the new password.
    SecondKey,
    /// The form for a new password, then signed in.
    SetThenLogin,
    /// Signed in once, to set a new password.
    OneTimeLogin,
    /// A generated password, by mail, that is good once.
    GeneratedPassword,
}

/// What there is to know of a strategy from outside.
pub struct Recovery {
    /// The page that its key leads to.
    pub page: &'static str,
    /// How many steps it takes, the request being the first.
    pub steps: u8,
    /// How long its first key may be good at most.
    pub longest: Span,
    /// Whether it takes a verified phone.
    pub needs_phone: bool,
    /// What an expert says to whoever chooses it.
    pub risk: Option<Risk>,
    /// Installs its routes.
    pub fairing: fn() -> AdHoc,
}

/// What a strategy gives up.
pub struct Risk {
    /// How much it matters.
    pub severity: Severity,
    /// What it is.
    pub why: &'static str,
    /// What to choose instead, or beside it.
    pub remedy: &'static str,
}

impl Strategy {
    pub(crate) fn recovery(self) -> Recovery {
        match self {
            Strategy::SmsApproved => sms_approved::RECOVERY,
            Strategy::SecondKey => second_key::RECOVERY,
            Strategy::SetThenLogin => set_then_login::RECOVERY,
            Strategy::OneTimeLogin => one_time_login::RECOVERY,
            Strategy::GeneratedPassword => generated_password::RECOVERY,
        }
    }

    /// Every strategy, the strictest first.
    pub fn all() -> &'static [Strategy] {
        Self::VARIANTS
    }

    /// Its name in `Rocket.toml`.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The page that its key leads to.
    pub fn page(self) -> &'static str {
        self.recovery().page
    }

    /// How many steps it takes, the request being the first.
    pub fn steps(self) -> u8 {
        self.recovery().steps
    }

    /// Whether it takes a verified phone.
    pub fn needs_phone(self) -> bool {
        self.recovery().needs_phone
    }

    /// What an expert says to whoever chooses it.
    pub fn risk(self) -> Option<Risk> {
        self.recovery().risk
    }

    /// Installs its routes.
    pub fn fairing(self) -> AdHoc {
        (self.recovery().fairing)()
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The routes that all strategies share.
pub fn routes() -> Vec<Route> {
    [request::routes(), arrive::routes(), restart::routes(), new_password::routes(), not_me::routes()]
        .concat()
}
