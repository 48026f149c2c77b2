//! Why an admin acts in an owner's place.

use std::ops::RangeInclusive;

use crate::base::fault::Fault;

/// An admin's reason for doing what the owner could not, recorded in the audit log.
pub struct Reason(String);

impl Reason {
    /// Number of characters.
    const LENGTH: RangeInclusive<usize> = 3..=200;

    /// Parses a reason, which is one line.
    ///
    /// # Errors
    /// A [`Fault`] in words for the admin.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        let fits = Self::LENGTH.contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if fits { Ok(Self(text.to_owned())) } else { Err(Self::fault()) }
    }

    /// The fault of a missing reason.
    pub fn fault() -> Fault {
        Fault::new("fault-reason").with("least", *Self::LENGTH.start()).with("most", *Self::LENGTH.end())
    }

    /// Text of the reason.
    pub fn text(&self) -> &str {
        &self.0
    }
}
