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
pub enum Crumb {
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
pub const AT_WORK: [Crumb; 10] = [
    Crumb::Session,
    Crumb::Restricted,
    Crumb::Remembered,
    Crumb::Reset,
    Crumb::Confirm,
    Crumb::Email,
    Crumb::NotMe,
    Crumb::LetIn,
    Crumb::Kept,
    Crumb::Refused,
];

impl Crumb {
    /// What it is called where it is not marked as secure.
    pub fn plain_name(self) -> &'static str {
        self.name(false)
    }

    fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Crumb::Session, true) => "__Host-latchkey_session",
            (Crumb::Session, false) => "latchkey_session",
            (Crumb::Restricted, true) => "__Host-latchkey_restricted",
            (Crumb::Restricted, false) => "latchkey_restricted",
            (Crumb::Remembered, true) => "__Host-latchkey_remembered",
            (Crumb::Remembered, false) => "latchkey_remembered",
            (Crumb::Browser, true) => "__Host-latchkey_browser",
            (Crumb::Browser, false) => "latchkey_browser",
            (Crumb::Device, true) => "__Host-latchkey_device",
            (Crumb::Device, false) => "latchkey_device",
            (Crumb::Reset, true) => "__Host-latchkey_reset",
            (Crumb::Reset, false) => "latchkey_reset",
            (Crumb::Wish, true) => "__Host-latchkey_wish",
            (Crumb::Wish, false) => "latchkey_wish",
            (Crumb::Confirm, true) => "__Host-latchkey_confirm",
            (Crumb::Confirm, false) => "latchkey_confirm",
            (Crumb::Email, true) => "__Host-latchkey_email",
            (Crumb::Email, false) => "latchkey_email",
            (Crumb::NotMe, true) => "__Host-latchkey_not_me",
            (Crumb::NotMe, false) => "latchkey_not_me",
            (Crumb::LetIn, true) => "__Host-latchkey_let_in",
            (Crumb::LetIn, false) => "latchkey_let_in",
            (Crumb::Kept, true) => "__Host-latchkey_kept",
            (Crumb::Kept, false) => "latchkey_kept",
            (Crumb::Told, true) => "__Host-latchkey_told",
            (Crumb::Told, false) => "latchkey_told",
            (Crumb::Refused, true) => "__Host-latchkey_refused",
            (Crumb::Refused, false) => "latchkey_refused",
        }
    }
}

/// What is to be set. Rocket forgets changes to its jar when a guard forwards, and a token changed there is spent.
#[derive(Default)]
struct Baked(Mutex<Vec<Cookie<'static>>>);

/// Sets the cookies of every answer, whichever guard, route or catcher gave it.
pub struct Baker;

#[rocket::async_trait]
impl Fairing for Baker {
    fn info(&self) -> Info {
        Info { name: "Cookies", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let Baked(baked) = request.local_cache(Baked::default);
        for cookie in baked.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            response.adjoin_raw_header("Set-Cookie", cookie.to_string());
        }
    }
}

/// The cookies of one request and its answer.
#[derive(Clone, Copy)]
pub struct Crumbs<'r> {
    jar: &'r CookieJar<'r>,
    baked: &'r Baked,
    noticed: &'r Noticed,
    secure: bool,
}

impl<'r> Crumbs<'r> {
    /// The cookies of `request`; `secure` if people reach the site over https.
    pub fn of(request: &'r Request<'_>, secure: bool) -> Self {
        let noticed = request.local_cache(Noticed::default);
        Self { jar: request.cookies(), baked: request.local_cache(Baked::default), noticed, secure }
    }

    /// What the browser sent.
    pub fn get(&self, crumb: Crumb) -> Option<&'r str> {
        self.jar.get(crumb.name(self.secure)).map(Cookie::value).filter(|value| !value.is_empty())
    }

    /// Puts down that what the browser sent is not what this site gave it.
    pub fn refuse(&self, crumb: Crumb) {
        self.noticed.add(Notice::Cookie(crumb));
    }

    /// Gives the browser a cookie, for `life` or until it is closed.
    pub fn set(&self, crumb: Crumb, value: &str, life: Option<Duration>) {
        let life = life.map(|life| time::Duration::try_from(life).unwrap_or(time::Duration::MAX));
        let mut cookie = self.bare(crumb, value.to_owned());
        cookie.set_max_age(life);
        self.bake(cookie);
    }

    /// Takes a cookie away.
    pub fn remove(&self, crumb: Crumb) {
        if self.jar.get(crumb.name(self.secure)).is_some() {
            let mut cookie = self.bare(crumb, String::new());
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

    fn bare(&self, crumb: Crumb, value: String) -> Cookie<'static> {
        Cookie::build((crumb.name(self.secure), value))
            .path("/")
            .secure(self.secure)
            .http_only(true)
            .same_site(SameSite::Lax)
            .build()
    }
}
