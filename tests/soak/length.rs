//! Length of a soak: a few rounds in a normal test run, or as set in the environment.

use std::{env, fmt::Display, str::FromStr, time::Duration};

use rocket::tokio::time::Instant;

/// Variable for the number of rounds.
pub const ROUNDS: &str = "LATCHKEY_SOAK_ROUNDS";
/// Variable for the number of hours instead, for each test.
pub const HOURS: &str = "LATCHKEY_SOAK_HOURS";

fn said<T: FromStr>(name: &str) -> Option<T> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

/// True in a soak.
pub fn is_long() -> bool {
    env::var_os(ROUNDS).is_some() || env::var_os(HOURS).is_some()
}

/// Counts rounds; at the end, reports their number and whether all passed.
pub struct Length {
    name: String,
    most: usize,
    until: Option<Instant>,
    done: usize,
    figures: String,
}

impl Length {
    /// `few` rounds of `name`, unless the environment sets another length.
    pub fn new(name: String, few: usize) -> Self {
        let until = said(HOURS).map(|hours: f64| Instant::now() + Duration::from_secs_f64(hours * 3600.0));
        Self { name, most: said(ROUNDS).unwrap_or(few), until, done: 0, figures: String::new() }
    }

    /// Number of the next round, if there is one.
    pub fn next(&mut self) -> Option<usize> {
        let on = self.until.map_or(self.done < self.most, |until| Instant::now() < until);
        on.then_some(self.done)
    }

    /// Counts a round that passed.
    pub fn done(&mut self) {
        self.done += 1;
    }

    /// Sets additional figures for the report.
    pub fn figures(&mut self, figures: impl Display) {
        self.figures = format!(", {figures}");
    }
}

impl Drop for Length {
    fn drop(&mut self) {
        if is_long() {
            let violations = u32::from(std::thread::panicking());
            let Self { name, done, figures, .. } = self;
            println!("SOAK {name}: {done} rounds, {violations} violations{figures}");
        }
    }
}
