//! Sessions, and the guards that require one.
//!
//! A session is a row, found by an opaque cookie, or a program's token, of which only the digest is stored. [`&Account`](Account) and
//! [`&SignedIn`](SignedIn) require a full session, [`Fresh`] one whose owner has just proved their identity, and
//! [`Restricted`] one that reaches the form for a new password and nothing else.

use std::{ops::Deref, time::Duration};

use rocket::{
    Ignite, Request, Rocket, Sentinel,
    http::Status,
    request::{FromRequest, Outcome},
};
use uuid::Uuid;

use super::remember;
use crate::{
    base::{
        Error,
        clock::Time,
        key::{Key, sha256},
    },
    core::account::Account,
    http::{
        CookieName, Visit, keyed,
        refusal::{is_missing, must_sign_in},
        viewer,
    },
    policy::Policy,
    store::{
        Tx,
        accounts::{self, Locked},
        sessions::{self, SessionScope, SignedIn},
    },
};

/// Longest life of a restricted session.
pub const RESTRICTED: Duration = Duration::from_secs(10 * 60);
/// Life of a program's token.
pub const TOKEN: Duration = Duration::from_secs(15 * 60);
/// Precision of the time at which a session or an access token was last used.
pub(super) const SEEN_PRECISION: Duration = Duration::from_secs(60);

/// Full session of a request, if there is one; an error if it could not be read.
struct Full(Result<Option<SignedIn>, ()>);
/// The same for the restricted session.
struct Narrow(Result<Option<SignedIn>, ()>);
/// The same for the pending sign-in.
struct Owing(Result<Option<SignedIn>, ()>);

/// Returns the full session of a request; `None` if nobody is signed in.
///
/// # Errors
/// If the session could not be read: that does not mean that nobody is signed in.
pub async fn current<'r>(request: &'r Request<'_>) -> Result<Option<&'r SignedIn>, ()> {
    let Full(found) = request
        .local_cache_async(async {
            let Some(site) = Visit::of(request) else { return Full(Err(())) };
            let found = load(&site, CookieName::Session).await.map_err(|error| log::error!("{error}"));
            if let Ok(Some(me)) = &found {
                viewer::is(request, &me.account.email);
            }
            Full(found)
        })
        .await;
    found.as_ref().map(Option::as_ref).or(Err(()))
}

/// Returns the restricted session of a request; `None` if there is none.
async fn narrow<'r>(request: &'r Request<'_>) -> Result<Option<&'r SignedIn>, ()> {
    let Narrow(found) = request
        .local_cache_async(async {
            let Some(site) = Visit::of(request) else { return Narrow(Err(())) };
            Narrow(load(&site, CookieName::Restricted).await.map_err(|error| log::error!("{error}")))
        })
        .await;
    found.as_ref().map(Option::as_ref).or(Err(()))
}

/// Returns the pending sign-in of a request; `None` if there is none.
pub(super) async fn pending<'r>(request: &'r Request<'_>) -> Result<Option<&'r SignedIn>, ()> {
    let Owing(found) = request
        .local_cache_async(async {
            let Some(site) = Visit::of(request) else { return Owing(Err(())) };
            Owing(load(&site, CookieName::Pending).await.map_err(|error| log::error!("{error}")))
        })
        .await;
    found.as_ref().map(Option::as_ref).or(Err(()))
}

/// Returns the cookie that carries sessions of a scope, or whose place a token takes.
pub(super) fn cookie_of(scope: SessionScope) -> CookieName {
    match scope {
        SessionScope::Full | SessionScope::Token => CookieName::Session,
        SessionScope::NewPassword => CookieName::Restricted,
        SessionScope::SecondFactor => CookieName::Pending,
    }
}

/// Counts the open full sessions of an account, except `but`.
///
/// # Errors
/// [`Error::Database`].
pub async fn open(site: &Visit<'_>, account: &mut Locked<'_>, but: Option<Uuid>) -> Result<u64, Error> {
    let (now, idle, id) = (site.now(), *site.config().session.idle, account.id);
    let open = sessions::list(account.tx(), id, now - idle, now).await?;
    Ok(open.iter().filter(|session| Some(session.id) != but).count() as u64)
}

/// Looks up a session by the token of a request, if it sends one, and otherwise by a cookie.
async fn load(site: &Visit<'_>, cookie_name: CookieName) -> Result<Option<SignedIn>, Error> {
    if let Some(bearer) = site.bearer {
        return find(site, cookie_name, bearer).await;
    }
    if let Some(cookie) = site.cookies.get(cookie_name) {
        if let Some(found) = find(site, cookie_name, cookie).await? {
            return Ok(Some(found));
        }
        site.cookies.remove(cookie_name);
    }
    if cookie_name == CookieName::Session { remember::recall(site).await } else { Ok(None) }
}

/// Looks up a session by its secret, and records its use.
async fn find(site: &Visit<'_>, cookie_name: CookieName, secret: &str) -> Result<Option<SignedIn>, Error> {
    if site.bearer.is_none() && Key::parse(secret).is_none() {
        site.cookies.refuse(cookie_name);
    }
    let (now, settings) = (site.now(), &site.config().session);
    let found = site.db.session(sha256(secret.as_bytes()), now - *settings.idle, now).await?;
    let Some(found) = found.filter(|found| opens(site, cookie_name, found.session.scope)) else {
        return Ok(None);
    };
    if found.session.seen_at + SEEN_PRECISION < now {
        let mut tx = site.begin().await?;
        sessions::touch(&mut tx, found.session.id, now).await?;
        tx.commit().await?;
    }
    Ok(Some(found))
}

/// True if a secret opens sessions of a scope in this place: that of a browser's session is no token, and a token is no
/// cookie.
fn opens(site: &Visit<'_>, cookie_name: CookieName, scope: SessionScope) -> bool {
    let by_token = site.bearer.is_some();
    let fits = match scope {
        SessionScope::Full => !by_token,
        SessionScope::Token => by_token,
        SessionScope::NewPassword | SessionScope::SecondFactor => true,
    };
    fits && cookie_of(scope) == cookie_name
}

/// # Outcomes
/// 401 if nobody is signed in: an error on an application's route, unless `latchkey.refusal` is `forward`. People are
/// redirected to sign-in and back. Error 503 if the session cannot be read.
#[rocket::async_trait]
impl<'r> FromRequest<'r> for &'r SignedIn {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match current(request).await {
            Ok(Some(found)) => Outcome::Success(found),
            Ok(None) => must_sign_in(request),
            Err(()) => Outcome::Error((Status::ServiceUnavailable, ())),
        }
    }
}

/// A signed-in person who has proved their identity within `session.fresh`. [`FreshWithin`](crate::auth::fresh_within::FreshWithin)
/// has an age of its own.
///
/// # Outcomes
/// Same as [`&Account`](Account); 401 also if the session is not fresh, and the sign-in page says why it asks again.
///
/// ```no_run
/// use latchkey::{Fresh, SameOrigin};
/// use rocket::post;
///
/// #[post("/notes/delete-all")]
/// fn delete_all(_ours: SameOrigin, me: Fresh<'_>) -> String {
///     format!("the notes of {} are gone", me.email())
/// }
/// ```
pub struct Fresh<'r>(pub(crate) &'r SignedIn, &'r Account);

impl Deref for Fresh<'_> {
    type Target = Account;

    fn deref(&self) -> &Account {
        self.1
    }
}

impl Fresh<'_> {
    /// Locks the account like [`accounts::lock_unchanged`]; `None` also if the session has ended during the request.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(crate) async fn lock<'t>(&self, tx: &'t mut Tx, now: Time) -> Result<Option<Locked<'t>>, Error> {
        let SignedIn { session, account } = self.0;
        let Some(mut account) = accounts::lock_unchanged(tx, account, now).await? else { return Ok(None) };
        Ok(sessions::is_live(account.tx(), session.id, now).await?.then_some(account))
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Fresh<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let fresh =
            |found: &SignedIn| Visit::of(request).is_some_and(|site| found.session.fresh_until > site.now());
        <&SignedIn>::from_request(request).await.and_then(|found| match fresh(found) {
            true => Outcome::Success(Fresh(found, Account::of(request, found))),
            false => must_sign_in(request),
        })
    }
}

impl Sentinel for Fresh<'_> {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        is_missing(rocket)
    }
}

/// A person who signed in by a one-time link or a generated password, and has not set a new password yet.
///
/// # Outcomes
/// Forward 410 if there is no such session, the policy at arrival does not accept the session's, or a form was made for
/// another session; error 503 if the session cannot be read.
pub struct Restricted<'r> {
    /// The session and its account.
    pub me: &'r SignedIn,
    /// The policy that it was opened under.
    pub policy: Policy,
}

impl<'r> Restricted<'r> {
    fn of(request: &'r Request<'_>, me: &'r SignedIn) -> Option<Self> {
        let site = Visit::of(request)?;
        let policy = site.issued_policy(me.session.policy.as_ref())?;
        let accepted = site.policy_at_arrival(&me.account).accepts(&policy);
        (accepted && keyed::admits(request, me.session.id)).then_some(Self { me, policy })
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Restricted<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match narrow(request).await {
            Ok(found) => match found.and_then(|found| Restricted::of(request, found)) {
                Some(restricted) => Outcome::Success(restricted),
                None => Outcome::Forward(Status::Gone),
            },
            Err(()) => Outcome::Error((Status::ServiceUnavailable, ())),
        }
    }
}
