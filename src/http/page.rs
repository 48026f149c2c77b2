//! A page that a route shows: its contents, its forms, and the values in them.

use rocket::http::Status;
use serde_json::{Map, Value};

use super::{Outcome, form::Refusal};
use crate::{
    core::place::Address,
    view::shown::{self, View},
};

/// A page: its template, its contents, and the typed values of its forms.
pub struct Page {
    pub(super) name: &'static str,
    pub(super) status: Status,
    pub(super) shown: Map<String, Value>,
    /// Inputs of its forms, by id.
    pub(super) inputs: Map<String, Value>,
    pub(super) filled: Map<String, Value>,
    /// Seconds until another try.
    pub(super) retry: Option<u64>,
    pub(super) cacheable: bool,
    pub(super) home: Option<Address>,
}

impl Page {
    /// A page with these contents.
    pub fn of<V: View>(view: &V) -> Self {
        Self {
            name: V::TEMPLATE,
            status: Status::Ok,
            shown: shown::fields(view),
            inputs: shown::inputs(view),
            filled: Map::new(),
            retry: None,
            cacheable: false,
            home: None,
        }
    }

    /// Fills in the field with this id. Never a password.
    pub fn filled(mut self, id: &str, value: &str) -> Self {
        self.filled.insert(id.to_owned(), value.into());
        self
    }

    /// Sets the address at which the form is shown, if it differs from the one that it is sent to.
    pub fn home(mut self, place: impl Into<Address>) -> Self {
        self.home = Some(place.into());
        self
    }

    /// Returns the name of the field with this id.
    pub(super) fn name_of<'a>(&'a self, id: &'a str) -> &'a str {
        self.inputs.get(id).and_then(|input| input["name"].as_str()).unwrap_or(id)
    }

    /// Allows the page to be cached in memory: it is the same for everybody while the server runs.
    pub fn cacheable(mut self) -> Self {
        self.cacheable = true;
        self
    }

    /// Sets a status other than 200.
    pub fn status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    /// Sets the seconds until another try.
    pub(super) fn retry(mut self, seconds: u64) -> Self {
        self.retry = Some(seconds);
        self
    }

    /// Refuses the form on it.
    pub fn refused(self, refusal: Refusal) -> Outcome {
        Outcome::Refused(self, refusal)
    }

    /// Shows the values of a form that changes nothing, and its faults if there are any.
    pub fn answering(mut self, form: Refusal) -> Outcome {
        if form.is_empty() {
            self.filled.extend(form.typed());
            return Outcome::Show(self);
        }
        self.refused(form)
    }
}
