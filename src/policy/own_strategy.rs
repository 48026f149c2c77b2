//! Strategies that an application adds to the five, and all that a site knows.

use std::{
    hash::{Hash, Hasher},
    time::Duration,
};

use rocket::Route;

use super::strategy::Strategy;
use crate::base::spelling;

/// A strategy of the application. Its name identifies it.
#[derive(Debug)]
pub struct OwnStrategy {
    /// Its name in `Rocket.toml`.
    pub name: &'static str,
    /// Name of the least strict strategy of ours that it is still stricter than, if there is one.
    pub stricter_than: Option<&'static str>,
    /// Number of steps, the request being the first.
    pub steps: u8,
    /// Longest life of its first key.
    pub longest: Duration,
    /// True if it requires a verified phone.
    pub needs_phone: bool,
    /// True if it requires a code.
    pub needs_code: bool,
    /// Drawback that those who choose it should know.
    pub risk: Option<&'static str>,
    /// Returns its routes.
    pub routes: fn() -> Vec<Route>,
}

impl OwnStrategy {
    /// Creates one of which only the name is known, for a command: it stays in memory.
    fn unseen(name: &str) -> &'static Self {
        Box::leak(Box::new(Self {
            name: name.to_owned().leak(),
            stricter_than: None,
            steps: 1,
            longest: Duration::MAX,
            needs_phone: false,
            needs_code: false,
            risk: None,
            routes: Vec::new,
        }))
    }
}

impl PartialEq for OwnStrategy {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for OwnStrategy {}

impl Hash for OwnStrategy {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

/// The strategies that a site knows: the five, and those of its application.
#[derive(Clone, Debug)]
pub struct Strategies {
    known: Vec<Strategy>,
    /// True where the application is not at hand: any other name in snake case is taken for one of its own.
    trusting: bool,
}

impl Default for Strategies {
    fn default() -> Self {
        Self { known: Strategy::all().to_vec(), trusting: false }
    }
}

impl Strategies {
    /// Returns them, the strictest first.
    pub fn all(&self) -> &[Strategy] {
        &self.known
    }

    /// Returns those of the application.
    pub fn own(&self) -> impl Iterator<Item = &'static OwnStrategy> {
        self.known.iter().filter_map(|strategy| match strategy {
            Strategy::Own(own) => Some(*own),
            _ => None,
        })
    }

    /// Returns those of an application that is not at hand.
    pub fn unseen() -> Self {
        Self { trusting: true, ..Self::default() }
    }

    /// Returns the one with this name in `Rocket.toml`.
    pub fn find(&self, name: &str) -> Option<Strategy> {
        let known = self.known.iter().copied().find(|strategy| strategy.name() == name);
        let names = self.known.iter().map(|strategy| strategy.name());
        let unseen = || {
            (self.trusting && is_snake_case(name) && spelling::meant(name, names).is_none())
                .then(|| Strategy::Own(OwnStrategy::unseen(name)))
        };
        known.or_else(unseen)
    }

    /// Returns the one with this name in addresses.
    pub fn at(&self, slug: &str) -> Option<Strategy> {
        self.known.iter().copied().find(|strategy| strategy.slug() == slug)
    }

    /// Adds one of the application.
    pub fn add(&mut self, own: &'static OwnStrategy) {
        self.known.push(Strategy::Own(own));
        self.known.sort();
    }
}

/// True for a name of at most 40 characters like `mail_and_card`.
pub fn is_snake_case(name: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    name.len() <= 40
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.split('_').all(word)
}
