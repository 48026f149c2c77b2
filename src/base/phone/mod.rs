//! A phone number in its canonical form, E.164, of a kind that can be texted at no special price.

#[cfg_attr(not(feature = "sms"), path = "no_plan.rs")]
mod plan;

use self::plan::Plan;
use super::{fault::Fault, typed};

/// A number in E.164 form, as libphonenumber formats it.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// Parses a number as people write it: in international form, or as dialled in the country `home` (ISO 3166-1, two
    /// capital letters), if given. Drops a trunk zero, but keeps a zero that belongs to the number.
    ///
    /// # Errors
    /// A [`Fault`], worded for the person who typed it.
    pub fn parse(text: &str, home: Option<&str>) -> Result<Self, Fault> {
        let text = typed::plain(text);
        if text.is_empty() {
            return Err(Fault::missing());
        }
        // A trunk zero in brackets, as on business cards, even where none is dialled.
        let usual = |text: &str| read(text, home).filter(|known| known.kind == NumberKind::Usual);
        let known = usual(&text).or_else(|| usual(&text.replace("(0)", "")));
        known.map(|known| Self(known.number)).ok_or(Fault::new("fault-phone"))
    }

    /// Returns the number, like `+4915112345678`.
    pub fn number(&self) -> &str {
        &self.0
    }
}

/// Cost of texting a number, as far as libphonenumber knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NumberKind {
    /// A mobile, landline or internet number of a country.
    Usual,
    /// A number that costs somebody more: premium rate, shared cost, personal numbers, pagers, satellites …
    Special,
}

/// A valid number.
struct Known {
    /// Number in E.164 form.
    number: String,
    /// Its country.
    country: String,
    kind: NumberKind,
}

fn read(text: &str, home: Option<&str>) -> Option<Known> {
    let bare: String = text.chars().filter(|c| !matches!(c, '.' | '-' | '(' | ')' | '/')).collect();
    let abroad = bare.strip_prefix('+');
    let digits = abroad.unwrap_or(&bare);
    if !(4..=20).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match home.and_then(Plan::of_country) {
        _ if abroad.is_some() => Plan::international(digits),
        Some(home) => home.national(digits).or_else(|| home.dialled(digits)),
        None => digits.strip_prefix("00").and_then(Plan::international),
    }
}

/// Returns the country of a number in E.164 form (ISO 3166-1, two capital letters); `None` if it belongs to no country.
pub fn country(number: &str) -> Option<String> {
    Plan::international(number.strip_prefix('+')?).map(|known| known.country)
}

/// True if two capital letters are a country (ISO 3166-1) with phone numbers.
pub fn is_country(code: &str) -> bool {
    Plan::of_country(code).is_some()
}

/// Returns the last two digits, all that is shown of a number.
pub fn ending(number: &str) -> &str {
    number.get(number.len().saturating_sub(2)..).unwrap_or_default()
}

#[cfg(test)]
mod tests;
