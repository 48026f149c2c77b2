//! The contents of pages: a struct for each template, with samples to try the template with.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    format,
    input::{Input, Kind, OwnInput},
};
use crate::base::{clock::Time, locale::Locale};

/// Inputs of each form on a page.
pub type Forms = &'static [&'static [Input]];

/// The contents of a page.
pub trait View: Serialize {
    /// Template that shows it, like `reset/request`.
    const TEMPLATE: &'static str;
    /// True if the template shows the address of whoever is signed in: nobody else gets the page.
    const SHOWS_ME: bool = false;
    /// Inputs of each form on it.
    const FORMS: Forms = &[];

    /// Contents in every shape that the template distinguishes.
    fn samples() -> Vec<Self>
    where
        Self: Sized;

    /// Inputs that the site defines itself.
    fn own_inputs(&self) -> Vec<OwnInput> {
        Vec::new()
    }
}

/// Returns contents by the names that a template uses.
pub fn fields(view: &impl View) -> Map<String, Value> {
    match serde_json::to_value(view) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// Returns the inputs of a page's forms by their ids, for a template.
pub fn inputs<V: View>(view: &V) -> Map<String, Value> {
    let fixed = V::FORMS.iter().copied().flatten().filter(|input| input.kind != Kind::Own);
    let fixed = fixed.map(|input| (input.id.to_owned(), json!(input)));
    fixed.chain(view.own_inputs().into_iter().map(own)).collect()
}

fn own(OwnInput { name, input, autocomplete }: OwnInput) -> (String, Value) {
    let mut shown = json!(input);
    shown["name"] = name.as_str().into();
    if let Some(purpose) = autocomplete {
        shown["autocomplete"] = purpose.into();
    }
    (name, shown)
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
    /// Inputs of its forms, by their ids.
    pub inputs: Map<String, Value>,
}

impl Sample {
    /// Returns the samples of a page.
    pub fn of<V: View>() -> Vec<Self> {
        let sample = |view: &V| Sample {
            template: V::TEMPLATE,
            shows_me: V::SHOWS_ME,
            fields: fields(view),
            inputs: inputs(view),
        };
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
    pub fn new(locale: Locale, expires_at: Time, now: Time) -> Self {
        Self { until: format::clock(locale, expires_at), minutes: format::minutes(now.until(expires_at)) }
    }

    /// Returns a sample.
    pub fn sample() -> Self {
        Self { until: "14:32 UTC".into(), minutes: 24 }
    }
}
