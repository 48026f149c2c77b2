//! Settings of the site as part of an application.

use serde::{Deserialize, Serialize};

/// `latchkey.refusal`: the answer of an application's own route to somebody who is not signed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Refusal {
    /// Guards fail with 401; a person goes to sign-in and back, a program gets JSON.
    #[default]
    Error,
    /// The same, but another route of the application may answer first.
    Forward,
    /// Guards fail with 401, and the application's catchers answer.
    Host,
}

/// `latchkey.csp`: the Content-Security-Policy of the site's pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub enum Csp {
    /// `"strict"`: the site's own files, and nothing else.
    #[default]
    Strict,
    /// `"host"`: the application's.
    Host,
    /// This text.
    Custom(String),
}

impl TryFrom<String> for Csp {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_header = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        match text.as_str() {
            "strict" => Ok(Csp::Strict),
            "host" => Ok(Csp::Host),
            policy if is_header && policy.contains("-src") => Ok(Csp::Custom(text)),
            _ => Err("write \"strict\", \"host\", or a policy like \"default-src 'self'\""),
        }
    }
}

impl From<Csp> for String {
    fn from(csp: Csp) -> Self {
        match csp {
            Csp::Strict => "strict".into(),
            Csp::Host => "host".into(),
            Csp::Custom(text) => text,
        }
    }
}
