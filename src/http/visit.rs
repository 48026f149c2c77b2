//! Context of a handler: the running site, its database, and the request's cookies and client.

use std::{ops::Deref, sync::Arc};

use rocket::{
    Request,
    http::Status,
    request::{FromRequest, Outcome},
};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    client::Client,
    cookies::{CookieName, Cookies},
    locale,
    program::{Program, bearer},
};
use crate::{
    app::App,
    base::{
        Error,
        caller::Caller,
        fault::Fault,
        key::{Key, sha256},
        locale::Locale,
    },
    core::in_force::{PolicyAtArrival, PolicySnapshot},
    hashing::{hasher::Hasher, own_rule, password::Password, queue::Whose},
    store::{Conn, Db, Tx, accounts::AccountRow},
    view::{catalog::FluentValue, language::Language},
};

const BROWSER_ID_LIFE: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

/// The site as seen by one request.
///
/// # Outcomes
/// Error 500 in an application that [`rocket()`](crate::server::rocket()) did not build.
pub struct Visit<'r> {
    /// The running site.
    pub app: &'r Arc<App>,
    /// Its database.
    pub db: &'r Db,
    /// The request's cookies.
    pub cookies: Cookies<'r>,
    /// The client.
    pub client: Client,
    /// The policy that was in force when the request came: it is judged by no other.
    pub at_arrival: &'r PolicySnapshot,
    /// The language of the answer, and of messages about this request.
    pub locale: Locale,
    /// The program that gets the answer, if a program does.
    pub program: Option<&'r Program>,
    /// The token that it is signed in by, or on its way there; or a personal access token.
    pub bearer: Option<&'r str>,
}

struct AtArrival(Arc<PolicySnapshot>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Visit<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match Visit::of(request) {
            Some(site) => Outcome::Success(site),
            None => Outcome::Error((Status::InternalServerError, ())),
        }
    }
}

impl Deref for Visit<'_> {
    type Target = App;

    fn deref(&self) -> &App {
        self.app
    }
}

impl<'r> Visit<'r> {
    /// The site of a request.
    pub fn of(request: &'r Request<'_>) -> Option<Self> {
        let app = request.rocket().state::<Arc<App>>()?;
        let db = request.rocket().state::<Db>()?;
        // Requests in flight keep the database open.
        request.local_cache(|| db.keep_open());
        let client = Client::of(request, app);
        let AtArrival(at_arrival) = request.local_cache(|| AtArrival(app.live.now()));
        let cookies = Cookies::of(request, app.validated.is_https());
        let (program, bearer) = (Program::of(request), bearer(request));
        Some(Self { app, db, cookies, client, at_arrival, locale: locale::of(request), program, bearer })
    }

    /// The pages and sentences in the language of the answer.
    pub fn language(&self) -> &'r Language {
        self.app.templates.language(self.locale)
    }

    /// Returns a sentence in the language of the answer, like [`Language::say`].
    pub fn say(&self, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        self.language().say(key, args)
    }

    /// The password hasher, with this client's place in its queue.
    pub fn hasher(&self) -> Hasher {
        self.hasher_of(Whose::client(self.client.address))
    }

    /// The same for a client with proof of access to `account`: a key, a session, or a browser that has signed in with
    /// its address before. It keeps a place beside strangers.
    pub fn hasher_for(&self, account: &[u8]) -> Hasher {
        self.hasher_of(Whose::client(self.client.address).kept(account))
    }

    /// Judges a new password for the account with this address: by our rules, for which the words that others know of its
    /// owner do not count, then by the application's.
    ///
    /// # Errors
    /// [`Error::Busy`]. A refused password is the inner [`Fault`].
    pub async fn judge(
        &self,
        hasher: &Hasher,
        password: &Password,
        email: &str,
        others: &[&str],
    ) -> Result<Result<(), Fault>, Error> {
        let own_words = [&[email, &self.config().site_name], others].concat();
        let judged = hasher.validate(password, &own_words).await?;
        match &self.extensions.password_rule {
            Some(rule) if judged.is_ok() => Ok(own_rule::judge(&**rule, password, email).await),
            _ => Ok(judged),
        }
    }

    fn hasher_of(&self, whose: Whose) -> Hasher {
        match self.config().limits.enabled {
            true => self.app.hasher.on_behalf_of(whose),
            false => self.app.hasher.clone(),
        }
    }

    /// Returns a connection for reading.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn read(&self) -> Result<Conn, Error> {
        self.db.read().await
    }

    /// Begins a transaction. Its outbox entries are attributed to the client's network.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn begin(&self) -> Result<Tx, Error> {
        Ok(self.caused(self.db.begin().await?))
    }

    /// The same for a single statement.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn begin_once(&self) -> Result<Tx, Error> {
        Ok(self.caused(self.db.begin_once().await?))
    }

    fn caused(&self, mut tx: Tx) -> Tx {
        tx.caused_by(Some(self.keyring.mac("cause", &[&self.client.network()])));
        tx
    }

    /// The policy for an account when this request came.
    pub fn policy_at_arrival(&self, account: &AccountRow) -> PolicyAtArrival {
        self.at_arrival.at_arrival(account)
    }

    /// The caller, for messages and the audit log.
    pub fn caller(&self) -> Caller {
        let (from, browser) = (self.client.place(), self.client.browser.to_owned());
        Caller { from, browser, at: self.now(), locale: self.locale }
    }

    /// Digest of this browser's id, if it has one; a program's token takes its place.
    pub fn browser_id(&self) -> Option<Vec<u8>> {
        if let Some(bearer) = self.bearer {
            return Some(sha256(bearer.as_bytes()));
        }
        let drawn = || self.cookies.set_now(CookieName::Browser);
        let browser_id = self.cookies.get(CookieName::Browser).map(str::to_owned).or_else(drawn);
        browser_id.map(|browser_id| sha256(browser_id.as_bytes()))
    }

    /// Digest of this browser's id, which is created if missing.
    ///
    /// # Errors
    /// Same as [`Random::bytes`](crate::base::random::Random::bytes).
    pub fn ensure_browser_id(&self) -> Result<Vec<u8>, Error> {
        if let Some(browser_id) = self.browser_id() {
            return Ok(browser_id);
        }
        let browser_id = Key::for_link(self.random)?;
        self.cookies.set(CookieName::Browser, browser_id.expose(), Some(BROWSER_ID_LIFE));
        Ok(sha256(browser_id.expose().as_bytes()))
    }

    /// Seals plain data for `purpose` in a cookie that lasts until the browser is closed.
    ///
    /// # Errors
    /// Same as [`Keyring::seal`](crate::base::keyring::Keyring::seal).
    pub fn seal<T: Serialize>(&self, cookie_name: CookieName, purpose: &str, data: &T) -> Result<(), Error> {
        let plain = serde_json::to_vec(data).expect("what a cookie holds is plain data");
        self.cookies.set(cookie_name, &self.keyring.seal_text(self.random, purpose, &plain)?, None);
        Ok(())
    }

    /// Opens a cookie sealed for `purpose`.
    pub fn unseal<T: DeserializeOwned>(&self, cookie_name: CookieName, purpose: &str) -> Option<T> {
        serde_json::from_slice(&self.keyring.open_text(purpose, self.cookies.get(cookie_name)?)?).ok()
    }

    /// Seals a key in its cookie, which lasts until the browser is closed.
    ///
    /// # Errors
    /// Same as [`Keyring::seal`](crate::base::keyring::Keyring::seal).
    pub fn carry(&self, cookie_name: CookieName, key: &Key) -> Result<(), Error> {
        let sealed = self.keyring.seal_text(self.random, "ticket", key.expose().as_bytes())?;
        self.cookies.set(cookie_name, &sealed, None);
        Ok(())
    }

    /// The same for `life` at most.
    ///
    /// # Errors
    /// Same as [`Keyring::seal`](crate::base::keyring::Keyring::seal).
    pub fn carry_for(
        &self,
        cookie_name: CookieName,
        key: &Key,
        life: std::time::Duration,
    ) -> Result<(), Error> {
        let sealed = self.keyring.seal_text(self.random, "ticket", key.expose().as_bytes())?;
        self.cookies.set(cookie_name, &sealed, Some(life));
        Ok(())
    }

    /// Returns the key in a cookie, if it opens.
    pub fn carried(&self, cookie_name: CookieName) -> Option<Key> {
        let opened = self.keyring.open_text("ticket", self.cookies.get(cookie_name)?);
        let key = opened.and_then(|opened| Key::parse(std::str::from_utf8(&opened).ok()?));
        if key.is_none() {
            self.cookies.refuse(cookie_name);
        }
        key
    }
}
