//! A single host name: forms may be posted only from `public_url`, so pages are shown only there.

use std::sync::Arc;

use rocket::{
    Request, Response,
    fairing::{Fairing, Info, Kind},
    http::{Method, Status},
};

use super::is_own;
use crate::{app::App, config::is_loopback_url};

/// Redirects a GET request by another name of this machine (such as `localhost`) to `public_url`.
pub struct CanonicalHost;

#[rocket::async_trait]
impl Fairing for CanonicalHost {
    fn info(&self) -> Info {
        Info { name: "One name", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let Some(app) = request.rocket().state::<Arc<App>>() else { return };
        if request.method() != Method::Get || !is_own(request) {
            return;
        }
        let host = request.headers().get_one("Host").unwrap_or_default();
        let public = &app.validated.public_url;
        if leads_on(host, public) && response.content_type().is_some_and(|kind| kind.is_html()) {
            response.set_status(Status::SeeOther);
            response.set_raw_header("Location", format!("{public}{}", request.uri()));
        }
    }
}

/// True if a browser that uses `host` should use `public` instead.
///
/// Never if it may be there already: proxies omit the port or replace it by their own server's, and the browser would
/// be redirected forever. So the name must differ, and the port be the same if one is given.
fn leads_on(host: &str, public: &str) -> bool {
    let Some((scheme, authority)) = public.split_once("://") else { return false };
    let implied = if scheme == "https" { "443" } else { "80" };
    let ((name, port), (own, own_port)) = (parts(host), parts(authority));
    let loopback = |name: &str| is_loopback_url(&format!("http://{}", name.to_ascii_lowercase()));
    let same_port = port.is_none_or(|port| port == own_port.unwrap_or(implied));
    !name.eq_ignore_ascii_case(own) && same_port && loopback(name) && loopback(own)
}

/// Splits an authority into name and port.
fn parts(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, Some(port)),
        _ => (authority, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_where_they_are() {
        let public =
            ["http://localhost:8080", "http://localhost", "http://127.0.0.1:8000", "http://[::1]:8000"];
        for public in public {
            let (name, port) = parts(public.trim_start_matches("http://"));
            let port = port.unwrap_or("80");
            for host in [name.to_owned(), format!("{name}:{port}"), name.to_uppercase(), format!("{name}:9")]
            {
                assert!(!leads_on(&host, public), "{host} to {public}");
            }
            for host in ["127.0.0.2".to_owned(), format!("127.0.0.2:{port}")] {
                assert!(leads_on(&host, public), "{host} to {public}");
            }
            for host in ["", "id.northwind.test", "127.0.0.2:9"] {
                assert!(!leads_on(host, public), "{host} to {public}");
            }
        }
        assert!(!leads_on("127.0.0.1:8000", "https://id.northwind.test"));
    }
}
