//! An authenticator app at the real clock, none of whose codes counts twice.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use rocket::tokio::time::sleep;

use crate::common::{Authenticator, Binary};

/// The app, with the first step whose code has not been used.
pub struct App(Authenticator, AtomicI64);

impl App {
    /// Takes the secret that a page shows.
    pub fn scan(secret: &str) -> App {
        App(Authenticator::typed(secret), AtomicI64::new(0))
    }

    /// Returns a code that counts: the present one, or the next if that has been used. A busy machine has a step more to
    /// type it. Waits if the site would not take it yet.
    pub async fn code(&self, site: &Binary) -> String {
        let unused = self.1.load(Ordering::Relaxed);
        let now = || Authenticator::step(site.clock.now());
        while unused > now() + 1 {
            sleep(Duration::from_millis(200)).await;
        }
        let step = unused.max(now());
        self.1.store(step + 1, Ordering::Relaxed);
        self.0.code_of(step)
    }
}
