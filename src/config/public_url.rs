//! The URL at which people reach the site, and base of every link in a message.

use std::net::IpAddr;

use figment::Figment;

use super::Config;
use crate::base::{SettingFault, network};

/// Returns the public URL as browsers write it in `Origin`: no trailing slash, no default port, the domain in ASCII.
pub(super) fn public_url(figment: &Figment, config: &Config) -> String {
    let Some(url) = &config.public_url else {
        let address: IpAddr = figment.extract_inner("address").unwrap_or([127, 0, 0, 1].into());
        let port: u16 = figment.extract_inner("port").unwrap_or(8000);
        let served = if address.is_unspecified() { IpAddr::from([127, 0, 0, 1]) } else { address };
        return format!("http://{}", std::net::SocketAddr::new(served, port));
    };
    let url = &in_ascii(url.trim_end_matches('/'));
    let implied = if url.starts_with("https:") { ":443" } else { ":80" };
    url.strip_suffix(implied).unwrap_or(url).to_owned()
}

/// Returns the URL with its host in the DNS's ASCII form, or unchanged if that is impossible.
fn in_ascii(url: &str) -> String {
    let parts = url.split_once("://").map(|(scheme, rest)| match rest.rsplit_once(':') {
        Some((host, port)) => (scheme, host, format!(":{port}")),
        None => (scheme, rest, String::new()),
    });
    match parts {
        Some((scheme, host, port)) if !host.is_ascii() => match idna::domain_to_ascii(host) {
            Ok(host) => format!("{scheme}://{host}{port}"),
            Err(_) => url.to_owned(),
        },
        _ => url.to_owned(),
    }
}

/// Returns the fault in the URL, if any; a lenient configuration allows plain http anywhere.
pub(super) fn validate_url(url: &str, lenient: bool) -> Option<SettingFault> {
    const KEY: &str = "latchkey.public_url";
    if !is_origin(url) {
        let why = "is not an address like \"https://id.example.com\"";
        return Some(SettingFault::new(KEY, why, "no path, no query"));
    }
    let safe = url.starts_with("https:") || is_loopback_url(url) || lenient;
    let why = || format!("\"{url}\" must be https, or http on loopback");
    (!safe).then(|| SettingFault::new(KEY, why(), ""))
}

/// True for a URL of a scheme and a host alone, with a port or without.
pub(super) fn is_origin(url: &str) -> bool {
    let parsed = rocket::http::uri::Absolute::parse(url).ok();
    parsed.is_some_and(|uri| {
        let is_host = |host: &str| !host.is_empty() && !host.contains('*');
        matches!(&*uri.scheme().to_string(), "http" | "https")
            && uri
                .authority()
                .is_some_and(|authority| authority.user_info().is_none() && is_host(authority.host()))
            && uri.path() == ""
            && uri.query().is_none()
    })
}

/// True if a URL's host is this machine.
pub fn is_loopback_url(url: &str) -> bool {
    rocket::http::uri::Absolute::parse(url).ok().is_some_and(|uri| {
        uri.authority()
            .is_some_and(|authority| network::is_loopback(authority.host().trim_matches(['[', ']'])))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_stands_in_its_ascii_form() {
        for (written, read) in [
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("https://bücher.example:8443", "https://xn--bcher-kva.example:8443"),
            ("https://id.example.com", "https://id.example.com"),
            ("bücher.example", "bücher.example"),
            ("http://[::1]:8000", "http://[::1]:8000"),
        ] {
            assert_eq!(in_ascii(written), read);
        }
    }
}
