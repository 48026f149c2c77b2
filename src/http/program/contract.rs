//! The addresses of Flask-Security's contract: each leads to a route of ours, with its fields by the names there.

use std::sync::OnceLock;

use rocket::{
    Data, Request,
    http::{Method, uri::Origin},
};

use super::{ahead, allowed::is_at, asks_json, sends_json};
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
    /// True if their names are second to ours: a fault goes by ours where neither was sent.
    second: bool,
    /// Their names of fields, with ours.
    pub names: &'static [(&'static str, &'static str)],
    /// The requests that it leads to our route; others stay where they are.
    when: When,
    /// A field that the address stands for.
    pub with: Option<(&'static str, &'static str)>,
    /// The field that what follows its path is the value of.
    pub rest: &'static str,
}

/// Requests that an address leads to our route.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Always,
    /// Only with a password in a body of JSON.
    Password,
    /// Only with a body of JSON.
    Json,
}

const fn alias(method: Method, path: &'static str, to: Place) -> Alias {
    Alias {
        method,
        path,
        to,
        by: method,
        second: false,
        names: &[],
        when: When::Always,
        with: None,
        rest: "",
    }
}

impl Alias {
    const fn names(mut self, names: &'static [(&'static str, &'static str)]) -> Self {
        self.names = names;
        self
    }

    const fn or(mut self, names: &'static [(&'static str, &'static str)]) -> Self {
        self.second = true;
        self.names(names)
    }

    const fn when(mut self, when: When) -> Self {
        self.when = when;
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

    /// True if a path below the base is its own.
    pub(super) fn is_at(&self, below: &str) -> bool {
        match self.path.strip_suffix('*') {
            Some(begun) => below.strip_prefix(begun).is_some_and(|rest| !rest.is_empty()),
            None => below == self.path,
        }
    }

    /// Asks for what we show on a page.
    const fn by_get(mut self) -> Self {
        self.by = Method::Get;
        self
    }
}

const CREDENTIAL: &[(&str, &str)] = &[("credential", "answer"), ("wan_state", "asked")];

const NEW_PASSWORD: &[(&str, &str)] =
    &[("password", "new_password"), ("password_confirm", "new_password_confirm")];

/// All of them.
const ALIASES: [Alias; 41] = {
    use Method::{Get, Post};
    use Place::*;
    [
        alias(Post, "/login", SignIn).or(&[("username", "email")]),
        alias(Get, "/us-signin", SignIn),
        alias(Post, "/us-signin/send-code", SignInSend)
            .names(&[("identity", "email"), ("chosen_method", "with")]),
        alias(Post, "/verify", VerifyPassword).when(When::Password),
        alias(Get, "/us-verify", Verify),
        alias(Post, "/us-verify", Verify).names(&[("passcode", "code"), ("passcode", "password")]),
        alias(Post, "/us-verify/send-code", VerifySend).names(&[("chosen_method", "with")]),
        alias(Get, "/tf-validate", SecondFactor),
        alias(Post, "/tf-validate", SecondFactor).names(CREDENTIAL),
        alias(Get, "/tf-select", SecondFactor),
        alias(Post, "/tf-select", SecondFactorSend).names(&[("which", "with")]),
        alias(Get, "/tf-rescue", SecondFactor),
        alias(Post, "/tf-rescue", SecondFactor).by_get(),
        alias(Get, "/wan-verify", Verify).with("with", "passkey"),
        alias(Get, "/mf-recovery", SecondFactor).with("with", "recovery_code"),
        alias(Post, "/mf-recovery", SecondFactor).with("with", "recovery_code"),
        alias(Get, "/tf-setup", Factors),
        alias(Post, "/tf-setup/authenticator", FactorsTotp),
        alias(Post, "/tf-setup/*", FactorsSent).rest("state"),
        alias(Get, "/us-setup", Factors),
        alias(Post, "/us-setup/authenticator", FactorsTotp).names(&[("passcode", "code")]),
        alias(Post, "/us-setup/*", FactorsSent).names(&[("passcode", "code")]).rest("state"),
        alias(Get, "/mf-recovery-codes", Factors),
        alias(Get, "/wan-delete", Factors),
        alias(Post, "/mf-recovery-codes", RecoveryCodesRenew),
        alias(Get, "/wan-register", FactorsPasskey),
        alias(Post, "/wan-register/*", FactorsPasskey).names(CREDENTIAL).rest("asked"),
        alias(Post, "/wan-verify", Verify).by_get().with("with", "passkey"),
        alias(Post, "/wan-verify/*", Verify).names(CREDENTIAL).with("with", "passkey").rest("asked"),
        alias(Post, "/logout", SignOutRefresh).when(When::Json),
        alias(Post, "/reset/-", ResetAtOnce).names(NEW_PASSWORD),
        alias(Post, "/confirm/-", ConfirmAddress),
        alias(Post, "/account/email/-", ChangeEmailConfirm),
        alias(Post, "/login/link/-", SignInLink),
        alias(Post, "/reset/not-me/-", NotMe),
        alias(Get, "/recover-username", Username),
        alias(Post, "/recover-username", Username),
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
    second: bool,
    fields: Vec<(&'static str, String)>,
    /// Our names of the fields whose faults go by them.
    ours: OnceLock<Vec<&'static str>>,
}

/// Leads a request of a program from an address of the contract below `base` to our route.
pub async fn lead(base: &BasePath, request: &mut Request<'_>, data: &mut Data<'_>) {
    if !asks_json(request) {
        return;
    }
    let Some(below) = base.below(request.uri().path().as_str()).map(str::to_owned) else { return };
    let method = request.method();
    let found = ALIASES.iter().find(|alias| alias.method == method && alias.is_at(&below));
    // A short body may carry the token of its browser, too.
    let looks = found.is_some_and(|alias| alias.when == When::Password);
    let has_password = ahead::read(request, data, looks).await;
    let Some(alias) = found else { return };
    let leads = match alias.when {
        When::Always => !is_of_application(request, alias),
        When::Password => has_password,
        When::Json => sends_json(request),
    };
    if !leads {
        return;
    }
    let rest = below.strip_prefix(alias.path.trim_end_matches('*')).unwrap_or_default().to_owned();
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
    let (names, second) = (alias.names, alias.second);
    if let Ok(uri) = Origin::parse_owned(uri) {
        request.set_uri(uri);
        request.set_method(alias.by);
        request.local_cache(|| Said { names, second, fields, ours: OnceLock::new() });
    }
}

/// Names the fields that a program sent as our forms do, and adds those that its address stands for.
pub(in super::super) fn translate(request: &Request<'_>, fields: &mut Fields) {
    let said = request.local_cache(Said::default);
    let go_by_ours = said.names.iter().filter(|(theirs, ours)| {
        let is_by_ours = said.second || fields.has(ours);
        !fields.rename(theirs, ours) && is_by_ours
    });
    _ = said.ours.set(go_by_ours.map(|(_, ours)| *ours).collect());
    for (name, value) in &said.fields {
        fields.set(name, value);
    }
}

/// Returns a program's name of the field that is called so in our form.
pub(super) fn name_of<'a>(request: &Request<'_>, ours: &'a str) -> &'a str {
    let said = request.local_cache(Said::default);
    let by_ours = said.ours.get().map_or(said.second, |all| all.contains(&ours));
    let theirs = said.names.iter().find(|(_, name)| *name == ours && !by_ours);
    theirs.map_or(ours, |(theirs, _)| theirs)
}

/// True if the address of a request stands for this value of a field.
pub(super) fn stands_for(request: &Request<'_>, field: &str, value: &str) -> bool {
    let said = request.local_cache(Said::default);
    said.fields.iter().any(|(name, of)| *name == field && of == value)
}

/// True if the application has a route of its own at an address of the contract.
fn is_of_application(request: &Request<'_>, alias: &Alias) -> bool {
    // Where we have a route ourselves, Rocket would have refused another.
    let is_ours = alias.to.path() == alias.path;
    let path = request.uri().path().as_str();
    let mut routes = request.rocket().routes();
    !is_ours && routes.any(|route| route.method == request.method() && is_at(route.uri.path(), path))
}
