//! The policies: of resets, of signing in, and of what people may do.

pub mod approve;
pub mod judge;
pub mod method;
pub mod origin;
pub mod own_strategy;
pub mod permissions;
mod reset;
pub mod setting;
pub mod sign_in;
mod stored;
pub mod strategy;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::reset::{InFlight, Policy, ResetSettings, Written, longest, table_key};

/// Channel of the first key; the stricter first.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Deserialize,
    Serialize,
    strum::Display,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Channel {
    /// By mail, to the account's address.
    #[default]
    Email,
    /// By text message, to the account's verified phone.
    Sms,
}

impl Channel {
    /// Returns its name in `Rocket.toml`.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// True if the table of `role`, or the base for `""`, applies to an account with these roles.
fn applies<'a, T>(tables: &BTreeMap<String, T>, role: &str, mut held: impl Iterator<Item = &'a str>) -> bool {
    match role {
        "" => held
            .next()
            .is_none_or(|first| !tables.contains_key(first) || held.any(|held| !tables.contains_key(held))),
        role => held.any(|held| held == role),
    }
}

/// True if `name` can be a role's: letters, digits, `-` and `_`.
pub fn is_role(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
