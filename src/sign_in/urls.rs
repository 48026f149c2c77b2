//! The addresses of our pages for an application's own, and the way to sign-in for its own catcher.

use std::sync::Arc;

use rocket::{
    Ignite, Request, Rocket, Sentinel,
    http::Status,
    request::{FromRequest, Outcome},
    response::Redirect,
};

use super::login;
use crate::{
    app::App,
    base::base_path::BasePath,
    core::place::Place,
    http::{is_own, refusal::is_missing},
};

/// The addresses of our pages, for links on pages of an application: paths of this server, below `latchkey.base`.
///
/// ```no_run
/// use latchkey::{Account, Urls};
/// use rocket::{get, response::content::RawHtml};
///
/// #[get("/")]
/// fn home(me: Option<&Account>, urls: &Urls) -> RawHtml<String> {
///     RawHtml(match me {
///         // Signing out changes something, so it is a form.
///         Some(_) => format!("<form method=post action=\"{}\"><button>Sign out</button></form>", urls.sign_out()),
///         None => format!("<a href=\"{}\">Sign in</a> <a href=\"{}\">Register</a>", urls.sign_in(), urls.register()),
///     })
/// }
/// ```
///
/// # Outcomes
/// Always succeeds. An application that uses it without [`fairing()`](crate::fairing()) does not launch.
#[derive(Clone, Debug)]
pub struct Urls {
    base: BasePath,
    sign_in: String,
}

impl Urls {
    fn of(app: &App, request: &Request<'_>) -> Self {
        let base = app.base().clone();
        // After signing in, nobody wants to be back at one of our own forms.
        let sign_in = if is_own(request) { Place::SignIn.at(&base) } else { login::place(request).at(&base) };
        Self { base, sign_in }
    }

    /// Returns the sign-in page, which leads back to the page of this request: `/auth/login?next=/notes%3Fpage%3D2`.
    pub fn sign_in(&self) -> &str {
        &self.sign_in
    }

    /// Returns the address for the form that signs out, `/auth/logout`. It takes a `POST` without fields from a page of this
    /// site; a link to it leads to a page with such a button.
    pub fn sign_out(&self) -> String {
        Place::SignOut.at(&self.base)
    }

    /// Returns the registration page.
    pub fn register(&self) -> String {
        Place::Register.at(&self.base)
    }

    /// Returns the page for resetting a forgotten password.
    pub fn reset(&self) -> String {
        Place::Reset.at(&self.base)
    }

    /// Returns the account page of the person who is signed in.
    ///
    /// ```no_run
    /// fn menu(urls: &latchkey::Urls) -> String {
    ///     format!("<a href=\"{}\">Account</a> <a href=\"{}\">New password</a>", urls.account(), urls.reset())
    /// }
    /// ```
    pub fn account(&self) -> String {
        Place::Account.at(&self.base)
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for &'r Urls {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match request.rocket().state::<Arc<App>>() {
            Some(app) => Outcome::Success(request.local_cache(|| Urls::of(app, request))),
            None => Outcome::Error((Status::InternalServerError, ())),
        }
    }
}

impl Sentinel for &Urls {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        is_missing(rocket)
    }
}

/// Returns the redirect to sign-in, and then back to the page of this request, for an application's own catcher.
///
/// ```no_run
/// use rocket::{Request, catch, response::Redirect};
///
/// #[catch(401)]
/// fn who_are_you(request: &Request<'_>) -> Redirect {
///     latchkey::sign_in(request)
/// }
/// ```
pub fn sign_in(request: &Request<'_>) -> Redirect {
    let base = request.rocket().state::<Arc<App>>().map(|app| app.base().clone());
    Redirect::to(login::place(request).at(&base.unwrap_or_default()))
}
