//! A browser whose user has signed in, or proved in a reset to read the mailbox: known again by a sealed cookie that
//! outlives sign-out.
//!
//! It has counts of its own, so that strangers who guess, or ask, cannot use up its owner's (OWASP, "Slow Down Online
//! Guessing Attacks with Device Cookies"). It opens nothing.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{CookieName, Visit};
use crate::base::{Error, clock::Time, keyring::Keyring};

const PURPOSE: &str = "device";
/// How long a browser is known after that.
const LIFE: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// How many people a browser is known for, the last ones.
const MOST: usize = 4;

/// What the cookie carries.
#[derive(Serialize, Deserialize)]
pub(crate) struct Device {
    id: [u8; 16],
    people: Vec<Person>,
}

#[derive(Serialize, Deserialize)]
struct Person {
    email_key: String,
    at: Time,
}

/// That a browser belongs to an address.
#[derive(Clone, Serialize, Deserialize)]
pub struct Known {
    /// The browser.
    pub device: [u8; 16],
    /// When that was last proved.
    pub at: Time,
}

/// Whether the browser of a request is known for an address, given in its canonical form.
pub fn known(site: &Visit<'_>, email_key: &str) -> Option<Known> {
    let device = device(site)?;
    let person = device.people.iter().find(|person| person.email_key == email_key)?;
    (person.at + LIFE > site.now()).then_some(Known { device: device.id, at: person.at })
}

/// Makes the browser of a request known for an address: its user has just signed in, or pressed a button that only a live
/// key of a reset offers.
///
/// # Errors
/// As [`Keyring::seal`].
pub fn remember(site: &Visit<'_>, email_key: &str) -> Result<(), Error> {
    let mut device = match device(site) {
        Some(device) => device,
        None => Device { id: site.random.bytes()?, people: Vec::new() },
    };
    device.people.retain(|person| person.email_key != email_key);
    device.people.insert(0, Person { email_key: email_key.to_owned(), at: site.now() });
    device.people.truncate(MOST);
    let plain = serde_json::to_vec(&device).expect("a device is plain data");
    let sealed = site.keyring.seal_text(site.random, PURPOSE, &plain)?;
    site.cookies.set(CookieName::Device, &sealed, Some(LIFE));
    Ok(())
}

fn device(site: &Visit<'_>) -> Option<Device> {
    let device = read(&site.keyring, site.cookies.get(CookieName::Device)?);
    if device.is_none() {
        site.cookies.refuse(CookieName::Device);
    }
    device
}

/// What a cookie carries, if this site sealed it.
pub(crate) fn read(keyring: &Keyring, cookie: &str) -> Option<Device> {
    serde_json::from_slice(&keyring.open_text(PURPOSE, cookie)?).ok()
}
