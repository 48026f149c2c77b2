//! Links with a key: the key is removed from the address before anything is routed, logged or shown.

use rocket::{
    Data, Request,
    fairing::{Fairing, Info, Kind},
    http::uri::Origin,
    request::{FromRequest, Outcome},
};

use crate::base::key::Key;

/// Paths of links, the longest first, with the pages below them that are not keys.
const PLACES: [(&str, &[&str]); 4] = [
    ("/reset/not-me/", &["done"]),
    ("/account/email/", &["confirm", "sent"]),
    ("/confirm/", &["address", "sent"]),
    ("/reset/", &["key", "cancel", "not-me", "new-password", "restart", "sent", "cancelled"]),
];

/// Moves the key of a link into the request's local state, and leaves `-` in its place.
pub struct KeyStripper {
    strategies: Vec<&'static str>,
}

impl KeyStripper {
    /// Exempts the pages of the strategies.
    pub fn new(strategies: impl IntoIterator<Item = &'static str>) -> Self {
        Self { strategies: strategies.into_iter().collect() }
    }
}

/// The part of a link where a key belongs, as far as mail programs left it intact.
#[derive(Default)]
pub struct LinkKey(Option<Key>);

impl LinkKey {
    /// The key, if it is complete.
    pub fn key(&self) -> Option<&Key> {
        self.0.as_ref()
    }
}

#[rocket::async_trait]
impl Fairing for KeyStripper {
    fn info(&self) -> Info {
        Info { name: "Keys leave the address", kind: Kind::Request }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        // There may be an extra slash between the site and the key.
        let path = request.uri().path().as_str().split('/').filter(|part| !part.is_empty());
        let path: String = path.flat_map(|part| ["/", part]).collect();
        let found =
            PLACES.iter().find_map(|(place, pages)| Some((*place, *pages, path.strip_prefix(place)?)));
        let Some((place, pages, rest)) = found else { return };
        let first = rest.split('/').next().unwrap_or_default();
        if rest.is_empty() || pages.contains(&first) || place == "/reset/" && self.strategies.contains(&first)
        {
            return;
        }
        let key = Key::from_link(rest);
        request.local_cache(|| LinkKey(key));
        if let Ok(bare) = Origin::parse_owned(format!("{place}-")) {
            request.set_uri(bare);
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for &'r LinkKey {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        Outcome::Success(request.local_cache(LinkKey::default))
    }
}
