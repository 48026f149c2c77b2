//! Sign-in in one address for programs, which send a password or a code without saying which it is.

use rocket::{Route, post, routes};
use zeroize::Zeroizing;

use super::{app, login, send};
use crate::{
    auth::requested::{Requested, SIGN_IN},
    base::{Error, identity::Identity},
    http::{Outcome, Paced, Read, SameOrigin, Visit, form::form},
    policy::method::SignInMethod,
};

/// Most characters of a code that was sent, however it is written.
const LONGEST_CODE: usize = 20;
/// Digits of an authenticator app's code.
const APP_DIGITS: usize = 6;

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

#[post("/us-signin", format = "json", data = "<form>")]
async fn submit(ours: SameOrigin, site: Visit<'_>, form: Paced<UnifiedForm>) -> Result<Outcome, Error> {
    let (UnifiedForm { identity, passcode, remember }, _) = match form.0.whole() {
        Ok(whole) => whole,
        Err(refusal) => return Ok(super::page::page(&site, "", false, None).refused(refusal)),
    };
    let (config, named, keep) =
        (site.app.config(), identity.address().to_owned(), if remember { "on" } else { "" });
    let requested: Option<Requested<send::Next>> = SIGN_IN.last(&site);
    let is_asked = requested.is_some_and(|requested| requested.email_key == identity.key());
    if is_asked && passcode.chars().count() <= LONGEST_CODE {
        let form = Read::of_query([Some(passcode.as_str())], config);
        return send::submit(ours, site, Paced(form)).await;
    }
    let is_app = passcode.chars().filter(char::is_ascii_digit).count() == APP_DIGITS
        && passcode.chars().all(|it| it.is_ascii_digit() || it == ' ' || it == '-');
    if is_app && site.at_arrival.offers(SignInMethod::Totp) {
        let form = Read::of_query([None, Some(&*named), Some(passcode.as_str()), Some(keep)], config);
        return app::submit(ours, site, Paced(form)).await;
    }
    let form = Read::of_query([None, None, Some(&*named), Some(passcode.as_str()), Some(keep)], config);
    login::submit(ours, site, Paced(form)).await
}
