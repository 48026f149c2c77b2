//! Labels of metrics. None can hold text from outside: each is a word of this program, or the template of a mounted
//! route.

use std::{fmt, sync::Arc};

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use rocket::Route;

/// Template of a route's URL, like `/admin/people/<id>`; `-` if none matched.
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
