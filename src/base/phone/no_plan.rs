//! In place of `plan.rs` without the feature `sms`: no country is known, and a number is what E.164 allows.

use super::{Known, NumberKind};

/// Numbering plan of a country that nothing is known of.
#[derive(Clone, Copy)]
pub struct Plan;

impl Plan {
    pub fn of_country(code: &str) -> Option<Plan> {
        let known = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        known.then_some(Plan)
    }

    pub fn international(digits: &str) -> Option<Known> {
        let shaped = (7..=15).contains(&digits.len()) && !digits.starts_with('0');
        shaped.then(|| Known {
            number: format!("+{digits}"),
            country: String::new(),
            kind: NumberKind::Usual,
        })
    }

    pub fn national(self, _: &str) -> Option<Known> {
        None
    }

    pub fn dialled(self, digits: &str) -> Option<Known> {
        digits.strip_prefix("00").and_then(Plan::international)
    }
}
