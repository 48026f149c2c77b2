//! Strategies that an application adds to the five, and all that a site knows.

use std::{
    hash::{Hash, Hasher},
    time::Duration,
};

use rocket::Route;

use super::strategy::Strategy;

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
    /// Drawback that those who choose it should know.
    pub risk: Option<&'static str>,
    /// Returns its routes.
    pub routes: fn() -> Vec<Route>,
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
pub struct Strategies(Vec<Strategy>);

impl Default for Strategies {
    fn default() -> Self {
        Self(Strategy::all().to_vec())
    }
}

impl Strategies {
    /// Returns them, the strictest first.
    pub fn all(&self) -> &[Strategy] {
        &self.0
    }

    /// Returns those of the application.
    pub fn own(&self) -> impl Iterator<Item = &'static OwnStrategy> {
        self.0.iter().filter_map(|strategy| match strategy {
            Strategy::Own(own) => Some(*own),
            _ => None,
        })
    }

    /// Returns the one with this name in `Rocket.toml`.
    pub fn find(&self, name: &str) -> Option<Strategy> {
        self.0.iter().copied().find(|strategy| strategy.name() == name)
    }

    /// Returns the one with this name in addresses.
    pub fn at(&self, slug: &str) -> Option<Strategy> {
        self.0.iter().copied().find(|strategy| strategy.slug() == slug)
    }

    /// Adds one of the application.
    pub fn add(&mut self, own: &'static OwnStrategy) {
        self.0.push(Strategy::Own(own));
        self.0.sort();
    }
}
