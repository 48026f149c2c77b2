//! What tells numbers of one name apart. No label can hold what somebody sent: each is a word of this program, or the
//! template of a route that was mounted.

use std::{fmt, sync::Arc};

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use rocket::Route;

/// The address of a route as it is written in the program, like `/admin/people/<id>`; `-` where none matched.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Template(Arc<str>);

impl Template {
    pub fn of(route: Option<&Route>) -> Self {
        Self(route.map_or("-", |route| route.uri.as_str()).into())
    }
}

impl EncodeLabelValue for Template {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), fmt::Error> {
        EncodeLabelValue::encode(&&*self.0, encoder)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Answered {
    pub route: Template,
    pub class: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Routed {
    pub route: Template,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Kind {
    pub kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Reset {
    pub strategy: &'static str,
    pub outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Message {
    pub channel: &'static str,
    pub outcome: &'static str,
}

/// The one of `known` that a text is, so that a name from the database can stand on a label.
pub(super) fn word<const N: usize>(text: &str, known: [&'static str; N]) -> &'static str {
    known.into_iter().find(|word| *word == text).unwrap_or("other")
}
