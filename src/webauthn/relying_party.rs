//! Who asks for passkeys: the site, by its public URL.

use serde::Serialize;
use url::Url;

use crate::base::key;

/// The site, as browsers and authenticators know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RelyingParty {
    /// Domain, to which passkeys are bound for good.
    pub id: String,
    /// Name that the browser may show.
    pub name: String,
    /// Scheme, domain and port, as in `Origin`.
    #[serde(skip)]
    pub origin: String,
}

/// Why a site cannot have passkeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPasskeys {
    /// Its URL names an IP address, or nothing that browsers accept as a domain.
    NoDomain,
    /// It is not https, and not `localhost`, so that browsers offer nothing.
    Insecure,
}

impl RelyingParty {
    /// Takes the site from its public URL and its name.
    ///
    /// # Errors
    /// [`NoPasskeys`] if no browser would offer a passkey there.
    pub fn new(public_url: &str, name: &str) -> Result<Self, NoPasskeys> {
        let url = Url::parse(public_url).map_err(|_| NoPasskeys::NoDomain)?;
        let id = url.domain().filter(|domain| !domain.ends_with('.')).ok_or(NoPasskeys::NoDomain)?;
        let local = id == "localhost" || id.ends_with(".localhost");
        match url.scheme() {
            "https" => {}
            "http" if local => {}
            _ => return Err(NoPasskeys::Insecure),
        }
        let origin = url.origin().ascii_serialization();
        Ok(Self { id: id.to_owned(), name: name.to_owned(), origin })
    }

    /// Returns the hash by which authenticators name it.
    pub(super) fn id_hash(&self) -> Vec<u8> {
        key::sha256(self.id.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_its_domain_and_its_origin() {
        for (url, id, origin) in [
            ("https://example.org", "example.org", "https://example.org"),
            ("https://id.example.org:8443", "id.example.org", "https://id.example.org:8443"),
            ("https://xn--bcher-kva.example", "xn--bcher-kva.example", "https://xn--bcher-kva.example"),
            ("http://localhost:8000", "localhost", "http://localhost:8000"),
            ("http://id.localhost", "id.localhost", "http://id.localhost"),
        ] {
            let party = RelyingParty::new(url, "A site").unwrap();
            assert_eq!((&*party.id, &*party.origin), (id, origin));
        }
    }

    #[test]
    fn no_browser_offers_passkeys_on_an_address_or_in_the_clear() {
        for (url, why) in [
            ("https://192.0.2.7", NoPasskeys::NoDomain),
            ("http://127.0.0.1:8000", NoPasskeys::NoDomain),
            ("https://[2001:db8::7]", NoPasskeys::NoDomain),
            ("https://example.org.", NoPasskeys::NoDomain),
            ("example.org", NoPasskeys::NoDomain),
            ("http://example.org", NoPasskeys::Insecure),
            ("http://localhost.example.org", NoPasskeys::Insecure),
        ] {
            assert_eq!(RelyingParty::new(url, "A site"), Err(why), "{url}");
        }
    }
}
