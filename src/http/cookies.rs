//! The site's cookies, with their names and attributes in one place.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rocket::{
    Request, Response,
    fairing::{Fairing, Info, Kind},
    http::{Cookie, CookieJar, SameSite},
    time,
};

use super::noticed::{Notice, Noticed};

/// A cookie of the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieName {
    /// The session.
    Session,
    /// The restricted session.
    Restricted,
    /// The pending sign-in, which owes a second factor.
    Pending,
    /// "Keep me signed in".
    Remembered,
    /// The refresh token of a program.
    Refresh,
    /// Secrets of the people who trust a browser.
    Trusted,
    /// Id of a browser while it waits for a message.
    Browser,
    /// Id of a known browser, in which somebody has signed in before.
    Device,
    /// The key of a reset.
    Reset,
    /// The last request for a reset: the account it is for.
    Requested,
    /// The key of a sign-in.
    SignIn,
    /// The last request for a message to sign in with.
    SignInRequested,
    /// The key of a registration.
    Confirm,
    /// The key of a new address.
    Email,
    /// The key of "this wasn't me".
    NotMe,
    /// The key that an admin sees once, to read it out.
    LetIn,
    /// New recovery codes, until they have been written down.
    RecoveryCodes,
    /// A new access token, until it has been written down.
    AccessToken,
    /// Contents of the page after a form.
    Kept,
    /// Confirmation shown on the next page.
    Flash,
    /// A refused form.
    Refused,
}

/// Cookies of the current user of a browser, so that the next user finds none of them.
pub const AT_WORK: [CookieName; 17] = [
    CookieName::Session,
    CookieName::Restricted,
    CookieName::Pending,
    CookieName::RecoveryCodes,
    CookieName::AccessToken,
    CookieName::Remembered,
    CookieName::Refresh,
    CookieName::Reset,
    CookieName::Requested,
    CookieName::SignIn,
    CookieName::SignInRequested,
    CookieName::Confirm,
    CookieName::Email,
    CookieName::NotMe,
    CookieName::LetIn,
    CookieName::Kept,
    CookieName::Refused,
];

impl CookieName {
    /// Name without the prefix for secure cookies.
    pub fn plain_name(self) -> &'static str {
        self.name(false)
    }

    fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (CookieName::Session, true) => "__Host-latchkey_session",
            (CookieName::Session, false) => "latchkey_session",
            (CookieName::Restricted, true) => "__Host-latchkey_restricted",
            (CookieName::Restricted, false) => "latchkey_restricted",
            (CookieName::Pending, true) => "__Host-latchkey_pending",
            (CookieName::Pending, false) => "latchkey_pending",
            (CookieName::RecoveryCodes, true) => "__Host-latchkey_recovery_codes",
            (CookieName::RecoveryCodes, false) => "latchkey_recovery_codes",
            (CookieName::AccessToken, true) => "__Host-latchkey_access_token",
            (CookieName::AccessToken, false) => "latchkey_access_token",
            (CookieName::Remembered, true) => "__Host-latchkey_remembered",
            (CookieName::Remembered, false) => "latchkey_remembered",
            (CookieName::Refresh, true) => "__Host-latchkey_refresh",
            (CookieName::Refresh, false) => "latchkey_refresh",
            (CookieName::Trusted, true) => "__Host-latchkey_trusted",
            (CookieName::Trusted, false) => "latchkey_trusted",
            (CookieName::Browser, true) => "__Host-latchkey_browser",
            (CookieName::Browser, false) => "latchkey_browser",
            (CookieName::Device, true) => "__Host-latchkey_device",
            (CookieName::Device, false) => "latchkey_device",
            (CookieName::Reset, true) => "__Host-latchkey_reset",
            (CookieName::Reset, false) => "latchkey_reset",
            (CookieName::Requested, true) => "__Host-latchkey_requested",
            (CookieName::Requested, false) => "latchkey_requested",
            (CookieName::SignIn, true) => "__Host-latchkey_sign_in",
            (CookieName::SignIn, false) => "latchkey_sign_in",
            (CookieName::SignInRequested, true) => "__Host-latchkey_sign_in_requested",
            (CookieName::SignInRequested, false) => "latchkey_sign_in_requested",
            (CookieName::Confirm, true) => "__Host-latchkey_confirm",
            (CookieName::Confirm, false) => "latchkey_confirm",
            (CookieName::Email, true) => "__Host-latchkey_email",
            (CookieName::Email, false) => "latchkey_email",
            (CookieName::NotMe, true) => "__Host-latchkey_not_me",
            (CookieName::NotMe, false) => "latchkey_not_me",
            (CookieName::LetIn, true) => "__Host-latchkey_let_in",
            (CookieName::LetIn, false) => "latchkey_let_in",
            (CookieName::Kept, true) => "__Host-latchkey_kept",
            (CookieName::Kept, false) => "latchkey_kept",
            (CookieName::Flash, true) => "__Host-latchkey_flash",
            (CookieName::Flash, false) => "latchkey_flash",
            (CookieName::Refused, true) => "__Host-latchkey_refused",
            (CookieName::Refused, false) => "latchkey_refused",
        }
    }
}

/// Cookies to be set. Rocket drops changes to its jar when a guard forwards, but the token is spent by then.
#[derive(Default)]
struct PendingCookies(Mutex<Vec<Cookie<'static>>>);

/// Sets the cookies of every response, whether they come from a guard, a route or a catcher.
pub struct SetCookies;

#[rocket::async_trait]
impl Fairing for SetCookies {
    fn info(&self) -> Info {
        Info { name: "Cookies", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let PendingCookies(pending) = request.local_cache(PendingCookies::default);
        let pending = std::mem::take(&mut *pending.lock().unwrap_or_else(PoisonError::into_inner));
        if !pending.is_empty() {
            // A page of an application may be cached for everybody, but not with somebody's session.
            response.set_raw_header("Cache-Control", "private, no-store");
        }
        for cookie in pending {
            response.adjoin_raw_header("Set-Cookie", cookie.to_string());
        }
    }
}

/// Cookies of one request and its response.
#[derive(Clone, Copy)]
pub struct Cookies<'r> {
    jar: &'r CookieJar<'r>,
    pending: &'r PendingCookies,
    noticed: &'r Noticed,
    secure: bool,
}

impl<'r> Cookies<'r> {
    /// Cookies of `request`; `secure` if the site is reached over HTTPS.
    pub fn of(request: &'r Request<'_>, secure: bool) -> Self {
        let noticed = request.local_cache(Noticed::default);
        Self {
            jar: request.cookies(),
            pending: request.local_cache(PendingCookies::default),
            noticed,
            secure,
        }
    }

    /// Value sent by the browser.
    pub fn get(&self, cookie_name: CookieName) -> Option<&'r str> {
        self.jar.get(cookie_name.name(self.secure)).map(Cookie::value).filter(|value| !value.is_empty())
    }

    /// Value that the answer sets.
    pub fn set_now(&self, cookie_name: CookieName) -> Option<String> {
        let pending = self.pending.0.lock().unwrap_or_else(PoisonError::into_inner);
        let set = pending.iter().find(|cookie| cookie.name() == cookie_name.name(self.secure));
        set.map(|cookie| cookie.value().to_owned())
    }

    /// Records that the browser sent a value that this site did not set.
    pub fn refuse(&self, cookie_name: CookieName) {
        self.noticed.add(Notice::Cookie(cookie_name));
    }

    /// Sets a cookie, for `life` or until the browser is closed.
    pub fn set(&self, cookie_name: CookieName, value: &str, life: Option<Duration>) {
        let life = life.map(|life| time::Duration::try_from(life).unwrap_or(time::Duration::MAX));
        let mut cookie = self.bare(cookie_name, value.to_owned());
        cookie.set_max_age(life);
        self.push(cookie);
    }

    /// Removes a cookie.
    pub fn remove(&self, cookie_name: CookieName) {
        if self.jar.get(cookie_name.name(self.secure)).is_some() {
            let mut cookie = self.bare(cookie_name, String::new());
            cookie.set_max_age(time::Duration::ZERO);
            self.push(cookie);
        }
    }

    /// The last change to a cookie wins.
    fn push(&self, cookie: Cookie<'static>) {
        let mut pending = self.pending.0.lock().unwrap_or_else(PoisonError::into_inner);
        pending.retain(|other| other.name() != cookie.name());
        pending.push(cookie);
    }

    fn bare(&self, cookie_name: CookieName, value: String) -> Cookie<'static> {
        Cookie::build((cookie_name.name(self.secure), value))
            .path("/")
            .secure(self.secure)
            .http_only(true)
            .same_site(same_site(cookie_name))
            .build()
    }
}

/// A link of another site may bring a person here, but no program.
fn same_site(cookie_name: CookieName) -> SameSite {
    if cookie_name == CookieName::Refresh { SameSite::Strict } else { SameSite::Lax }
}
