//! Secrets that change each time they are used: that of a remembered browser, and that of a program that stays signed in.
//! Each is sent with the id of its row, which stays.

use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::{
    base::{
        Error,
        key::{Key, sha256},
    },
    http::Visit,
};

/// A secret as it was sent: the id of its row, and its digest.
pub(super) struct Rotating {
    /// Id of the row.
    pub id: Uuid,
    digest: Vec<u8>,
}

impl Rotating {
    /// Parses what [`text`] has made.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.split_once('.')?;
        Some(Self { id: Uuid::parse_str(id).ok()?, digest: sha256(secret.as_bytes()) })
    }

    /// True if it is the secret with this digest.
    pub fn is(&self, digest: &[u8]) -> bool {
        bool::from(digest.ct_eq(&self.digest))
    }

    /// The same for a digest that there may be.
    pub fn is_former(&self, former: Option<&[u8]>) -> bool {
        former.is_some_and(|digest| self.is(digest))
    }
}

/// Returns a secret as it is sent.
pub(super) fn text(id: Uuid, secret: &Key) -> String {
    format!("{id}.{}", secret.expose())
}

/// The secret that replaces another.
pub(super) struct Next {
    /// The secret.
    pub secret: Key,
    /// Its digest.
    pub digest: Vec<u8>,
    /// The secret, sealed for a purpose, for who did not get the answer that brought it.
    pub sealed: Vec<u8>,
}

impl Next {
    /// Draws one.
    ///
    /// # Errors
    /// Same as [`Keyring::seal`](crate::base::keyring::Keyring::seal).
    pub fn draw(site: &Visit<'_>, purpose: &str) -> Result<Self, Error> {
        let secret = Key::for_link(site.random)?;
        let sealed = site.keyring.seal(site.random, purpose, secret.expose().as_bytes())?;
        Ok(Self { digest: sha256(secret.expose().as_bytes()), secret, sealed })
    }
}

/// Opens a secret that was sealed; `None` if its secret key is gone.
pub(super) fn unseal(site: &Visit<'_>, purpose: &str, sealed: Option<&[u8]>) -> Option<Key> {
    let plain = site.keyring.open(purpose, sealed?).ok()?;
    Key::parse(std::str::from_utf8(&plain).ok()?)
}
