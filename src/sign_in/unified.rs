//! Sign-in in one address for programs, which send a password or a code without saying which it is.

use rocket::{Route, post, routes};
use zeroize::Zeroizing;

use super::{app, login, send};
use crate::{
    auth::requested::{Requested, SIGN_IN},
    base::{Error, identity::Identity},
    http::{Outcome, Paced, Read, SameOrigin, Visit, form::form, program::Program},
    policy::method::SignInMethod,
};

/// Digits of an authenticator app's code, and of one that is texted.
const APP_DIGITS: usize = 6;
/// Characters of a code that is mailed.
const MAILED: usize = 8;
/// Names of the fields that each way has for its own, with those that a program sent.
const NAMES: [(&str, &str); 3] = [("email", "identity"), ("password", "passcode"), ("code", "passcode")];

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![submit]
}

form! {
    /// Who somebody is, and the password or the code.
    pub struct UnifiedForm {
        identity: Identity = identity(),
        passcode: Zeroizing<String> = code(1000),
        /// Whether to remember the browser.
        remember: bool = ticked(),
    }
}

#[post("/us-signin", data = "<form>")]
async fn submit(
    _program: &Program,
    ours: SameOrigin,
    site: Visit<'_>,
    form: Paced<UnifiedForm>,
) -> Result<Outcome, Error> {
    let (UnifiedForm { identity, passcode, remember }, _) = match form.0.whole() {
        Ok(whole) => whole,
        Err(refusal) => return Ok(super::page::page(&site, "", false, None).refused(refusal)),
    };
    let (config, named, passcode) = (site.app.config(), identity.text(), passcode.as_str());
    let keep = if remember { "on" } else { "" };
    let requested: Option<Requested<send::Next>> = SIGN_IN.last(&site);
    let is_asked = requested.is_some_and(|requested| requested.email_key == identity.key());
    let by_password = site.at_arrival.offers(SignInMethod::Password);
    if is_asked && is_code(passcode) {
        let form = Read::of_query([Some(passcode)], config);
        let outcome = send::try_code(&site, Paced(form)).await?;
        // A password may look like a code.
        if !by_password || !matches!(outcome, Outcome::Refused(..)) {
            return Ok(outcome.named(&NAMES));
        }
    }
    let outcome = if is_app_code(passcode) && site.at_arrival.offers(SignInMethod::Totp) {
        let form = Read::of_query([None, Some(named), Some(passcode), Some(keep)], config);
        app::submit(ours, site, Paced(form)).await?
    } else {
        let form = Read::of_query([None, None, Some(named), Some(passcode), Some(keep)], config);
        login::submit(ours, site, Paced(form)).await?
    };
    Ok(outcome.named(&NAMES))
}

/// True for a text of the length of a code that is sent, however it is grouped.
fn is_code(text: &str) -> bool {
    let typed = text.chars().filter(|it| it.is_alphanumeric()).count();
    typed == APP_DIGITS || typed == MAILED
}

fn is_app_code(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits == APP_DIGITS && text.chars().all(|it| it.is_ascii_digit() || it == ' ' || it == '-')
}
