//! A phone number in international form.

use super::fault::Fault;

/// A number in E.164 form: `+`, then 8 to 15 digits of which the first is not zero.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// Reads a number; spaces, dots, dashes and brackets are forgiven, `00` in front is a `+`.
    ///
    /// # Errors
    /// A [`Fault`] in words for the person who typed it.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let bare: String =
            text.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '(' | ')' | '/' | '\u{a0}')).collect();
        if bare.is_empty() {
            return Err(Fault::new("fault-required"));
        }
        let digits = bare.strip_prefix('+').or(bare.strip_prefix("00")).unwrap_or_default();
        let valid = (8..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        if valid { Ok(Self(format!("+{digits}"))) } else { Err(Fault::new("fault-phone")) }
    }

    /// The number, like `+4915112345678`.
    pub fn number(&self) -> &str {
        &self.0
    }
}

/// The last two digits, all that is shown of a number.
pub fn ending(number: &str) -> &str {
    number.get(number.len().saturating_sub(2)..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_international_or_refused() {
        for same in ["+49 151 1234-5678", "0049 (151) 12345678", "+4915112345678"] {
            assert_eq!(Phone::parse(same).ok().unwrap().number(), "+4915112345678", "{same}");
        }
        for wrong in [
            "",
            "0151 12345678",
            "+0123456789",
            "+1234567",
            "+1234567890123456",
            "+49151x2345678",
            "+49\n15112345678",
        ] {
            assert!(Phone::parse(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(ending("+4915112345678"), "78");
    }
}
