//! Numbering plans of all countries, applied as libphonenumber does.
//!
//! Only the metadata comes from the crate `phonenumber`: its own parser drops zeros that belong to a number, and
//! accepts a pattern that matches only the beginning.

use phonenumber::{
    Type,
    metadata::{DATABASE, Descriptor, Metadata},
};
use regex::bytes::{Regex, RegexBuilder};

use super::{Known, NumberKind};

/// Numbering plan of a country, or of a few that share a country code.
#[derive(Clone, Copy)]
pub struct Plan(&'static Metadata);

impl Plan {
    /// Returns the plan of a country (ISO 3166-1, two capital letters).
    pub fn of_country(code: &str) -> Option<Plan> {
        let known = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        known.then(|| DATABASE.by_id(code)).flatten().map(Plan)
    }

    /// Parses digits that begin with a country code.
    pub fn international(digits: &str) -> Option<Known> {
        let (code, national) = (1..=3).find_map(|length| {
            let (code, national) = digits.split_at_checked(length)?;
            let code = code.parse::<u16>().ok().filter(|_| !code.starts_with('0'))?;
            DATABASE.by_code(&code).is_some().then_some((code, national))
        })?;
        let main = DATABASE.by_code(&code)?.into_iter().next()?;
        Plan(main).national(national)
    }

    /// Parses digits as dialled within the plan, with or without its trunk prefix.
    pub fn national(self, digits: &str) -> Option<Known> {
        let bare = self.without_prefix(digits).filter(|bare| self.is_possible(bare));
        let national = bare.unwrap_or_else(|| digits.to_owned());
        let plan = self.of_number(&national)?;
        let kind = plan.kind(&national)?;
        let code = self.0.country_code();
        // E.164 allows at most fifteen digits.
        let number = format!("+{code}{national}");
        (number.len() <= 16).then(|| Known { number, country: plan.0.id().to_owned(), kind })
    }

    /// Parses digits as dialled from the plan's country to any country, including its own.
    pub fn dialled(self, digits: &str) -> Option<Known> {
        let prefix = self.0.international_prefix().and_then(|prefix| starts(prefix.as_str(), digits));
        let code = self.0.country_code().to_string();
        prefix
            .and_then(|length| Plan::international(&digits[length..]))
            .or_else(|| digits.strip_prefix("00").and_then(Plan::international))
            .or_else(|| digits.strip_prefix(&code).and_then(|national| self.national(national)))
    }

    /// Returns the digits without the prefix dialled within the country, if there is one.
    fn without_prefix(self, digits: &str) -> Option<String> {
        let pattern = self.0.national_prefix_for_parsing().map(|it| it.as_str().to_owned());
        let pattern = pattern.or_else(|| self.0.national_prefix().map(str::to_owned))?;
        let found = compiled(&format!("^(?:{pattern})"))?.captures(digits.as_bytes())?;
        let part = |at: usize| found.get(at).and_then(|part| std::str::from_utf8(part.as_bytes()).ok());
        let rest = &digits[found.get(0)?.end()..];
        let bare = match (self.0.national_prefix_transform_rule(), part(found.len() - 1)) {
            (Some(rule), Some(_)) if found.len() > 1 => {
                let mut changed = rule.to_owned();
                for at in 1..found.len() {
                    changed = changed.replace(&format!("${at}"), part(at).unwrap_or_default());
                }
                changed + rest
            }
            _ => rest.to_owned(),
        };
        let is_one = |number: &str| matches(self.0.descriptors().general(), number);
        (!is_one(digits) || is_one(&bare)).then_some(bare)
    }

    /// True if a number's length is possible in the plan.
    fn is_possible(self, national: &str) -> bool {
        self.of_types(SPECIAL).chain(self.of_types(USUAL)).any(|it| is_long_as(it, national))
    }

    /// Returns the country, of those that share the code, that a number belongs to. `None` for a network of no country,
    /// such as a satellite's.
    fn of_number(self, national: &str) -> Option<Plan> {
        let all = DATABASE.region(&self.0.country_code())?;
        let shared = all.len() > 1;
        all.into_iter().filter_map(Plan::of_country).find(|plan| match plan.0.leading_digits() {
            Some(leading) if shared => starts(leading.as_str(), national).is_some(),
            _ => !shared || plan.kind(national).is_some(),
        })
    }

    /// Returns the kind of a number of this country; `None` if it is invalid. If several kinds match, the special one
    /// wins.
    fn kind(self, national: &str) -> Option<NumberKind> {
        if !matches(self.0.descriptors().general(), national) {
            return None;
        }
        let fits = |it: &Descriptor| is_long_as(it, national) && matches(it, national);
        if self.of_types(SPECIAL).any(fits) {
            return Some(NumberKind::Special);
        }
        self.of_types(USUAL).any(fits).then_some(NumberKind::Usual)
    }

    fn of_types<const N: usize>(self, types: [Type; N]) -> impl Iterator<Item = &'static Descriptor> {
        types.into_iter().filter_map(move |kind| self.0.descriptors().get(kind))
    }
}

const SPECIAL: [Type; 7] = [
    Type::PremiumRate,
    Type::TollFree,
    Type::SharedCost,
    Type::PersonalNumber,
    Type::Pager,
    Type::Uan,
    Type::Voicemail,
];
const USUAL: [Type; 3] = [Type::Mobile, Type::FixedLine, Type::Voip];

fn is_long_as(kind: &Descriptor, national: &str) -> bool {
    let lengths = kind.possible_length();
    lengths.is_empty() || lengths.iter().any(|length| usize::from(*length) == national.len())
}

fn matches(kind: &Descriptor, national: &str) -> bool {
    let pattern = kind.national_number().as_str().to_owned();
    compiled(&format!("^(?:{pattern})$")).is_some_and(|whole| whole.is_match(national.as_bytes()))
}

/// Returns how much of `digits` a pattern matches from the start.
fn starts(pattern: &str, digits: &str) -> Option<usize> {
    compiled(&format!("^(?:{pattern})"))?.find(digits.as_bytes()).map(|found| found.end())
}

/// Compiles a pattern of the metadata, which contains line breaks and indentation.
fn compiled(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).ignore_whitespace(true).unicode(false).build().ok()
}
