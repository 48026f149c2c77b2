//! The addresses of Flask-Security's contract: each leads to a route of ours, with its fields by the names there.

use rocket::{
    Data, Request,
    http::{Method, uri::Origin},
};

use super::{ahead, asks_json};
use crate::{base::base_path::BasePath, core::place::Place, http::form::fields::Fields};

/// An address of the contract.
pub struct Alias {
    /// Its method.
    pub method: Method,
    /// Its path; what follows an asterisk at its end is the value of the field `rest`.
    pub path: &'static str,
    /// The place of our route.
    pub to: Place,
    /// Method of our route.
    pub by: Method,
    /// Their names of fields, with ours.
    pub names: &'static [(&'static str, &'static str)],
    /// A field without which the address leads elsewhere.
    has: &'static str,
    /// A field that the address stands for.
    pub with: Option<(&'static str, &'static str)>,
    /// The field that what follows its path is the value of.
    pub rest: &'static str,
}

const fn alias(method: Method, path: &'static str, to: Place) -> Alias {
    Alias { method, path, to, by: method, names: &[], has: "", with: None, rest: "" }
}

impl Alias {
    const fn names(mut self, names: &'static [(&'static str, &'static str)]) -> Self {
        self.names = names;
        self
    }

    const fn has(mut self, field: &'static str) -> Self {
        self.has = field;
        self
    }

    const fn with(mut self, field: &'static str, value: &'static str) -> Self {
        self.with = Some((field, value));
        self
    }

    const fn rest(mut self, field: &'static str) -> Self {
        self.rest = field;
        self
    }

    /// Asks for what we show on a page.
    const fn by_get(mut self) -> Self {
        self.by = Method::Get;
        self
    }
}

const CREDENTIAL: &[(&str, &str)] = &[("credential", "answer"), ("wan_state", "asked")];

/// All of them.
const ALIASES: [Alias; 33] = {
    use Method::{Get, Post};
    use Place::*;
    [
        alias(Post, "/login", SignIn).names(&[("username", "email")]),
        alias(Get, "/us-signin", SignIn),
        alias(Post, "/us-signin/send-code", SignInSend)
            .names(&[("identity", "email"), ("chosen_method", "with")]),
        alias(Post, "/verify", VerifyPassword).has("password"),
        alias(Get, "/us-verify", Verify),
        alias(Post, "/us-verify", Verify).names(&[("passcode", "code")]),
        alias(Post, "/us-verify/send-code", VerifySend).names(&[("chosen_method", "with")]),
        alias(Get, "/tf-validate", SecondFactor),
        alias(Post, "/tf-validate", SecondFactor).names(CREDENTIAL),
        alias(Get, "/tf-select", SecondFactor),
        alias(Post, "/tf-select", SecondFactorSend).names(&[("which", "with")]),
        alias(Get, "/tf-rescue", SecondFactor),
        alias(Get, "/mf-recovery", SecondFactor).with("with", "recovery_code"),
        alias(Post, "/mf-recovery", SecondFactor).with("with", "recovery_code"),
        alias(Get, "/tf-setup", Factors),
        alias(Post, "/tf-setup/authenticator", FactorsTotp),
        alias(Post, "/tf-setup/sent", FactorsSent),
        alias(Get, "/us-setup", Factors),
        alias(Post, "/us-setup/authenticator", FactorsTotp).names(&[("passcode", "code")]),
        alias(Post, "/us-setup/sent", FactorsSent).names(&[("passcode", "code")]),
        alias(Get, "/mf-recovery-codes", Factors),
        alias(Post, "/mf-recovery-codes", RecoveryCodesRenew),
        alias(Get, "/wan-register", FactorsPasskey),
        alias(Post, "/wan-register", FactorsPasskey).by_get(),
        alias(Post, "/wan-register/*", FactorsPasskey).names(CREDENTIAL).rest("asked"),
        alias(Post, "/wan-signin", SignInPasskey).by_get(),
        alias(Post, "/wan-signin/*", SignInPasskey).names(CREDENTIAL).rest("asked"),
        alias(Post, "/wan-verify", Verify).by_get().with("with", "passkey"),
        alias(Post, "/wan-verify/*", Verify).names(CREDENTIAL).with("with", "passkey").rest("asked"),
        alias(Get, "/change-email", ChangeEmail),
        alias(Post, "/change-email", ChangeEmail),
        alias(Get, "/change-username", ChangeUsername),
        alias(Post, "/change-username", ChangeUsername),
    ]
};

/// Returns all addresses of the contract.
pub fn all() -> &'static [Alias] {
    &ALIASES
}

/// What a request says in the words of the contract.
#[derive(Default)]
struct Said {
    names: &'static [(&'static str, &'static str)],
    fields: Vec<(&'static str, String)>,
}

/// Leads a request of a program from an address of the contract below `base` to our route.
pub async fn lead(base: &BasePath, request: &mut Request<'_>, data: &mut Data<'_>) {
    if !asks_json(request) {
        return;
    }
    let ahead = ahead::read(request, data).await;
    let path = request.uri().path();
    let Some(below) = base.below(path.as_str()) else { return };
    let method = request.method();
    let found = ALIASES.iter().filter(|alias| alias.method == method).find_map(|alias| {
        let rest = match alias.path.strip_suffix('*') {
            Some(begun) => below.strip_prefix(begun).filter(|rest| !rest.is_empty())?,
            None => (below == alias.path).then_some("")?,
        };
        let has_all =
            alias.has.is_empty() || ahead.as_ref().is_some_and(|body| body.get(alias.has).is_some());
        has_all.then_some((alias, rest.to_owned()))
    });
    let Some((alias, rest)) = found else { return };
    let fields: Vec<_> = [
        alias.with.map(|(field, value)| (field, value.to_owned())),
        (!rest.is_empty()).then_some((alias.rest, rest)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut query: Vec<String> = request.uri().query().iter().map(|query| query.to_string()).collect();
    query.extend(alias.with.map(|(field, value)| format!("{field}={value}")));
    let joint = if query.is_empty() { "" } else { "?" };
    let uri = format!("{}{joint}{}", alias.to.at(base), query.join("&"));
    let names = alias.names;
    if let Ok(uri) = Origin::parse_owned(uri) {
        request.set_uri(uri);
        request.set_method(alias.by);
        request.local_cache(|| Said { names, fields });
    }
}

/// Names the fields that a program sent as our forms do, and adds those that its address stands for.
pub(in super::super) fn translate(request: &Request<'_>, fields: &mut Fields) {
    let said = request.local_cache(Said::default);
    for (theirs, ours) in said.names {
        fields.rename(theirs, ours);
    }
    for (name, value) in &said.fields {
        fields.set(name, value);
    }
}

/// Returns a program's name of the field that is called so in our form.
pub(super) fn name_of<'a>(request: &Request<'_>, ours: &'a str) -> &'a str {
    let said = request.local_cache(Said::default);
    said.names.iter().find(|(_, name)| *name == ours).map_or(ours, |(theirs, _)| theirs)
}
