//! Every address of the site, below the path that it is mounted at.

use std::{borrow::Cow, collections::BTreeMap};

use rocket::http::RawStr;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    base::{base_path::BasePath, return_to},
    policy::strategy::Strategy,
};

/// The places without a parameter, each with its path: here alone, and at its route.
macro_rules! places {
    ($($(#[$doc:meta])* $place:ident = $path:literal,)+) => {
        /// An address of the site.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Place {
            $($(#[$doc])* $place,)+
            /// The page of a strategy, to which its key leads.
            Strategy(Strategy),
            /// A page below that of a strategy.
            Step(Strategy, &'static str),
            /// An account in the console.
            Person(Uuid),
        }

        impl Place {
            const NAMED: &[(Place, &str)] = &[$((Place::$place, stringify!($place)),)+];

            /// Every place without a parameter, and the pages of the strategies.
            pub fn all() -> impl Iterator<Item = Place> {
                let fixed = Self::NAMED.iter().map(|(place, _)| *place);
                fixed.chain(Strategy::all().iter().map(|strategy| Place::Strategy(*strategy)))
            }

            /// The path below the base: `/login`.
            pub fn path(self) -> Cow<'static, str> {
                match self {
                    $(Place::$place => $path.into(),)+
                    Place::Strategy(strategy) => format!("/reset/{}", strategy.slug()).into(),
                    Place::Step(strategy, step) => format!("/reset/{}/{step}", strategy.slug()).into(),
                    Place::Person(id) => format!("/admin/people/{id}").into(),
                }
            }
        }
    };
}

places! {
    /// The first page.
    Home = "/",
    /// Sign-in.
    SignIn = "/login",
    /// Sign-in by a passkey alone.
    SignInPasskey = "/login/passkey",
    /// The button that sends a message to sign in with.
    SignInSend = "/login/send",
    /// The page after it, which takes the code.
    SignInSent = "/login/sent",
    /// The page of a link that signs in; links below it carry a key.
    SignInLink = "/login/link",
    /// Sign-in by the code of an authenticator app.
    SignInApp = "/login/app",
    /// The form that asks for a forgotten username.
    Username = "/login/username",
    /// The page after that form.
    UsernameSent = "/login/username/sent",
    /// The second factor that a sign-in owes.
    SecondFactor = "/login/factor",
    /// The button that sends a code for it.
    SecondFactorSend = "/login/factor/send",
    /// The button that gives up a pending sign-in.
    SecondFactorCancel = "/login/factor/cancel",
    /// Another proof of identity, for what matters most.
    Verify = "/verify",
    /// The same by the password, for programs.
    VerifyPassword = "/verify/password",
    /// The button that sends a code for it.
    VerifySend = "/verify/send",
    /// Sign-out.
    SignOut = "/logout",
    /// The same by a program that sends its refresh token.
    SignOutRefresh = "/logout/refresh",
    /// Registration.
    Register = "/register",
    /// The page after registration.
    RegisterSent = "/register/sent",
    /// The form that asks for another confirmation; links below it carry a key.
    Confirm = "/confirm",
    /// The page after that form.
    ConfirmSent = "/confirm/sent",
    /// The page that a link of confirmation leads to.
    ConfirmAddress = "/confirm/address",
    /// One's own account.
    Account = "/account",
    /// The change of the password.
    ChangePassword = "/change",
    /// The change of the address; links below it carry a key.
    ChangeEmail = "/account/email",
    /// The page after a new address was typed.
    ChangeEmailSent = "/account/email/sent",
    /// The page that the link to a new address leads to.
    ChangeEmailConfirm = "/account/email/confirm",
    /// The username.
    ChangeUsername = "/account/username",
    /// The phone.
    Phone = "/account/phone",
    /// The form for the code that was texted to a new phone.
    PhoneCode = "/account/phone/code",
    /// The form that removes the phone.
    PhoneRemove = "/account/phone/remove",
    /// The second factors.
    Factors = "/account/factors",
    /// An authenticator app that is being set up.
    FactorsTotp = "/account/factors/totp",
    /// The number that codes are texted to.
    FactorsSms = "/account/factors/sms",
    /// The beginning of codes by mail.
    FactorsEmailStart = "/account/factors/email/start",
    /// The first code of a factor whose codes are sent.
    FactorsSent = "/account/factors/sent",
    /// A new passkey.
    FactorsPasskey = "/account/factors/passkey",
    /// New recovery codes, shown once.
    RecoveryCodes = "/account/factors/codes",
    /// The button that makes new recovery codes.
    RecoveryCodesRenew = "/account/factors/codes/renew",
    /// One's own sessions.
    Sessions = "/account/sessions",
    /// The browsers that one trusts; those below it are ended.
    TrustedBrowsers = "/account/sessions/trusted",
    /// The personal access tokens; those below it are ended.
    AccessTokens = "/account/tokens",
    /// A new one, shown once.
    NewAccessToken = "/account/tokens/new",
    /// The deletion of one's own account.
    DeleteAccount = "/account/delete",
    /// The request for a reset; links below it carry a key.
    Reset = "/reset",
    /// A reset in one request, by the key in its address, which is gone from it by then.
    ResetAtOnce = "/reset/-",
    /// The page after a request.
    ResetSent = "/reset/sent",
    /// The form for a key that is typed.
    ResetKey = "/reset/key",
    /// The button that cancels a reset.
    ResetCancel = "/reset/cancel",
    /// The page after a reset was cancelled.
    ResetCancelled = "/reset/cancelled",
    /// The page of a key that starts again.
    ResetRestart = "/reset/restart",
    /// The form for a new password that a restricted session reaches.
    NewPassword = "/reset/new-password",
    /// The button that skips that form.
    NewPasswordSkip = "/reset/new-password/skip",
    /// "This wasn't me"; links below it carry a key.
    NotMe = "/reset/not-me",
    /// The page after "this wasn't me".
    NotMeDone = "/reset/not-me/done",
    /// The console.
    Admin = "/admin",
    /// The accounts in the console.
    AdminPeople = "/admin/people",
    /// The invitations in the console.
    AdminInvitations = "/admin/invitations",
    /// The messages in the console.
    AdminMessages = "/admin/messages",
    /// The audit log in the console.
    AdminEvents = "/admin/events",
    /// The audit log as CSV.
    AdminEventsCsv = "/admin/events.csv",
    /// The policy in the console.
    AdminPolicy = "/admin/policy",
    /// Messages that are not sent, but shown.
    Mailbox = "/dev/mailbox",
    /// The JSON interface, for people; its files are below it.
    ApiDocs = "/api/docs",
    /// Its description.
    OpenApi = "/openapi.json",
    /// The files of the pages.
    Assets = "/assets",
}

impl Place {
    /// Returns its path as it stands in a page: `/auth/login`.
    pub fn at(self, base: &BasePath) -> String {
        base.join(&self.path())
    }

    /// Returns its address with a query, without the values that are empty.
    pub fn with(self, query: &[(&str, &str)]) -> Address {
        let pairs = query.iter().filter(|(_, value)| !value.is_empty());
        let pairs: Vec<_> = pairs.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        Address::Place(self, pairs.join("&"))
    }
}

/// Encodes a value of a query; a slash may stand as it is (RFC 3986, 3.4).
fn encoded(value: &str) -> String {
    RawStr::new(value).percent_encode().as_str().replace("%2F", "/")
}

/// Returns the page to go on to: `next`, if it is a path of this server, or else the account.
pub fn goal(next: &str) -> Address {
    return_to::path(next).map_or(Place::Account.into(), Address::Path)
}

/// An address that a page leads to.
#[derive(Clone, Debug)]
pub enum Address {
    /// A place, with a query, which may be empty.
    Place(Place, String),
    /// A path below the base that was stored.
    Below(String),
    /// A path of this server, which a request named.
    Path(String),
}

impl Address {
    /// Returns it as it stands in a page.
    pub fn at(&self, base: &BasePath) -> String {
        match self {
            Address::Place(place, query) if query.is_empty() => place.at(base),
            Address::Place(place, query) => format!("{}?{query}", place.at(base)),
            Address::Below(path) => base.join(path),
            Address::Path(path) => path.clone(),
        }
    }
}

/// Name of the only field of an address in a page's contents: its path below the base, which [`settle`] puts in its place.
const BELOW: &str = "path below the base";

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Address::Path(path) => serializer.serialize_str(path),
            below => serializer.collect_map([(BELOW, below.at(&BasePath::default()))]),
        }
    }
}

/// Writes the addresses in a page's contents as they stand in the page. What people typed is text, and never taken for
/// one.
pub fn settle(contents: &mut Map<String, Value>, base: &BasePath) {
    contents.values_mut().for_each(|value| settle_value(value, base));
}

fn settle_value(value: &mut Value, base: &BasePath) {
    match value {
        Value::Object(fields) => match fields.get(BELOW).and_then(Value::as_str) {
            Some(path) => *value = base.join(path).into(),
            None => settle(fields, base),
        },
        Value::Array(values) => values.iter_mut().for_each(|value| settle_value(value, base)),
        _ => {}
    }
}

impl From<Place> for Address {
    fn from(place: Place) -> Self {
        Address::Place(place, String::new())
    }
}

/// Returns the paths for templates, by name: `place.sign_in`, `place.second_key`.
pub fn named(base: &BasePath) -> BTreeMap<String, String> {
    let fixed = Place::NAMED.iter().map(|(place, name)| (snake_case(name), place.at(base)));
    let own = Strategy::all().iter().map(|own| (own.name().to_owned(), Place::Strategy(*own).at(base)));
    fixed.chain(own).collect()
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_address_stands_below_the_base_and_a_text_stays_a_text() {
        let base = BasePath::try_from("/auth".to_owned()).unwrap();
        let with_query = Place::AdminEvents.with(&[("account", "a&b@example.com"), ("kind", "")]);
        let path = Address::Path("/elsewhere".into());
        let contents = json!({
            "list": [{ "more": with_query, "none": Option::<Address>::None }],
            "sign_in": Address::from(Place::SignIn),
            "stored": Address::Below("/account".into()),
            "next": path,
            "typed": "/login",
        });
        let Value::Object(mut contents) = contents else { panic!("an object") };
        settle(&mut contents, &base);
        let settled = json!({
            "list": [{ "more": "/auth/admin/events?account=a%26b@example.com", "none": null }],
            "sign_in": "/auth/login",
            "stored": "/auth/account",
            "next": "/elsewhere",
            "typed": "/login",
        });
        assert_eq!(Value::Object(contents), settled);
    }
}
