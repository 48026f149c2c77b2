//! A username, by which somebody may sign in instead of their address: its canonical form, and what it looks like.

#[cfg_attr(not(feature = "usernames"), path = "no_canon.rs")]
mod canon;

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use super::{duration::HumanDuration, fault::Fault, typed};

/// Time for which a mail with a forgotten username is worth sending.
pub const REMINDING: HumanDuration = HumanDuration::hours(1);
/// Fewest and most characters.
const FEWEST: usize = 4;
const MOST: usize = 32;

/// Names that people take for the site itself; those of RFC 2142 among them.
const RESERVED: [&str; 24] = [
    "abuse",
    "account",
    "admin",
    "administrator",
    "anonymous",
    "billing",
    "contact",
    "everyone",
    "help",
    "helpdesk",
    "hostmaster",
    "info",
    "moderator",
    "noreply",
    "official",
    "owner",
    "postmaster",
    "root",
    "sales",
    "security",
    "staff",
    "support",
    "system",
    "webmaster",
];

static RESERVED_LOOKS: LazyLock<Vec<String>> =
    LazyLock::new(|| RESERVED.into_iter().map(canon::look).collect());

/// A username: 4 to 32 letters and digits of one script, with `.`, `_` and `-` between them, the first a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username {
    name: String,
    look: String,
}

impl Username {
    /// Parses a name, ignoring spaces and invisible characters around it.
    ///
    /// # Errors
    /// A [`Fault`], worded for the person who typed it.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = typed::trimmed(text);
        if text.is_empty() {
            return Err(Fault::missing());
        }
        let name = Self::canonical(text).filter(|name| is_name(name)).ok_or(Fault::new("fault-username"))?;
        let look = canon::look(&name);
        if !canon::is_of_one_script(&name) {
            return Err(Fault::new("fault-username-mixed"));
        }
        match RESERVED_LOOKS.contains(&look) || RESERVED.contains(&&*read(&name)) {
            true => Err(Fault::new("fault-username-taken")),
            false => Ok(Self { name, look }),
        }
    }

    /// Returns a name that an account has had, whatever the rules are now.
    pub fn kept(name: &str) -> Self {
        Self { name: name.to_owned(), look: canon::look(name) }
    }

    /// Returns the canonical form of a name, by which it is found: that of UsernameCaseMapped (RFC 8265).
    pub fn canonical(text: &str) -> Option<String> {
        canon::canonical(typed::trimmed(text))
    }

    /// Returns the name, which is its canonical form.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the text that names share which look alike: the skeleton of UTS #39, in lower case.
    pub fn look(&self) -> &str {
        &self.look
    }
}

/// True for a name of the right length and characters, which can be neither an address nor a phone number.
///
/// Marks that are hard to see make no name: a dot above that is part of no letter, as `i` has one anyway (UTS #39, 5.4), a
/// mark twice, more than four on a letter, or one on a dot or dash.
fn is_name(name: &str) -> bool {
    let marks: Vec<_> = name.nfd().collect();
    let is_mark = |c: char| group(c) == GeneralCategoryGroup::Mark;
    let hides = |pair: &[char]| is_mark(pair[1]) && (pair[0] == pair[1] || "._-".contains(pair[0]));
    if name.contains('\u{307}')
        || marks.windows(2).any(hides)
        || marks.windows(5).any(|it| it.iter().all(|c| is_mark(*c)))
    {
        return false;
    }
    let is_written =
        |c: char| matches!(group(c), GeneralCategoryGroup::Letter | GeneralCategoryGroup::Number);
    (FEWEST..=MOST).contains(&name.chars().count())
        && name.starts_with(|c| group(c) == GeneralCategoryGroup::Letter)
        && !name.ends_with(['.', '_', '-'])
        && name.chars().all(|c| is_written(c) || is_mark(c) || "._-".contains(c))
}

fn group(c: char) -> GeneralCategoryGroup {
    c.general_category_group()
}

/// Returns what somebody reads who does not look closely: digits as the letters that they stand for, and nothing between.
fn read(name: &str) -> String {
    let letter = |c| match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        c => c,
    };
    name.chars().filter(|c| !"._-".contains(*c)).map(letter).collect()
}

#[cfg(all(test, feature = "usernames"))]
mod tests;
