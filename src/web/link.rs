//! Links that carry a key: the key leaves the address before anything is routed, logged or shown.

use std::sync::Arc;

use rocket::{
    Data, Request,
    fairing::{Fairing, Info, Kind},
    http::{Method, uri::Origin},
    request::{FromRequest, Outcome},
};
use uuid::Uuid;

use crate::{app::App, key::Key};

/// Where links lead, the longest first, with the pages below that are no keys.
const PLACES: [(&str, &[&str]); 4] = [
    ("/reset/not-me/", &[]),
    ("/account/email/", &["confirm"]),
    ("/confirm/", &["address"]),
    ("/reset/", &["key", "cancel", "not-me", "new-password"]),
];

/// Moves the key of a link into the request's own state, and leaves `-` in its place.
pub struct Links {
    strategies: Vec<&'static str>,
}

impl Links {
    /// Spares the pages of the strategies.
    pub fn new(strategies: impl IntoIterator<Item = &'static str>) -> Self {
        Self { strategies: strategies.into_iter().collect() }
    }
}

/// What stood in a link where a key belongs; there may be none.
#[derive(Default)]
pub struct Linked(Option<Key>);

impl Linked {
    /// The key, if it was one.
    pub fn key(&self) -> Option<&Key> {
        self.0.as_ref()
    }
}

#[rocket::async_trait]
impl Fairing for Links {
    fn info(&self) -> Info {
        Info { name: "Keys leave the address", kind: Kind::Request }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        let path = request.uri().path().to_string();
        let found =
            PLACES.iter().find_map(|(place, pages)| Some((*place, *pages, path.strip_prefix(place)?)));
        let Some((place, pages, rest)) = found else { return };
        let first = rest.split('/').next().unwrap_or_default();
        if rest.is_empty() || pages.contains(&first) || place == "/reset/" && self.strategies.contains(&first)
        {
            return;
        }
        let key = Key::parse(rest);
        request.local_cache(|| Linked(key));
        if let Ok(bare) = Origin::parse_owned(format!("{place}-")) {
            request.set_uri(bare);
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for &'r Linked {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        Outcome::Success(request.local_cache(Linked::default))
    }
}

/// Whether a request may act on the key with this id: a form must be the one that was made for it (`?form=<id>`).
pub fn admits(request: &Request<'_>, id: Uuid) -> bool {
    let reads = matches!(request.method(), Method::Get | Method::Head);
    reads
        || request.query_value::<&str>("form").is_some_and(|form| form.ok() == Some(id.to_string().as_str()))
}

/// Sends a GET by another name of this machine (`localhost`) to `public_url`, whose pages alone may post here.
pub struct OneName;

#[rocket::async_trait]
impl Fairing for OneName {
    fn info(&self) -> Info {
        Info { name: "One name", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut rocket::Response<'r>) {
        let Some(app) = request.rocket().state::<Arc<App>>() else { return };
        let host = request.host().map(|host| host.to_string()).unwrap_or_default();
        let authority = app.judged.public_url.split("://").nth(1).unwrap_or_default();
        let loopback = |name: &str| crate::config::is_loopback(&format!("http://{name}"));
        let page =
            request.method() == Method::Get && response.content_type().is_some_and(|kind| kind.is_html());
        if page && host != authority && loopback(&host) && loopback(authority) {
            let to = format!("{}{}", app.judged.public_url, request.uri());
            response.set_status(rocket::http::Status::SeeOther);
            response.set_raw_header("Location", to);
        }
    }
}
