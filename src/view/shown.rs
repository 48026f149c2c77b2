//! The contents of pages: a struct for each template, with samples to try the template with.

use serde::Serialize;
use serde_json::{Map, Value};

/// The contents of a page.
pub trait View: Serialize {
    /// Template that shows it, like `reset/request`.
    const TEMPLATE: &'static str;

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
    /// Its contents.
    pub fields: Map<String, Value>,
}

impl Sample {
    /// Returns the samples of a page.
    pub fn of<V: View>() -> Vec<Self> {
        V::samples().iter().map(|view| Sample { template: V::TEMPLATE, fields: fields(view) }).collect()
    }
}
