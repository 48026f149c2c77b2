//! Ways to be signed in: a route names those that it accepts, for the guards [`By`] and [`May`](crate::May).

use std::{marker::PhantomData, ops::Deref};

use rocket::{
    Ignite, Request, Rocket, Sentinel,
    http::Status,
    request::{FromRequest, Outcome},
};

use self::accepted::{Accepted, Ways};
use super::basic;
use crate::{
    auth::{access_token, session},
    core::account::Account,
    http::{
        Visit,
        refusal::{asks_password, is_missing, must_sign_in, refuse},
    },
};

/// The cookie of a browser.
pub struct Session(());

/// The token of a program: good for 15 minutes, and given with `?include_auth_token`.
pub struct Token(());

/// A personal access token, which somebody has made at `/account/tokens` for a script.
pub struct AccessToken(());

/// HTTP Basic: an address, or a name in its place, and the password with each request.
///
/// It is refused to accounts that have a second factor, or need one: they use an [`AccessToken`]. Each request costs what a
/// sign-in costs, and is limited as one.
pub struct Basic(());

/// The account of somebody who is signed in by one of the ways `W`: [`Session`], [`Token`], [`AccessToken`], [`Basic`], or a
/// tuple of several.
///
/// A token counts before a cookie, and a cookie before a password: a request with a token that is not accepted, or not good,
/// is refused. The account of a personal access token has the permissions that both it and its owner have, and no roles.
///
/// # Outcomes
/// Same as [`&Account`](Account). If `W` is without [`Session`], nobody is sent to sign-in, which would not help. With
/// [`Basic`], a 401 asks for a password, too many tries are error 429, and a busy server is error 503.
///
/// ```no_run
/// use latchkey::{By, by::{AccessToken, Session}};
/// use rocket::get;
///
/// #[get("/reports")]
/// fn reports(me: By<'_, (Session, AccessToken)>) -> String {
///     format!("the reports of {}", me.email())
/// }
/// ```
pub struct By<'r, W> {
    account: &'r Account,
    ways: PhantomData<fn() -> W>,
}

impl<W> Deref for By<'_, W> {
    type Target = Account;

    fn deref(&self) -> &Account {
        self.account
    }
}

#[rocket::async_trait]
impl<'r, W: Ways> FromRequest<'r> for By<'r, W> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        signed_in::<W>(request).await.map(|account| By { account, ways: PhantomData })
    }
}

impl<W> Sentinel for By<'_, W> {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        is_missing(rocket)
    }
}

/// Returns the account of somebody who is signed in by one of the ways `W`, or refuses them.
pub(super) async fn signed_in<'r, W: Ways>(request: &'r Request<'_>) -> Outcome<&'r Account, ()> {
    let accepted = W::ACCEPTED;
    match find(request, accepted).await {
        Ok(Some(account)) => return Outcome::Success(account),
        Ok(None) => {}
        Err(status) => return Outcome::Error((status, ())),
    }
    // In a page that people sign in to, a browser's own prompt would begin what signing out does not end.
    if accepted.basic && !(accepted.session && request.headers().contains("Sec-Fetch-Mode")) {
        asks_password(request);
    }
    match accepted.session {
        true => must_sign_in(request),
        false => refuse(request, Status::Unauthorized),
    }
}

async fn find<'r>(request: &'r Request<'_>, accepted: Accepted) -> Result<Option<&'r Account>, Status> {
    let site = Visit::of(request).ok_or(Status::InternalServerError)?;
    let unread = |()| Status::ServiceUnavailable;
    if access_token::is_sent(&site) {
        return match accepted.access_token {
            true => access_token::current(request, &site).await.map_err(unread),
            false => Ok(None),
        };
    }
    let by_session = if site.bearer.is_some() { accepted.token } else { accepted.session };
    if by_session && let Some(found) = session::current(request).await.map_err(unread)? {
        return Ok(Some(Account::of(request, found)));
    }
    match accepted.basic && site.bearer.is_none() {
        true => basic::current(request, &site).await,
        false => Ok(None),
    }
}

/// The ways as values; no application has others.
pub(super) mod accepted {
    use super::{AccessToken, Basic, Session, Token};

    /// The ways that a route accepts.
    #[derive(Clone, Copy)]
    pub struct Accepted {
        pub session: bool,
        pub token: bool,
        pub access_token: bool,
        pub basic: bool,
    }

    const NONE: Accepted = Accepted { session: false, token: false, access_token: false, basic: false };

    impl Accepted {
        const fn and(self, other: Self) -> Self {
            Self {
                session: self.session || other.session,
                token: self.token || other.token,
                access_token: self.access_token || other.access_token,
                basic: self.basic || other.basic,
            }
        }
    }

    pub trait Ways: 'static {
        const ACCEPTED: Accepted;
    }

    impl Ways for Session {
        const ACCEPTED: Accepted = Accepted { session: true, ..NONE };
    }

    impl Ways for Token {
        const ACCEPTED: Accepted = Accepted { token: true, ..NONE };
    }

    impl Ways for AccessToken {
        const ACCEPTED: Accepted = Accepted { access_token: true, ..NONE };
    }

    impl Ways for Basic {
        const ACCEPTED: Accepted = Accepted { basic: true, ..NONE };
    }

    impl<A: Ways, B: Ways> Ways for (A, B) {
        const ACCEPTED: Accepted = A::ACCEPTED.and(B::ACCEPTED);
    }

    impl<A: Ways, B: Ways, C: Ways> Ways for (A, B, C) {
        const ACCEPTED: Accepted = <((A, B), C)>::ACCEPTED;
    }

    impl<A: Ways, B: Ways, C: Ways, D: Ways> Ways for (A, B, C, D) {
        const ACCEPTED: Accepted = <((A, B), (C, D))>::ACCEPTED;
    }
}
