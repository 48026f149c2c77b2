//! What a program is told of a sign-in: who is signed in, or which second factor is owed, in the words of Flask-Security.

use serde_json::{Map, Value, json};

use super::{
    passkey::{self, Stored},
    pending::{self, Owed},
};
use crate::{
    base::{factor::FactorKind, identity::IdentityKind, key::Key},
    core::place::Place,
    http::Visit,
    policy::{Channel, method::SignInMethod},
    store::{
        factors::FactorRow,
        sessions::{Session, SessionScope, SignedIn},
    },
    view::iso,
};

/// Returns the name of a factor.
pub fn method(kind: FactorKind) -> &'static str {
    match kind {
        FactorKind::Passkey => "webauthn",
        FactorKind::Totp => "authenticator",
        FactorKind::Sms => "sms",
        FactorKind::Email => "email",
        FactorKind::RecoveryCode => "recovery_code",
    }
}

/// Returns the kind of the factor with this name: Flask-Security's, or that of `Rocket.toml`.
pub fn kind(name: &str) -> Option<FactorKind> {
    let all = FactorKind::all().chain([FactorKind::RecoveryCode]);
    all.into_iter().find(|kind| method(*kind) == name || kind.name() == name)
}

/// Returns a passkey in the words of Flask-Security; `None` if the factor is another.
pub fn passkey(factor: &FactorRow) -> Option<Value> {
    let credential = Stored::of(factor)?.credential;
    Some(json!({
        "name": factor.name,
        "credential_id": credential.id,
        "transports": credential.transports,
        "lastuse": iso::stamp(factor.used_at.unwrap_or(factor.created_at)),
        "usage": "both",
        "backup_state": credential.backed_up,
        "device_type": if credential.backup_eligible { "multi_device" } else { "single_device" },
        "discoverable": "Unknown",
    }))
}

/// Returns what people may be named by.
pub fn identities(site: &Visit<'_>) -> Vec<&'static str> {
    let policy = site.at_arrival.sign_in([]);
    let kinds = [
        (IdentityKind::Email, "email"),
        (IdentityKind::Username, "username"),
        (IdentityKind::Phone, "phone"),
    ];
    kinds.into_iter().filter(|(kind, _)| policy.accepts(*kind)).map(|(_, name)| name).collect()
}

/// Tells how people sign in here, and for how long the person who is signed in counts as having just done so.
pub fn methods(site: &Visit<'_>, me: Option<&SignedIn>) {
    let (policy, methods) = (site.at_arrival.sign_in([]), site.at_arrival.methods());
    site.tell("identity_attributes", identities(site));
    let mut sent: Vec<_> = methods.iter().filter_map(|method| method.channel()).map(Channel::name).collect();
    sent.dedup();
    let has_passkeys = passkey::party(site).is_some();
    let offered = methods.iter().filter(|method| **method != SignInMethod::Passkey || has_passkeys);
    let names: Vec<_> = offered.map(|method| method.name()).collect();
    site.tell("methods", names.clone());
    site.tell("available_methods", names);
    site.tell("code_methods", sent);
    let now = site.now();
    site.tell("fresh_for", me.map_or(0, |me| now.until(me.session.fresh_until).as_secs()));
    site.tell(
        "features",
        json!({
            "register": site.config().register.open,
            "second_factors": policy.is_on(),
            "usernames": policy.has_usernames(),
            "passkeys": has_passkeys,
        }),
    );
}

/// Tells by which factors somebody may prove themselves again; where there is none, by the password.
pub fn verifying(site: &Visit<'_>, kinds: &[FactorKind]) {
    let methods: Vec<_> = match kinds {
        [] => vec!["password"],
        kinds => methods_of(kinds),
    };
    let sent: Vec<_> = kinds.iter().filter(|kind| kind.is_sent()).map(|kind| method(*kind)).collect();
    site.tell("has_webauthn_verify_credential", kinds.contains(&FactorKind::Passkey));
    site.tell("available_methods", methods);
    site.tell("code_methods", sent);
    site.tell("oauth_enabled", false);
    site.tell("oauth_providers", Vec::<String>::new());
}

/// Tells that a factor is being set up, and the last part of the address that takes its first code.
pub fn setting_up(site: &Visit<'_>, kind: FactorKind, state: &str) {
    site.tell("tf_state", "validating_profile");
    site.tell("tf_state_token", state);
    factor(site, Some(kind));
    site.tell("chosen_method", method(kind));
    site.tell("state", state);
}

/// Tells the factor that an answer is about; none if there is none.
pub fn factor(site: &Visit<'_>, kind: Option<FactorKind>) {
    let name = kind.map(method);
    site.tell("tf_method", name);
    site.tell("tf_primary_method", name);
}

/// Tells where to ask for a passkey that is owed.
pub fn asking_passkey(site: &Visit<'_>) {
    site.tell("tf_signin_url", site.base().join("/wan-signin"));
}

/// Tells which factors a sign-in that owes one may be completed by.
pub fn proving(site: &Visit<'_>, kinds: &[FactorKind]) {
    let names = methods_of(&set_up(kinds));
    let mut rescue = Map::new();
    if kinds.contains(&FactorKind::RecoveryCode) {
        rescue.insert("recovery_code".into(), site.base().join("/mf-recovery").into());
    }
    site.tell("tf_select", names.len() > 1);
    site.tell("tf_setup_methods", names);
    site.tell("recovery_options", rescue);
}

/// Leaves out recovery codes: they are no method of their own, but stand in for all of them.
fn set_up(kinds: &[FactorKind]) -> Vec<FactorKind> {
    kinds.iter().copied().filter(|kind| *kind != FactorKind::RecoveryCode).collect()
}

fn methods_of(kinds: &[FactorKind]) -> Vec<&'static str> {
    kinds.iter().copied().map(method).collect()
}

/// Describes the only next step of a sign-in.
fn flows(site: &Visit<'_>, id: &str, place: Place, methods: &[&str]) -> Value {
    json!([{
        "id": id,
        "href": place.at(site.base()),
        "methods": methods,
        "is_pending": true,
        "expires_in": pending::LIFE.as_secs(),
    }])
}

/// Tells that a factor is owed, and which may be proved or has to be set up.
pub(super) fn owed(site: &Visit<'_>, owed: Owed, kinds: &[FactorKind], token: &Key) {
    let Some(program) = site.program else { return };
    site.tell("tf_required", true);
    // A page of an application has a cookie for this, which its scripts cannot read.
    if program.asks_token() || site.browser_id().is_none() || site.bearer.is_some() {
        site.tell("tf_token", token.expose());
    }
    if owed == Owed::SetUp {
        site.tell("tf_state", "setup_from_login");
        site.tell("flows", flows(site, "mfa_setup", Place::Factors, &[]));
        return;
    }
    let set_up = set_up(kinds);
    match set_up[..] {
        [only] if !only.is_sent() => {
            site.tell("tf_state", "ready");
            factor(site, Some(only));
            if only == FactorKind::Passkey {
                asking_passkey(site);
            }
        }
        _ => {
            site.tell("tf_select", true);
            site.tell("tf_setup_methods", methods_of(&set_up));
        }
    }
    site.tell("flows", flows(site, "mfa_authenticate", Place::SecondFactor, &methods_of(kinds)));
}

/// Tells who is signed in, with the token of a program that asked for one.
pub(super) fn entered(site: &Visit<'_>, session: &Session, email: &str, token: Option<&Key>) {
    if session.scope == SessionScope::NewPassword {
        site.tell("restricted", true);
    } else {
        site.tell("tf_required", false);
    }
    let mut user = Map::from_iter([("email".to_owned(), Value::from(email))]);
    user.insert("id".into(), session.account_id.to_string().into());
    user.extend(token.map(|token| ("authentication_token".to_owned(), token.expose().into())));
    site.tell("user", user);
}
