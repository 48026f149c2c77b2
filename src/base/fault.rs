//! A mistake in something that a person typed: the id of a sentence, and a sentence itself only if the application wrote it.

#[cfg(test)]
use crate::{base::locale::Locale, view::catalog::Catalog};

/// A mistake that a form shows beside its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Fluent id of the sentence.
    pub key: &'static str,
    /// Numbers that the sentence names.
    pub args: Vec<(&'static str, usize)>,
    /// Sentence of the application, in place of ours.
    pub words: Option<String>,
}

impl Fault {
    /// Creates a fault whose sentence names no numbers.
    pub const fn new(key: &'static str) -> Self {
        Self { key, args: Vec::new(), words: None }
    }

    /// Creates a fault with a sentence of the application.
    pub fn in_words(words: String) -> Self {
        Self { words: Some(words), ..Self::new("fault-application") }
    }

    /// Creates the fault of a field that was left empty.
    pub const fn missing() -> Self {
        Self::new("fault-required")
    }

    /// True for the fault of a field that was left empty.
    pub fn is_missing(&self) -> bool {
        *self == Self::missing()
    }

    /// Adds the number that the sentence calls `name`.
    pub fn with(mut self, name: &'static str, number: usize) -> Self {
        self.args.push((name, number));
        self
    }
}

#[cfg(test)]
impl Fault {
    /// Returns the key, after checking that its sentence exists and names no other numbers.
    pub(crate) fn said(&self) -> &'static str {
        let catalog = Catalog::load(Locale::En, None).unwrap();
        let numbers = self.args.iter().map(|&(name, number)| (name, number.into()));
        let args: Vec<_> = numbers.chain([("field", "a field".into())]).collect();
        let sentence = catalog.say(self.key, &args);
        assert!(!sentence.contains(['[', '{']), "{sentence}");
        self.key
    }
}
