//! What a refused form shows again: its faults by field, and the typed values that are not secret.

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::kind::{OwnFaults, OwnValues};
use crate::{
    base::fault::Fault,
    view::input::{Input, Keep, Kind},
};

/// Faults of a form, and the typed values. A form without a fault has an empty one, to which a handler adds its own.
#[derive(Default)]
pub struct Refusal {
    inputs: &'static [Input],
    faults: Vec<(String, Fault)>,
    typed: Vec<Typed>,
    labels: Vec<(String, String)>,
}

/// A typed value.
struct Typed {
    id: String,
    value: Zeroizing<String>,
    keep: Keep,
}

impl Refusal {
    pub(super) fn of(inputs: &'static [Input]) -> Self {
        Self { inputs, ..Self::default() }
    }

    /// The refusal of a button or link, which has no form: a fault shown at the element with this id.
    pub fn at(id: &str, fault: Fault) -> Self {
        Self::default().with(id, fault)
    }

    /// Adds a fault of the field with this id.
    pub fn add(&mut self, id: &str, fault: Fault) {
        self.faults.push((id.to_owned(), fault));
    }

    /// The same with a fault of the field with this id.
    pub fn with(mut self, id: &str, fault: Fault) -> Self {
        self.add(id, fault);
        self
    }

    /// Returns the value, or adds its fault to the field with this id.
    pub fn take<T>(&mut self, id: &str, read: Result<T, Fault>) -> Option<T> {
        read.map_err(|fault| self.add(id, fault)).ok()
    }

    /// Returns the values of the fields that the site defines itself, or adds their faults.
    pub fn take_own(&mut self, read: Result<OwnValues, OwnFaults>) -> Option<OwnValues> {
        read.map_err(|faults| faults.into_iter().for_each(|(id, fault)| self.add(&id, fault))).ok()
    }

    /// True if there is no fault.
    pub fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }

    /// Keeps the typed value of the field with this id.
    pub(super) fn keep(&mut self, id: &str, value: &str, keep: Keep) {
        if keep != Keep::Never {
            self.typed.push(Typed { id: id.to_owned(), value: Zeroizing::new(value.to_owned()), keep });
        }
    }

    /// Sets the label of a field that the site defines itself.
    pub(super) fn label(&mut self, id: &str, label: &str) {
        self.labels.push((id.to_owned(), label.to_owned()));
    }

    /// Gives fields other ids.
    pub(in super::super) fn name(&mut self, names: &[(&str, &'static str)]) {
        for (id, _) in &mut self.faults {
            if let Some((_, name)) = names.iter().find(|(of, _)| of == id) {
                (*name).clone_into(id);
            }
        }
    }

    /// Returns the faults in the order of the form, each with the label of its field if the site defines that.
    pub fn faults(&self) -> Vec<(&str, Option<&str>, &Fault)> {
        let mut faults: Vec<_> = self
            .faults
            .iter()
            .map(|(id, fault)| {
                let label = self.labels.iter().find(|(of, _)| of == id).map(|(_, label)| label.as_str());
                (id.as_str(), label, fault)
            })
            .collect();
        faults.sort_by_key(|(id, ..)| self.position(id));
        faults
    }

    fn position(&self, id: &str) -> usize {
        let is_it = |input: &Input| input.id == id || input.kind == Kind::Own && id.starts_with(input.id);
        self.inputs.iter().position(is_it).unwrap_or(usize::MAX)
    }

    /// Returns the text in the field with this id, as typed; empty if it is a secret.
    pub fn text(&self, id: &str) -> &str {
        self.typed.iter().find(|typed| typed.id == id).map_or("", |typed| &typed.value)
    }

    /// Returns the values to show again.
    pub fn typed(&self) -> Map<String, Value> {
        let wrong = |id: &str| self.faults.iter().any(|(at, _)| at == id);
        let kept = self.typed.iter().filter(|typed| typed.keep == Keep::Always || !wrong(&typed.id));
        kept.map(|typed| (typed.id.clone(), typed.value.as_str().into())).collect()
    }
}
