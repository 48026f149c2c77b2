//! In place of `metrics` without the feature of that name: nothing is counted.

use std::time::Duration;

use rocket::{Route, http::Status};

/// Metrics that nobody reads.
pub struct Metrics;

impl Metrics {
    pub fn new(_: &Load) -> Self {
        Self
    }

    pub fn answered(&self, _: Option<&Route>, _: Status, _: Duration) {}

    pub fn limited(&self, _: &'static str) {}

    pub fn happened(&self, _: &'static str, _: Option<&'static str>) {}

    pub fn reset(&self, _: &'static str, _: &'static str, _: u64) {}

    pub fn opened(&self, _: &'static str) {}

    pub fn tried(&self, _: &'static str, _: &'static str) {}
}

/// Load that nobody reads.
#[derive(Clone, Default)]
pub struct Load(());

impl Load {
    pub fn wait(&self) {}

    pub fn begin(&self) {}

    pub fn lanes(&self, _: usize) {}

    pub fn leave(&self) {}

    pub fn refuse(&self) {}
}
