//! Known browsers: one whose user has signed in, or proved access to the mailbox in a reset, is recognised by a sealed
//! cookie that outlives sign-out.
//!
//! A known browser has limits of its own, so that guesses and requests by strangers cannot use up its owner's (OWASP,
//! "Slow Down Online Guessing Attacks with Device Cookies"). It gives no access.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{CookieName, Visit};
use crate::base::{Error, clock::Time, keyring::Keyring};

const PURPOSE: &str = "device";
/// Time for which a browser stays known.
const LIFE: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// Most people for whom a browser is known; the latest are kept.
const MAX_ADDRESSES: usize = 4;

/// Contents of the cookie: the people who have signed in.
#[derive(Clone, Serialize, Deserialize)]
pub struct Device {
    id: [u8; 16],
    people: Vec<Person>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Person {
    email_key: String,
    at: Time,
}

/// Proof that a browser is known for an address.
#[derive(Clone, Serialize, Deserialize)]
pub struct Known {
    /// Id of the browser.
    pub device: [u8; 16],
    /// Time of the last proof.
    pub at: Time,
}

/// Returns the proof if the request's browser is known for an address, given in canonical form.
pub fn known(site: &Visit<'_>, email_key: &str) -> Option<Known> {
    device(site)?.known(email_key, site.now())
}

impl Device {
    /// Returns the proof if it is known for an address, given in canonical form.
    pub fn known(&self, email_key: &str, now: Time) -> Option<Known> {
        let person = self.people.iter().find(|person| person.email_key == email_key)?;
        (person.at + LIFE > now).then_some(Known { device: self.id, at: person.at })
    }
}

/// Makes the request's browser known for an address: its user has just signed in, or pressed a button that only a live
/// reset key offers.
///
/// # Errors
/// Same as [`Keyring::seal`].
pub fn remember(site: &Visit<'_>, email_key: &str) -> Result<(), Error> {
    let mut device = match device(site) {
        Some(device) => device,
        None => Device { id: site.random.bytes()?, people: Vec::new() },
    };
    device.people.retain(|person| person.email_key != email_key);
    device.people.insert(0, Person { email_key: email_key.to_owned(), at: site.now() });
    device.people.truncate(MAX_ADDRESSES);
    let plain = serde_json::to_vec(&device).expect("a device is plain data");
    let sealed = site.keyring.seal_text(site.random, PURPOSE, &plain)?;
    site.cookies.set(CookieName::Device, &sealed, Some(LIFE));
    Ok(())
}

/// Returns the request's browser, if anybody has signed in with it.
pub fn device(site: &Visit<'_>) -> Option<Device> {
    let device = read(&site.keyring, site.cookies.get(CookieName::Device)?);
    if device.is_none() {
        site.cookies.refuse(CookieName::Device);
    }
    device
}

/// Opens a cookie, if this site sealed it.
pub(crate) fn read(keyring: &Keyring, cookie: &str) -> Option<Device> {
    serde_json::from_slice(&keyring.open_text(PURPOSE, cookie)?).ok()
}
