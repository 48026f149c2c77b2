//! One operation: a method at an address, what it takes and what it shows.

use rocket::http::Method;
use serde_json::Value;

use crate::{
    http::Form,
    view::shown::{Sample, View},
};

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// Anybody.
    Anybody,
    /// A program with the key of a link, in the address or in a cookie.
    KeyHolder,
    /// Somebody whose sign-in owes a second factor.
    Pending,
    /// Somebody who is signed in.
    SignedIn,
}

/// An operation.
#[derive(Clone)]
pub(super) struct Operation {
    /// Heading under which it stands.
    pub group: &'static str,
    pub method: Method,
    /// Its path below the base, with parameters in braces; `{key}` stands for the key of a link.
    pub path: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    pub caller: Caller,
    /// Parameters of its query.
    pub query: &'static [&'static str],
    /// Schemas of the forms that it takes, one of which its body is.
    pub forms: Vec<fn() -> Value>,
    /// Samples of the contents that it shows, for each page.
    pub pages: Vec<fn() -> Vec<Sample>>,
}

/// Returns an operation that shows something.
pub(super) fn get(path: &'static str, summary: &'static str) -> Operation {
    Operation {
        group: "",
        method: Method::Get,
        path,
        summary,
        caller: Caller::Anybody,
        query: &[],
        forms: Vec::new(),
        pages: Vec::new(),
    }
}

/// Returns an operation that does something.
pub(super) fn post(path: &'static str, summary: &'static str) -> Operation {
    Operation { method: Method::Post, ..get(path, summary) }
}

impl Operation {
    /// Adds a form that it takes.
    pub fn takes<F: Form>(mut self) -> Self {
        self.forms.push(F::schema);
        self
    }

    /// Returns the schema of its body: the fields of all forms, of which it takes those of one.
    pub fn body(&self) -> Option<Value> {
        let mut schemas = self.forms.iter().map(|schema| schema());
        let first = schemas.next()?;
        Some(schemas.fold(first, |mut all, form| {
            if let (Some(into), Value::Object(more)) =
                (all["properties"].as_object_mut(), &form["properties"])
            {
                into.extend(more.clone());
            }
            if let (Some(required), Some(others)) =
                (all["required"].as_array_mut(), form["required"].as_array())
            {
                required.retain(|name| others.contains(name));
            }
            all
        }))
    }

    /// Adds a page whose contents it shows.
    pub fn shows<V: View>(mut self) -> Self {
        self.pages.push(Sample::of::<V>);
        self
    }

    /// Sets who may call it.
    pub fn by(mut self, caller: Caller) -> Self {
        self.caller = caller;
        self
    }

    /// Sets the parameters of its query.
    pub fn query(mut self, names: &'static [&'static str]) -> Self {
        self.query = names;
        self
    }

    /// Returns the path of its route.
    pub fn route(&self) -> String {
        self.path.replace("{key}", "-")
    }
}
