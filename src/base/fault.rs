//! What is wrong with something a person typed: the id of a sentence, never the sentence itself.

#[cfg(test)]
use crate::view::catalog::Catalog;

/// A mistake that a form shows beside its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The Fluent id of the sentence.
    pub key: &'static str,
    /// The numbers that the sentence names.
    pub args: Vec<(&'static str, usize)>,
}

impl Fault {
    /// A fault whose sentence names no numbers.
    pub const fn new(key: &'static str) -> Self {
        Self { key, args: Vec::new() }
    }

    /// The same with the number that the sentence calls `name`.
    pub fn with(mut self, name: &'static str, number: usize) -> Self {
        self.args.push((name, number));
        self
    }
}

#[cfg(test)]
impl Fault {
    /// The key, if there is a sentence of that name which names no other numbers.
    pub(crate) fn said(&self) -> &'static str {
        let catalog = Catalog::read([("en.ftl", include_str!("../../locales/en.ftl"))]).unwrap();
        let numbers = self.args.iter().map(|&(name, number)| (name, number.into()));
        let args: Vec<_> = numbers.chain([("field", "a field".into())]).collect();
        let sentence = catalog.say(self.key, &args);
        assert!(!sentence.contains(['[', '{']), "{sentence}");
        self.key
    }
}
