//! The strategies, and what there is to know of each: the one table that lists them.

use std::fmt;

use serde::{Deserialize, Serialize};
use strum::VariantArray;

use crate::{base::duration::HumanDuration, findings::Severity};

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

/// What there is to know of a strategy.
pub struct Facts {
    /// The page that its key leads to.
    pub page: &'static str,
    /// How many steps it takes, the request being the first.
    pub steps: u8,
    /// How long its first key may be good at most.
    pub longest: HumanDuration,
    /// Whether it takes a verified phone.
    pub needs_phone: bool,
    /// What an expert says to whoever chooses it.
    pub risk: Option<Risk>,
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
    fn facts(self) -> Facts {
        match self {
            Strategy::SmsApproved => Facts {
                page: "/reset/sms-approved",
                steps: 3,
                longest: HumanDuration::minutes(60),
                needs_phone: true,
                risk: Some(Risk {
                    severity: Severity::Advice,
                    why: "the code depends on text messages, which can be redirected (ASVS 6.6.1), in addition to the link by email",
                    remedy: "use it for people who have a phone; second_key needs none",
                }),
            },
            Strategy::SecondKey => Facts {
                page: "/reset/second-key",
                steps: 3,
                longest: HumanDuration::minutes(60),
                needs_phone: false,
                risk: None,
            },
            Strategy::SetThenLogin => Facts {
                page: "/reset/set-then-login",
                steps: 2,
                longest: HumanDuration::minutes(60),
                needs_phone: false,
                risk: None,
            },
            Strategy::OneTimeLogin => Facts {
                page: "/reset/one-time-login",
                steps: 3,
                longest: HumanDuration::minutes(10),
                needs_phone: false,
                risk: Some(Risk {
                    severity: Severity::Advice,
                    why: "who reads the mailbox is signed in: mail becomes a way to authenticate (ASVS 6.3.6)",
                    remedy: "write strategy = \"set_then_login\" unless people must be in at once",
                }),
            },
            Strategy::GeneratedPassword => Facts {
                page: "/reset/generated-password",
                steps: 4,
                longest: HumanDuration::minutes(60),
                needs_phone: false,
                risk: Some(Risk {
                    severity: Severity::Warning,
                    why: "a password travels by email, where somebody could keep it",
                    remedy: "write strategy = \"set_then_login\", which sends none",
                }),
            },
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
        self.facts().page
    }

    /// How many steps it takes, the request being the first.
    pub fn steps(self) -> u8 {
        self.facts().steps
    }

    /// How long its first key may be good at most.
    pub fn longest(self) -> HumanDuration {
        self.facts().longest
    }

    /// Whether it takes a verified phone.
    pub fn needs_phone(self) -> bool {
        self.facts().needs_phone
    }

    /// What an expert says to whoever chooses it.
    pub fn risk(self) -> Option<Risk> {
        self.facts().risk
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
