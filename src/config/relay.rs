//! A mail server, from its URL: host, port, TLS, login and our name there.

use std::str::FromStr;

use rocket::http::{RawStr, uri::Absolute};

/// Point at which TLS begins on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Never: for a server on this machine.
    Never,
    /// After `STARTTLS`; nothing is sent to a server that does not offer it.
    Upgrade,
    /// From the first byte.
    Always,
}

/// Mail server, parsed from `smtp://user:password@host:587/name?tls=required` or `smtps://user:password@host:465/name`;
/// only scheme and host are required. No `Debug`, since it holds a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Relay {
    /// Name or address, without brackets.
    pub host: String,
    /// Port; by default 25 without TLS, 587 with `STARTTLS`, 465 with TLS from the start.
    pub port: u16,
    /// Point at which TLS begins.
    pub tls: Tls,
    /// User and password, percent-decoded.
    pub login: Option<(String, String)>,
    /// Our name in `EHLO`, if the URL has one.
    pub name: Option<String>,
}

impl FromStr for Relay {
    type Err = &'static str;

    /// The error is the remedy; it repeats nothing of the URL.
    fn from_str(url: &str) -> Result<Self, &'static str> {
        const SHAPE: &str = "write smtp://user:password@host:587?tls=required or smtps://user:password@host, \
                             and percent-encode the password: / is %2F, @ is %40, : is %3A, ? is %3F, # is %23";
        // After the server's name, an `@` is the rest of a password.
        let behind = url.split_once("://").and_then(|(_, rest)| rest.split_once(['/', '?', '#']));
        let url =
            Absolute::parse(url).ok().filter(|_| behind.is_none_or(|(_, behind)| !behind.contains('@')));
        let url = url.ok_or(SHAPE)?;
        let authority = url.authority().filter(|authority| !authority.host().is_empty()).ok_or(SHAPE)?;
        let query = url.query().map_or("", |query| query.as_str());
        let (tls, port) = match (url.scheme(), query) {
            ("smtps", "") => (Tls::Always, 465),
            ("smtp", "tls=required") => (Tls::Upgrade, 587),
            ("smtp", "") => (Tls::Never, 25),
            ("smtp", "tls=opportunistic") => {
                return Err("whoever stands between can switch opportunistic TLS off: write ?tls=required");
            }
            _ => return Err(SHAPE),
        };
        let login = match authority.user_info() {
            Some(login) => {
                let (user, password) = login.split_once(':').ok_or("the user lacks a password")?;
                Some((decoded(user)?, decoded(password)?))
            }
            None => None,
        };
        let name = decoded(url.path().as_str().trim_matches('/'))?;
        Ok(Self {
            host: authority.host().trim_matches(['[', ']']).to_owned(),
            port: authority.port().unwrap_or(port),
            tls,
            login,
            name: Some(name).filter(|name| !name.is_empty()),
        })
    }
}

fn decoded(text: &str) -> Result<String, &'static str> {
    let text = RawStr::new(text).percent_decode().map_err(|_| "what is percent-encoded is not UTF-8")?;
    if text.chars().any(char::is_control) {
        return Err("it holds a control character");
    }
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relay(url: &str) -> Relay {
        url.parse().unwrap_or_else(|fault| panic!("{url}: {fault}"))
    }

    #[test]
    fn a_url_names_the_server() {
        let full = relay("smtp://me%40site:p%3Aq%2Fr@mail.example:2525/we.example?tls=required");
        assert_eq!((full.host.as_str(), full.port, full.tls), ("mail.example", 2525, Tls::Upgrade));
        assert_eq!(full.login, Some(("me@site".into(), "p:q/r".into())));
        assert_eq!(full.name.as_deref(), Some("we.example"));

        for (url, port, tls) in [
            ("smtps://mail.example", 465, Tls::Always),
            ("smtp://mail.example?tls=required", 587, Tls::Upgrade),
            ("smtp://mail.example/?tls=required", 587, Tls::Upgrade),
            ("smtp://localhost", 25, Tls::Never),
        ] {
            let bare = relay(url);
            assert_eq!((bare.port, bare.tls), (port, tls), "{url}");
            assert!(bare.login.is_none() && bare.name.is_none(), "{url}");
        }
        assert_eq!(relay("smtp://[::1]:25").host, "::1");
    }

    #[test]
    fn a_url_that_could_fall_back_to_plaintext_is_refused() {
        for url in [
            "",
            "mail.example",
            "http://mail.example",
            "smtp://",
            "smtp:///path",
            "smtp://user@mail.example",
            "smtp://mail.example?tls=opportunistic",
            "smtp://mail.example?tls=none",
            "smtp://mail.example?TLS=required",
            "smtps://mail.example?tls=none",
            "smtp://mail.example/a%0d%0aMAIL?tls=required",
        ] {
            assert!(url.parse::<Relay>().is_err(), "{url}");
        }
    }
}
