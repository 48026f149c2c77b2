//! Permissions: the guard that requires one.

use std::{marker::PhantomData, ops::Deref, sync::Arc};

use rocket::{
    Ignite, Request, Rocket, Sentinel,
    http::Status,
    request::{FromRequest, Outcome},
};

use super::by::{self, AccessToken, Session, Token, accepted::Ways};
use crate::{
    app::App,
    base::permission::Permission,
    core::account::Account,
    http::{
        noticed::{self, Notice},
        refusal::{is_missing, refuse},
    },
    policy::permissions::is_permission,
};

/// The account of a signed-in person who has the permission `P` by one of their roles, as read for this request.
///
/// By default it is also that of a personal access token, if that was given the permission. `W` names the ways to be signed in
/// that count instead, as for [`By`](by::By): `May<'_, Publish, Session>`.
///
/// `[default.latchkey.permissions]` of `Rocket.toml` lists the permissions of each role, and can be changed while the
/// application runs. An application does not launch with a `P` whose name cannot be listed there; the log warns of one that
/// no role has.
///
/// # Outcomes
/// Same as [`&Account`](Account); 403 if it lacks the permission.
///
/// ```no_run
/// use latchkey::{May, Permission, SameOrigin};
/// use rocket::post;
///
/// struct Publish;
///
/// impl Permission for Publish {
///     const NAME: &'static str = "posts.publish";
/// }
///
/// #[post("/posts/<id>/publish")]
/// fn publish(_ours: SameOrigin, me: May<'_, Publish>, id: u64) -> String {
///     format!("post {id} is published by {}", me.email())
/// }
/// ```
pub struct May<'r, P, W = (Session, Token, AccessToken)> {
    account: &'r Account,
    permission: PhantomData<fn() -> (P, W)>,
}

impl<P, W> Deref for May<'_, P, W> {
    type Target = Account;

    fn deref(&self) -> &Account {
        self.account
    }
}

#[rocket::async_trait]
impl<'r, P: Permission, W: Ways> FromRequest<'r> for May<'r, P, W> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        by::signed_in::<W>(request).await.and_then(|account| match account.may(P::NAME) {
            true => Outcome::Success(May { account, permission: PhantomData }),
            false => {
                noticed::notice(request, Notice::Permission(account.id(), P::NAME));
                refuse(request, Status::Forbidden)
            }
        })
    }
}

impl<P: Permission, W> Sentinel for May<'_, P, W> {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        if is_missing(rocket) {
            return true;
        }
        if !is_permission(P::NAME) {
            log::error!("{:?} is not the name of a permission: write one like \"posts.edit\"", P::NAME);
            return true;
        }
        let table = rocket.state::<Arc<App>>().map(|app| app.live.now().permissions.clone());
        if table.is_some_and(|table| table.tables().all(|(role, _)| !table.grants(role, P::NAME))) {
            log::warn!("no role has the permission {}: list it in [default.latchkey.permissions]", P::NAME);
        }
        false
    }
}
