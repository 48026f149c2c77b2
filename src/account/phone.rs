//! A phone number in international form, as libphonenumber knows them.

use phonenumber::{Type, country, metadata::DATABASE};

use super::fault::Fault;

/// A number in E.164 form, of a kind that text messages may reach and that costs no more than others.
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
        let number = format!("+{digits}");
        match known(&number) {
            Some(known) if known.is_valid() && can_be_texted(known.number_type(&DATABASE)) => {
                Ok(Self(number))
            }
            _ => Err(Fault::new("fault-phone")),
        }
    }

    /// The number, like `+4915112345678`.
    pub fn number(&self) -> &str {
        &self.0
    }
}

/// The country of a number in E.164 form, as two capital letters (ISO 3166-1); none for numbers of no country.
pub fn country(number: &str) -> Option<String> {
    known(number)?.country().id().map(|id| id.as_ref().to_owned())
}

/// Whether two capital letters are a country (ISO 3166-1) that has phone numbers.
pub fn is_country(code: &str) -> bool {
    code.parse::<country::Id>().is_ok()
}

/// What the library makes of a number; it is shown nothing but digits.
fn known(number: &str) -> Option<phonenumber::PhoneNumber> {
    let digits = number.strip_prefix('+')?;
    let plain = (8..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| phonenumber::parse(None, number).ok()).flatten()
}

fn can_be_texted(kind: Type) -> bool {
    matches!(
        kind,
        Type::Mobile | Type::FixedLineOrMobile | Type::FixedLine | Type::PersonalNumber | Type::Voip
    )
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
        for costly in ["+499001123456", "+448712345678", "+18005550123"] {
            assert!(Phone::parse(costly).is_err(), "{costly:?}");
        }
        assert_eq!(ending("+4915112345678"), "78");
    }

    #[test]
    fn a_number_has_a_country() {
        let of = [
            ("+4915112345678", "DE"),
            ("+12125550123", "US"),
            ("+16135550123", "CA"),
            ("+79123456789", "RU"),
        ];
        for (number, code) in of {
            assert_eq!(country(number), Some(code.to_owned()), "{number}");
        }
        assert_eq!(country("+88312345678901"), None);
        assert!(is_country("DE") && !is_country("de") && !is_country("XX") && !is_country("*"));
    }
}
