//! `latchkey.reset.approve`: what approves a reset under `sms_approved`, beside the mailed key.

use std::fmt;

use serde::{Deserialize, Serialize};
use strum::VariantArray;

use crate::base::factor::FactorKind;

/// A way to approve a reset; the strongest first.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Deserialize,
    Serialize,
    strum::IntoStaticStr,
    strum::EnumString,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Approval {
    /// A passkey of the account.
    Passkey,
    /// The code of an authenticator app of the account.
    Totp,
    /// A code texted to the account's verified phone.
    Sms,
}

/// A set of ways. It is compared by the weakest first, so that one more way is laxer, and a stronger one stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(from = "Vec<Approval>", into = "Vec<Approval>")]
pub struct Approvals(u8);

impl Approval {
    /// Returns its name in `Rocket.toml`, which is also that of the factor.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Returns the kind of factor that it proves.
    pub fn factor(self) -> FactorKind {
        match self {
            Approval::Passkey => FactorKind::Passkey,
            Approval::Totp => FactorKind::Totp,
            Approval::Sms => FactorKind::Sms,
        }
    }

    fn bit(self) -> u8 {
        match self {
            Approval::Passkey => 1,
            Approval::Totp => 2,
            Approval::Sms => 4,
        }
    }
}

impl Approvals {
    /// Texted codes alone.
    pub const TEXTS: Self = Self(4);

    /// Returns its ways, the strongest first.
    pub fn all(self) -> impl Iterator<Item = Approval> {
        Approval::VARIANTS.iter().copied().filter(move |way| self.has(*way))
    }

    /// True if it has this way.
    pub fn has(self, way: Approval) -> bool {
        self.0 & way.bit() != 0
    }

    /// Returns the ways that are factors of an account.
    pub fn factors(self) -> impl Iterator<Item = Approval> {
        self.all().filter(|way| *way != Approval::Sms)
    }

    /// True if there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// True if it is texted codes alone.
    pub fn is_texts(&self) -> bool {
        *self == Self::TEXTS
    }
}

impl Default for Approvals {
    fn default() -> Self {
        Self::TEXTS
    }
}

impl From<Vec<Approval>> for Approvals {
    fn from(ways: Vec<Approval>) -> Self {
        Self(ways.into_iter().fold(0, |all, way| all | way.bit()))
    }
}

impl From<Approvals> for Vec<Approval> {
    fn from(set: Approvals) -> Self {
        set.all().collect()
    }
}

impl fmt::Display for Approvals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.all().map(Approval::name).collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::{Approval::*, *};

    #[test]
    fn one_more_way_is_laxer_and_a_stronger_one_stricter() {
        let set = |ways: &[Approval]| Approvals::from(ways.to_vec());
        let sets: Vec<_> = [&[Passkey][..], &[Totp], &[Totp, Passkey], &[Sms], &[Sms, Passkey], &[Sms, Totp]]
            .into_iter()
            .chain([&[Sms, Totp, Passkey][..]])
            .map(set)
            .collect();
        assert!(sets.is_sorted());
        for (one, other) in sets.iter().flat_map(|one| sets.iter().map(move |other| (*one, *other))) {
            let within = one.all().all(|way| other.has(way));
            assert!(!within || one <= other, "{one} is laxer than {other}");
        }
    }

    #[test]
    fn a_set_is_written_as_a_list_the_strongest_first() {
        let set: Approvals = serde_json::from_str(r#"["sms", "totp", "sms"]"#).unwrap();
        assert_eq!(
            (set.to_string(), serde_json::to_string(&set).unwrap()),
            ("totp, sms".into(), r#"["totp","sms"]"#.into())
        );
        assert!(serde_json::from_str::<Approvals>(r#"["email"]"#).is_err());
    }
}
