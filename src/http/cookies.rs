//! The site's cookies: one place that knows their names and attributes.

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
    /// "Keep me signed in".
    Remembered,
    /// The mark by which a browser is known again while it waits for a message.
    Browser,
    /// The mark by which a browser is known again that has signed in before.
    Device,
    /// The key of a reset.
    Reset,
    /// What was last asked for: whose reset.
    Wish,
    /// The key of a registration.
    Confirm,
    /// The key of a new address.
    Email,
    /// The key of "this wasn't me".
    NotMe,
    /// The key that an admin is shown once, to read it out.
    LetIn,
    /// What the page after a form shows.
    Kept,
    /// What the next page says of what has just been done.
    Told,
    /// A form that was refused.
    Refused,
}

/// The cookies that last as long as somebody is at work in a browser: the next person at it finds none of them.
pub const AT_WORK: [CookieName; 10] = [
    CookieName::Session,
    CookieName::Restricted,
    CookieName::Remembered,
    CookieName::Reset,
    CookieName::Confirm,
    CookieName::Email,
    CookieName::NotMe,
    CookieName::LetIn,
    CookieName::Kept,
    CookieName::Refused,
];

impl CookieName {
    /// What it is called where it is not marked as secure.
    pub fn plain_name(self) -> &'static str {
        self.name(false)
    }

    fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (CookieName::Session, true) => "__Host-latchkey_session",
            (CookieName::Session, false) => "latchkey_session",
            (CookieName::Restricted, true) => "__Host-latchkey_restricted",
            (CookieName::Restricted, false) => "latchkey_restricted",
            (CookieName::Remembered, true) => "__Host-latchkey_remembered",
            (CookieName::Remembered, false) => "latchkey_remembered",
            (CookieName::Browser, true) => "__Host-latchkey_browser",
            (CookieName::Browser, false) => "latchkey_browser",
            (CookieName::Device, true) => "__Host-latchkey_device",
            (CookieName::Device, false) => "latchkey_device",
            (CookieName::Reset, true) => "__Host-latchkey_reset",
            (CookieName::Reset, false) => "latchkey_reset",
            (CookieName::Wish, true) => "__Host-latchkey_wish",
            (CookieName::Wish, false) => "latchkey_wish",
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
            (CookieName::Told, true) => "__Host-latchkey_told",
            (CookieName::Told, false) => "latchkey_told",
            (CookieName::Refused, true) => "__Host-latchkey_refused",
            (CookieName::Refused, false) => "latchkey_refused",
        }
    }
}

/// What is to be set. Rocket forgets changes to its jar when a guard forwards, and a token changed there is spent.
#[derive(Default)]
struct PendingCookies(Mutex<Vec<Cookie<'static>>>);

/// Sets the cookies of every answer, whichever guard, route or catcher gave it.
pub struct SetCookies;

#[rocket::async_trait]
impl Fairing for SetCookies {
    fn info(&self) -> Info {
        Info { name: "Cookies", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let PendingCookies(baked) = request.local_cache(PendingCookies::default);
        for cookie in baked.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            response.adjoin_raw_header("Set-Cookie", cookie.to_string());
        }
    }
}

/// The cookies of one request and its answer.
#[derive(Clone, Copy)]
pub struct Cookies<'r> {
    jar: &'r CookieJar<'r>,
    baked: &'r PendingCookies,
    noticed: &'r Noticed,
    secure: bool,
}

impl<'r> Cookies<'r> {
    /// The cookies of `request`; `secure` if people reach the site over https.
    pub fn of(request: &'r Request<'_>, secure: bool) -> Self {
        let noticed = request.local_cache(Noticed::default);
        Self { jar: request.cookies(), baked: request.local_cache(PendingCookies::default), noticed, secure }
    }

    /// What the browser sent.
    pub fn get(&self, cookie_name: CookieName) -> Option<&'r str> {
        self.jar.get(cookie_name.name(self.secure)).map(Cookie::value).filter(|value| !value.is_empty())
    }

    /// Puts down that what the browser sent is not what this site gave it.
    pub fn refuse(&self, cookie_name: CookieName) {
        self.noticed.add(Notice::Cookie(cookie_name));
    }

    /// Gives the browser a cookie, for `life` or until it is closed.
    pub fn set(&self, cookie_name: CookieName, value: &str, life: Option<Duration>) {
        let life = life.map(|life| time::Duration::try_from(life).unwrap_or(time::Duration::MAX));
        let mut cookie = self.bare(cookie_name, value.to_owned());
        cookie.set_max_age(life);
        self.bake(cookie);
    }

    /// Takes a cookie away.
    pub fn remove(&self, cookie_name: CookieName) {
        if self.jar.get(cookie_name.name(self.secure)).is_some() {
            let mut cookie = self.bare(cookie_name, String::new());
            cookie.set_max_age(time::Duration::ZERO);
            self.bake(cookie);
        }
    }

    /// The last word on a cookie counts.
    fn bake(&self, cookie: Cookie<'static>) {
        let mut baked = self.baked.0.lock().unwrap_or_else(PoisonError::into_inner);
        baked.retain(|other| other.name() != cookie.name());
        baked.push(cookie);
    }

    fn bare(&self, cookie_name: CookieName, value: String) -> Cookie<'static> {
        Cookie::build((cookie_name.name(self.secure), value))
            .path("/")
            .secure(self.secure)
            .http_only(true)
            .same_site(SameSite::Lax)
            .build()
    }
}
