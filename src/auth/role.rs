//! Roles: guards that require one.

use std::{marker::PhantomData, ops::Deref};

use rocket::{
    Ignite, Request, Rocket, Sentinel,
    http::Status,
    request::{FromRequest, Outcome},
};

use super::session::Fresh;
use crate::{
    base::role::{Administrator, Role},
    core::account::Account,
    http::{
        noticed::{self, Notice},
        refusal::{is_missing, refuse},
    },
    store::sessions::SignedIn,
};

/// The account of a signed-in person with the role `R`, as read for this request.
///
/// # Outcomes
/// Same as [`&Account`](Account); 403 if it lacks the role.
///
/// ```no_run
/// use latchkey::{Has, Role};
/// use rocket::get;
///
/// struct Editor;
///
/// impl Role for Editor {
///     const NAME: &'static str = "editor";
/// }
///
/// #[get("/drafts")]
/// fn drafts(editor: Has<'_, Editor>) -> String {
///     format!("the drafts of {}", editor.email())
/// }
/// ```
pub struct Has<'r, R> {
    account: &'r Account,
    role: PhantomData<fn() -> R>,
}

impl<R> Deref for Has<'_, R> {
    type Target = Account;

    fn deref(&self) -> &Account {
        self.account
    }
}

#[rocket::async_trait]
impl<'r, R: Role> FromRequest<'r> for Has<'r, R> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        <&Account>::from_request(request).await.and_then(|account| match account.has(R::NAME) {
            true => Outcome::Success(Has { account, role: PhantomData }),
            false => {
                noticed::notice(request, Notice::Role(account.id(), R::NAME));
                refuse(request, Status::Forbidden)
            }
        })
    }
}

impl<R> Sentinel for Has<'_, R> {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        is_missing(rocket)
    }
}

/// An admin who has proved their identity within `session.fresh`.
///
/// # Outcomes
/// Same as [`Has<Administrator>`](Has); 401 for a session that is not fresh, as with [`Fresh`].
pub struct Admin<'r>(pub &'r SignedIn);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Admin<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let fresh = Fresh::from_request(request).await;
        Has::<Administrator>::from_request(request).await.and_then(|_| fresh).map(|fresh| Admin(fresh.0))
    }
}
