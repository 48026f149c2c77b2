//! The contents of pages: a struct for each template, with samples to try the template with.

use serde::Serialize;
use serde_json::{Map, Value};

use super::format;
use crate::base::clock::Time;

/// The contents of a page.
pub trait View: Serialize {
    /// Template that shows it, like `reset/request`.
    const TEMPLATE: &'static str;
    /// True if the template shows the address of whoever is signed in: nobody else gets the page.
    const SHOWS_ME: bool = false;

    /// Contents in every shape that the template distinguishes.
    fn samples() -> Vec<Self>
    where
        Self: Sized;
}

/// Returns contents by the names that a template uses.
pub fn fields(view: &impl View) -> Map<String, Value> {
    match serde_json::to_value(view) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// A sample of a page.
#[derive(Clone)]
pub struct Sample {
    /// Its template.
    pub template: &'static str,
    /// True if only somebody signed in gets it.
    pub shows_me: bool,
    /// Its contents.
    pub fields: Map<String, Value>,
}

impl Sample {
    /// Returns the samples of a page.
    pub fn of<V: View>() -> Vec<Self> {
        let sample = |view: &V| Sample { template: V::TEMPLATE, shows_me: V::SHOWS_ME, fields: fields(view) };
        V::samples().iter().map(sample).collect()
    }
}

/// An expiry.
#[derive(Serialize)]
pub struct Until {
    /// Time of day, or day and time.
    pub until: String,
    /// Minutes until then.
    pub minutes: u64,
}

impl Until {
    /// Returns the expiry at a time after `now`.
    pub fn new(expires_at: Time, now: Time) -> Self {
        Self { until: format::clock(expires_at), minutes: format::minutes(now.until(expires_at)) }
    }

    /// Returns a sample.
    pub fn sample() -> Self {
        Self { until: "14:32 UTC".into(), minutes: 24 }
    }
}
