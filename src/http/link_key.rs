//! Links with a key: the key is removed from the address before anything is routed, logged or shown.

use rocket::{
    Request,
    http::uri::Origin,
    request::{FromRequest, Outcome},
};

use super::program;
use crate::{
    base::{base_path::BasePath, key::Key},
    core::place::Place,
    policy::own_strategy::Strategies,
};

/// Paths of links, the longest first, with the pages below them that are not keys.
const PLACES: [(Place, &[Place]); 5] = [
    (Place::SignInLink, &[]),
    (Place::NotMe, &[Place::NotMeDone]),
    (Place::ChangeEmail, &[Place::ChangeEmailConfirm, Place::ChangeEmailSent]),
    (Place::Confirm, &[Place::ConfirmAddress, Place::ConfirmSent]),
    (
        Place::Reset,
        &[
            Place::ResetKey,
            Place::ResetCancel,
            Place::NotMe,
            Place::NewPassword,
            Place::ResetRestart,
            Place::ResetSent,
            Place::ResetCancelled,
        ],
    ),
];

/// Flask-Security's address of a key for another address.
const CHANGE_EMAIL: &str = "/change-email/";

/// The part of a link where a key belongs, as far as mail programs left it intact.
#[derive(Default)]
pub struct LinkKey(Option<Key>);

impl LinkKey {
    /// The key, if it is complete.
    pub fn key(&self) -> Option<&Key> {
        self.0.as_ref()
    }
}

/// Moves the key of a link below `base`, which is not the page of a strategy, into the request's local state, and leaves `-` in its place.
pub fn strip(base: &BasePath, strategies: &Strategies, request: &mut Request<'_>) {
    // There may be an extra slash between the site and the key.
    let path = request.uri().path().as_str().split('/').filter(|part| !part.is_empty());
    let path: String = path.flat_map(|part| ["/", part]).collect();
    let Some(below) = base.below(&path) else { return };
    let renamed = below.strip_prefix(CHANGE_EMAIL).map(|key| format!("{}/{key}", Place::ChangeEmail.path()));
    let below = renamed.as_deref().unwrap_or(below);
    let found = PLACES.iter().find_map(|(place, pages)| {
        Some((*place, *pages, below.strip_prefix(&*place.path())?.strip_prefix('/')?))
    });
    let Some((place, pages, rest)) = found else { return };
    let first = rest.split('/').next().unwrap_or_default();
    let is_page = pages.iter().any(|page| page.path().rsplit('/').next() == Some(first));
    if rest.is_empty() || is_page || place == Place::Reset && strategies.at(first).is_some() {
        return;
    }
    let key = Key::from_link(rest);
    request.local_cache(|| LinkKey(key));
    // Nothing else of a query stays: a mail program may have broken the key into it.
    let query = if program::includes_token(request) { "?include_auth_token" } else { "" };
    if let Ok(bare) = Origin::parse_owned(format!("{}/-{query}", place.at(base))) {
        request.set_uri(bare);
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for &'r LinkKey {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        Outcome::Success(request.local_cache(LinkKey::default))
    }
}
