//! A phone number in its one canonical form, E.164, of a kind that text messages may reach at no special price.

mod plan;

use self::plan::{Known, NumberKind, Plan};
use super::{fault::Fault, typed};

/// A number in E.164 form, as libphonenumber writes it.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// Reads a number as people write it: in international form, or as it is dialled at `home`, two capital letters
    /// (ISO 3166-1), if that is given. A trunk zero is dropped, a zero that belongs to the number stays.
    ///
    /// # Errors
    /// A [`Fault`] in words for the person who typed it.
    pub fn parse(text: &str, home: Option<&str>) -> Result<Self, Fault> {
        let text = typed::plain(text);
        if text.is_empty() {
            return Err(Fault::new("fault-required"));
        }
        // A trunk zero in brackets, as business cards carry it, also where none is dialled.
        let usual = |text: &str| read(text, home).filter(|known| known.kind == NumberKind::Usual);
        let known = usual(&text).or_else(|| usual(&text.replace("(0)", "")));
        known.map(|known| Self(known.number)).ok_or(Fault::new("fault-phone"))
    }

    /// The number, like `+4915112345678`.
    pub fn number(&self) -> &str {
        &self.0
    }
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

/// The country of a number in E.164 form, as two capital letters (ISO 3166-1); none for numbers of no country.
pub fn country(number: &str) -> Option<String> {
    Plan::international(number.strip_prefix('+')?).map(|known| known.country)
}

/// Whether two capital letters are a country (ISO 3166-1) that has phone numbers.
pub fn is_country(code: &str) -> bool {
    Plan::of_country(code).is_some()
}

/// The last two digits, all that is shown of a number.
pub fn ending(number: &str) -> &str {
    number.get(number.len().saturating_sub(2)..).unwrap_or_default()
}

#[cfg(test)]
mod tests;
