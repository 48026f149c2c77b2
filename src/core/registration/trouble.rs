//! Faults of a registration that an application finds, and failures of its part.

use std::error::Error;

use crate::base::{error::Cause, fault::Fault};

/// Faults of a form that [`Registration::check`](super::Registration::check) finds.
///
/// ```
/// let mut faults = latchkey::Faults::default();
/// faults.add("name", "This name is reserved.");
/// ```
#[derive(Debug, Default)]
pub struct Faults(pub(super) Vec<(String, String)>);

impl Faults {
    /// Adds a sentence for people at the input with this name, or at the address, which is called `email`.
    pub fn add(&mut self, name: &str, sentence: impl Into<String>) {
        self.0.push((name.to_owned(), sentence.into()));
    }
}

/// Reason why an account cannot be created or removed. `?` turns any error into one: it is logged, and people read that
/// nothing has changed.
///
/// ```
/// use latchkey::Trouble;
///
/// fn seats(text: &str) -> Result<u32, Trouble> {
///     match text.parse()? {
///         0 => Err(Trouble::say("There is no seat left in your team.")),
///         seats => Ok(seats),
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Trouble {
    sentence: Option<String>,
    cause: Option<Cause>,
}

impl Trouble {
    /// Creates one with a sentence for people.
    pub fn say(sentence: impl Into<String>) -> Self {
        Self { sentence: Some(sentence.into()), cause: None }
    }

    pub(super) fn of(cause: impl Into<Cause>) -> Self {
        Self { sentence: None, cause: Some(cause.into()) }
    }

    /// Logs the cause, if there is one, and returns what people read.
    pub(super) fn fault(self, of: &str) -> Fault {
        if let Some(cause) = self.cause {
            log::error!("Registration::{of} failed: {cause}");
        }
        self.sentence.map_or(Fault::new("fault-application"), Fault::in_words)
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Trouble {
    fn from(cause: E) -> Self {
        Self::of(cause)
    }
}
