//! How long a soak goes on: a few rounds among the tests, as many or as long as the environment says otherwise.

use std::{env, fmt::Display, str::FromStr, time::Duration};

use rocket::tokio::time::Instant;

/// How many rounds.
pub const ROUNDS: &str = "LATCHKEY_SOAK_ROUNDS";
/// How many hours instead, for each test.
pub const HOURS: &str = "LATCHKEY_SOAK_HOURS";

fn said<T: FromStr>(name: &str) -> Option<T> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

/// Whether this is a soak.
pub fn is_long() -> bool {
    env::var_os(ROUNDS).is_some() || env::var_os(HOURS).is_some()
}

/// Counts rounds, and says at its end how many there were and whether all was well.
pub struct Length {
    name: String,
    most: usize,
    until: Option<Instant>,
    done: usize,
    figures: String,
}

impl Length {
    /// `few` rounds of what `name` says, or what the environment wants.
    pub fn new(name: String, few: usize) -> Self {
        let until = said(HOURS).map(|hours: f64| Instant::now() + Duration::from_secs_f64(hours * 3600.0));
        Self { name, most: said(ROUNDS).unwrap_or(few), until, done: 0, figures: String::new() }
    }

    /// The number of the next round, if there is one.
    pub fn next(&mut self) -> Option<usize> {
        let on = self.until.map_or(self.done < self.most, |until| Instant::now() < until);
        on.then_some(self.done)
    }

    /// One more round in which everything was as it should be.
    pub fn done(&mut self) {
        self.done += 1;
    }

    /// What else was measured until now.
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
