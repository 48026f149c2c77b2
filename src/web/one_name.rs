//! One name: forms may only be posted to `public_url`, so pages are only shown there.

use std::sync::Arc;

use rocket::{
    Request, Response,
    fairing::{Fairing, Info, Kind},
    http::{Method, Status},
};

use crate::{app::App, config::is_loopback};

/// Sends a GET by another name of this machine (`localhost`) to `public_url`, whose pages alone may post here.
pub struct OneName;

#[rocket::async_trait]
impl Fairing for OneName {
    fn info(&self) -> Info {
        Info { name: "One name", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let Some(app) = request.rocket().state::<Arc<App>>() else { return };
        if request.method() != Method::Get {
            return;
        }
        let host = request.headers().get_one("Host").unwrap_or_default();
        let authority = app.judged.public_url.split("://").nth(1).unwrap_or_default();
        let loopback = |name: &str| is_loopback(&format!("http://{name}"));
        let other = host != authority && loopback(host) && loopback(authority);
        if other && response.content_type().is_some_and(|kind| kind.is_html()) {
            let to = format!("{}{}", app.judged.public_url, request.uri());
            response.set_status(Status::SeeOther);
            response.set_raw_header("Location", to);
        }
    }
}
