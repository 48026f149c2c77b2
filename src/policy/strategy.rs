//! The strategies and the facts about each: the one table that lists them.

use std::{cmp::Ordering, fmt};

use serde::{Serialize, Serializer};

use super::own_strategy::OwnStrategy;
use crate::{base::duration::HumanDuration, findings::Severity};

/// Strategy by which people get back in; the strictest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Strategy {
    /// A texted code approves the new password.
    SmsApproved,
    /// The new password requires a second key, sent by mail.
    SecondKey,
    /// The link leads to a form for a new password, which signs in.
    SetThenLogin,
    /// The link signs in once, to set a new password.
    OneTimeLogin,
    /// A generated password, sent by mail, is valid once.
    GeneratedPassword,
    /// A strategy of the application.
    Own(&'static OwnStrategy),
}

/// The strategies of ours, the strictest first.
const OURS: [Strategy; 5] = [
    Strategy::SmsApproved,
    Strategy::SecondKey,
    Strategy::SetThenLogin,
    Strategy::OneTimeLogin,
    Strategy::GeneratedPassword,
];

/// Facts about a strategy.
pub struct Facts {
    /// Number of steps, the request being the first.
    pub steps: u8,
    /// Longest life of its first key.
    pub longest: HumanDuration,
    /// True if it requires a verified phone.
    pub needs_phone: bool,
    /// True if it requires a code beside its first key.
    pub needs_code: bool,
    /// Expert's warning to those who choose it.
    pub risk: Option<Risk>,
}

/// Drawback of a strategy.
pub struct Risk {
    /// Severity.
    pub severity: Severity,
    /// Description.
    pub why: &'static str,
    /// Alternative, or addition.
    pub remedy: &'static str,
}

impl Strategy {
    fn facts(self) -> Facts {
        match self {
            Strategy::SmsApproved => Facts {
                steps: 3,
                longest: HumanDuration::minutes(60),
                needs_phone: true,
                needs_code: true,
                risk: Some(Risk {
                    severity: Severity::Advice,
                    why: "the code depends on text messages, which can be redirected (ASVS 6.6.1), in addition to the link by email",
                    remedy: "use it for people who have a phone; second_key needs none",
                }),
            },
            Strategy::SecondKey => Facts {
                steps: 3,
                longest: HumanDuration::minutes(60),
                needs_phone: false,
                needs_code: true,
                risk: None,
            },
            Strategy::SetThenLogin => Facts {
                steps: 2,
                longest: HumanDuration::minutes(60),
                needs_phone: false,
                needs_code: false,
                risk: None,
            },
            Strategy::OneTimeLogin => Facts {
                steps: 3,
                longest: HumanDuration::minutes(10),
                needs_phone: false,
                needs_code: false,
                risk: Some(Risk {
                    severity: Severity::Advice,
                    why: "who reads the mailbox is signed in: mail becomes a way to authenticate (ASVS 6.3.6)",
                    remedy: "write strategy = \"set_then_login\" unless people must be in at once",
                }),
            },
            Strategy::GeneratedPassword => Facts {
                steps: 4,
                longest: HumanDuration::minutes(60),
                needs_phone: false,
                needs_code: false,
                risk: Some(Risk {
                    severity: Severity::Warning,
                    why: "a password travels by email, where somebody could keep it",
                    remedy: "write strategy = \"set_then_login\", which sends none",
                }),
            },
            Strategy::Own(own) => Facts {
                steps: own.steps,
                longest: HumanDuration::seconds(own.longest.as_secs()),
                needs_phone: own.needs_phone,
                needs_code: own.needs_code,
                risk: own.risk.map(|why| Risk { severity: Severity::Advice, why, remedy: "" }),
            },
        }
    }

    /// Returns every strategy of ours, the strictest first.
    pub fn all() -> &'static [Strategy] {
        &OURS
    }

    /// Returns its name in `Rocket.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Strategy::Own(own) => own.name,
            ours => ours.into(),
        }
    }

    /// Returns its place by strictness: one of the application stands before the one of ours that it is stricter than,
    /// or last of all. No two stand at one place: the name only completes the order.
    fn place(self) -> (usize, bool, &'static str) {
        let of = |name| OURS.iter().position(|ours| ours.name() == name).unwrap_or(OURS.len());
        match self {
            Strategy::Own(own) => (own.stricter_than.map_or(OURS.len(), of), false, own.name),
            ours => (of(ours.name()), true, ""),
        }
    }

    /// Returns its name in addresses: `second-key`.
    pub fn slug(self) -> String {
        self.name().replace('_', "-")
    }

    /// Returns the number of steps, the request being the first.
    pub fn steps(self) -> u8 {
        self.facts().steps
    }

    /// Returns the longest life of its first key.
    pub fn longest(self) -> HumanDuration {
        self.facts().longest
    }

    /// True if it requires a verified phone.
    pub fn needs_phone(self) -> bool {
        self.facts().needs_phone
    }

    /// True if it requires a code beside its first key.
    pub fn needs_code(self) -> bool {
        self.facts().needs_code
    }

    /// Returns the expert's warning to those who choose it.
    pub fn risk(self) -> Option<Risk> {
        self.facts().risk
    }
}

impl Ord for Strategy {
    fn cmp(&self, other: &Self) -> Ordering {
        self.place().cmp(&other.place())
    }
}

impl PartialOrd for Strategy {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Serialize for Strategy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
