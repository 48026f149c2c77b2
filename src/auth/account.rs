//! The guard for the account of a signed-in person.

use rocket::{
    Ignite, Request, Rocket, Sentinel,
    request::{FromRequest, Outcome},
};

use crate::{
    core::account::Account,
    http::{Visit, refusal::is_missing},
    store::sessions::SignedIn,
};

impl Account {
    /// Returns the account of a request's session.
    pub(crate) fn of<'r>(request: &'r Request<'_>, found: &SignedIn) -> &'r Self {
        request.local_cache(|| {
            let permissions = Visit::of(request).map(|site| site.at_arrival.permissions.clone());
            Account::new(&found.account, &permissions.unwrap_or_default())
        })
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for &'r Account {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        <&SignedIn>::from_request(request).await.map(|found| Account::of(request, found))
    }
}

impl Sentinel for &Account {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        is_missing(rocket)
    }
}
