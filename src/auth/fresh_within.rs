//! The guard for what needs a proof of identity of a certain age.

use std::{ops::Deref, time::Duration};

use rocket::{
    Ignite, Request, Rocket, Sentinel,
    request::{FromRequest, Outcome},
};

use super::again::{Again, must_verify};
use crate::{
    core::account::Account,
    http::{Visit, refusal::is_missing},
    store::sessions::SignedIn,
};

/// A signed-in person who has proved their identity within `MINUTES`, at least 1, whatever `latchkey.session.fresh` says: by
/// signing in, or again at `/verify`. "Keep me signed in" is no proof.
///
/// # Outcomes
/// Same as [`&Account`](Account); 401 also if the last proof is older: `/verify` asks for the strongest second factor, or
/// sign-in for the password of somebody who has none, and both lead back.
///
/// ```no_run
/// use latchkey::{FreshWithin, SameOrigin};
/// use rocket::post;
///
/// #[post("/payments/<id>/approve")]
/// fn approve(_ours: SameOrigin, me: FreshWithin<'_, 5>, id: u64) -> String {
///     format!("payment {id} is approved by {}", me.email())
/// }
/// ```
pub struct FreshWithin<'r, const MINUTES: u32>(&'r Account);

impl<const MINUTES: u32> FreshWithin<'_, MINUTES> {
    const AGE: Duration = {
        assert!(MINUTES > 0, "no proof is that fresh: write 1 minute or more");
        Duration::from_secs(60 * MINUTES as u64)
    };
}

impl<const MINUTES: u32> Deref for FreshWithin<'_, MINUTES> {
    type Target = Account;

    fn deref(&self) -> &Account {
        self.0
    }
}

#[rocket::async_trait]
impl<'r, const MINUTES: u32> FromRequest<'r> for FreshWithin<'r, MINUTES> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let fresh = |found: &SignedIn| {
            Visit::of(request).is_some_and(|site| found.session.is_proved_within(Self::AGE, site.now()))
        };
        <&SignedIn>::from_request(request).await.and_then(|found| match fresh(found) {
            true => Outcome::Success(FreshWithin(Account::of(request, found))),
            false => must_verify(request, Again { within: Some(MINUTES) }),
        })
    }
}

impl<const MINUTES: u32> Sentinel for FreshWithin<'_, MINUTES> {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        is_missing(rocket)
    }
}
