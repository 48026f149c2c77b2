//! How often something may be tried, counted by who is concerned and, separately, by where the try comes from.

use std::{net::IpAddr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    Error,
    app::App,
    event::Event,
    keyring::Ring,
    outbox::message::Asked,
    span::Span,
    store::{Tx, counts},
};

/// `latchkey.limits`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Whether anything is limited; false is for load tests on loopback. Default: true.
    pub enabled: bool,
    /// The time in which tries are counted. Default: 1h.
    pub window: Span,
    /// Requests for a message (reset, confirmation) for one address in a window. Default: 4.
    pub messages_per_address: i64,
    /// Requests for a message from one client in a window. Default: 60.
    pub messages_per_client: i64,
    /// Failed sign-ins to one address in a window. Default: 30.
    pub sign_ins_per_address: i64,
    /// Failed sign-ins from one client in a window. Default: 100.
    pub sign_ins_per_client: i64,
    /// Wrong codes for one account in a day, over all its codes. Default: 10.
    pub codes_per_account: i64,
    /// Wrong codes from one client in a window. Default: 20.
    pub codes_per_client: i64,
    /// Text messages to one number in a day. Default: 10.
    pub texts_per_number: i64,
    /// Text messages asked for by one client in a day. Default: 30.
    pub texts_per_client: i64,
    /// Text messages in a day, over the whole site. Default: 1000.
    pub texts_per_day: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            enabled: true,
            window: Span::hours(1),
            messages_per_address: 4,
            messages_per_client: 60,
            sign_ins_per_address: 30,
            sign_ins_per_client: 100,
            codes_per_account: 10,
            codes_per_client: 20,
            texts_per_number: 10,
            texts_per_client: 30,
            texts_per_day: 1_000,
        }
    }
}

impl Settings {
    /// What is out of range, each a sentence with key and remedy.
    pub fn judge(&self) -> Vec<String> {
        let mut faults: Vec<String> = [
            ("messages_per_address", self.messages_per_address),
            ("messages_per_client", self.messages_per_client),
            ("sign_ins_per_address", self.sign_ins_per_address),
            ("sign_ins_per_client", self.sign_ins_per_client),
            ("codes_per_account", self.codes_per_account),
            ("codes_per_client", self.codes_per_client),
            ("texts_per_number", self.texts_per_number),
            ("texts_per_client", self.texts_per_client),
            ("texts_per_day", self.texts_per_day),
        ]
        .into_iter()
        .filter(|(_, most)| *most < 1)
        .map(|(name, most)| format!("latchkey.limits.{name} = {most} would let nobody in: write 1 or more"))
        .collect();
        if self.window < Span::minutes(1) || self.window > Span::days(1) {
            faults.push(format!(
                "latchkey.limits.window = \"{}\" is out of range: write \"1m\" to \"1d\"",
                self.window
            ));
        }
        faults
    }
}

/// What a message is asked for: each has counts of its own, so that one cannot starve another.
#[derive(Clone, Copy, Debug)]
pub enum Asking {
    /// To get back in.
    Reset,
    /// To have an account.
    Register,
    /// To get the confirmation once more.
    Confirm,
    /// To have another address.
    Email,
}

/// How many browsers that are known an address is taken to have: all of them together may do so many times what one may.
const BROWSERS: i64 = 3;

/// Something that is limited. What a browser does that has signed in with the address before counts by that browser, and
/// by all such together: whoever signs in again and again is known as often.
#[derive(Clone, Copy, Debug, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Limited<'a> {
    /// A request for a message of a kind, by the address as typed (canonical where it is one), known or not.
    MessageFor(Asking, &'a str),
    /// The same by a browser that is known, and the address.
    MessageBy(Asking, [u8; 16], &'a str),
    /// The same by any browser that is known, and the address.
    MessageByKnown(Asking, &'a str),
    /// A request for a message, by where it comes from.
    MessageFrom(IpAddr),
    /// A failed sign-in, by the address as typed.
    SignInTo(&'a str),
    /// The same by a browser that is known, and the address.
    SignInBy([u8; 16], &'a str),
    /// The same by any browser that is known, and the address.
    SignInByKnown(&'a str),
    /// A failed sign-in, by where it comes from.
    SignInFrom(IpAddr),
    /// A wrong password of somebody who is signed in, by account.
    PasswordOf(&'a [u8]),
    /// A wrong code, by account.
    CodeOf(&'a [u8]),
    /// A wrong code, by where it comes from.
    CodeFrom(IpAddr),
    /// A text message that lets somebody back in, by number.
    TextTo(&'a str),
    /// The same by a browser that is known, and the number.
    TextBy([u8; 16], &'a str),
    /// The same by any browser that is known, and the number.
    TextByKnown(&'a str),
    /// The same by an admin or after "this wasn't me", by number.
    TextByTrusted(&'a str),
    /// A text message, by where it was asked for.
    TextFrom(IpAddr),
    /// A text message that verifies a number, by account.
    VerifyOf(&'a [u8]),
    /// A text message that verifies a number, by number.
    VerifyTo(&'a str),
    /// A text message, whoever gets it.
    Text,
}

/// The network of a client: its address, and of IPv6 the first 64 bits.
pub fn network(client: IpAddr) -> Vec<u8> {
    match client.to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets()[..8].to_vec(),
    }
}

impl Limited<'_> {
    /// Where it is counted under one of the site's secrets.
    fn bucket(self, keyring: &Ring) -> Vec<u8> {
        match self {
            Limited::MessageFor(asking, address) => {
                keyring.mac("count message for", &[&[asking as u8], address.as_bytes()])
            }
            Limited::MessageBy(asking, device, address) => {
                keyring.mac("count message by", &[&[asking as u8], &device, address.as_bytes()])
            }
            Limited::MessageByKnown(asking, address) => {
                keyring.mac("count message by known", &[&[asking as u8], address.as_bytes()])
            }
            Limited::MessageFrom(client) => keyring.mac("count message from", &[&network(client)]),
            Limited::SignInTo(address) => keyring.mac("count sign-in to", &[address.as_bytes()]),
            Limited::SignInBy(device, address) => {
                keyring.mac("count sign-in by", &[&device, address.as_bytes()])
            }
            Limited::SignInByKnown(address) => keyring.mac("count sign-in by known", &[address.as_bytes()]),
            Limited::SignInFrom(client) => keyring.mac("count sign-in from", &[&network(client)]),
            Limited::CodeOf(account) => keyring.mac("count code of", &[account]),
            Limited::CodeFrom(client) => keyring.mac("count code from", &[&network(client)]),
            Limited::PasswordOf(account) => keyring.mac("count password of", &[account]),
            Limited::VerifyOf(account) => keyring.mac("count verify of", &[account]),
            Limited::VerifyTo(number) => keyring.mac("count verify to", &[number.as_bytes()]),
            Limited::TextTo(number) => keyring.mac("count text to", &[number.as_bytes()]),
            Limited::TextBy(device, number) => keyring.mac("count text by", &[&device, number.as_bytes()]),
            Limited::TextByKnown(number) => keyring.mac("count text by known", &[number.as_bytes()]),
            Limited::TextByTrusted(number) => keyring.mac("count text by trusted", &[number.as_bytes()]),
            Limited::TextFrom(client) => keyring.mac("count text from", &[&network(client)]),
            Limited::Text => keyring.mac("count text", &[]),
        }
    }

    fn most(self, settings: &Settings) -> (i64, Duration) {
        let day = *Span::days(1);
        match self {
            Limited::MessageFor(..) | Limited::MessageBy(..) => {
                (settings.messages_per_address, *settings.window)
            }
            Limited::MessageByKnown(..) => {
                (BROWSERS.saturating_mul(settings.messages_per_address), *settings.window)
            }
            Limited::MessageFrom(_) => (settings.messages_per_client, *settings.window),
            Limited::SignInTo(_) | Limited::SignInBy(..) | Limited::PasswordOf(_) => {
                (settings.sign_ins_per_address, *settings.window)
            }
            Limited::SignInByKnown(_) => {
                (BROWSERS.saturating_mul(settings.sign_ins_per_address), *settings.window)
            }
            Limited::SignInFrom(_) => (settings.sign_ins_per_client, *settings.window),
            Limited::CodeOf(_) => (settings.codes_per_account, day),
            Limited::CodeFrom(_) => (settings.codes_per_client, *settings.window),
            Limited::TextTo(_)
            | Limited::TextBy(..)
            | Limited::TextByTrusted(_)
            | Limited::VerifyTo(_)
            | Limited::VerifyOf(_) => (settings.texts_per_number, day),
            Limited::TextByKnown(_) => (BROWSERS.saturating_mul(settings.texts_per_number), day),
            Limited::TextFrom(_) => (settings.texts_per_client, day),
            Limited::Text => (settings.texts_per_day, day),
        }
    }

    /// Counts one more and tells whether it is still within the limit. The first that is not is an event.
    ///
    /// # Errors
    /// [`Error::Database`] if it cannot be counted; refuse then.
    pub async fn allow(self, app: &App, tx: &mut Tx) -> Result<bool, Error> {
        let settings = &app.config().limits;
        if !settings.enabled {
            return Ok(true);
        }
        let (most, window) = self.most(settings);
        let mut tally = 0;
        // Under each secret: a server on which another one is in force counts on.
        for ring in app.keyring.rings() {
            tally = tally.max(counts::hit(tx, &self.bucket(ring), window, app.now()).await?);
        }
        if tally == most + 1 {
            let asked = Asked {
                from: self.client().map_or_else(String::new, |it| it.to_string()),
                ..Asked::default()
            };
            Event::of_site("limit.reached").from(&asked).detail(self.into()).write(app, tx).await?;
        }
        if tally > most {
            app.meters.limited(self.into());
        }
        Ok(tally <= most)
    }

    /// The client, where that is what is counted.
    fn client(self) -> Option<IpAddr> {
        match self {
            Limited::MessageFrom(client)
            | Limited::SignInFrom(client)
            | Limited::CodeFrom(client)
            | Limited::TextFrom(client) => Some(client),
            _ => None,
        }
    }

    /// Takes one back: somebody was right, or could not be served.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn forgive(self, app: &App, tx: &mut Tx) -> Result<(), Error> {
        for ring in app.keyring.rings().filter(|_| app.config().limits.enabled) {
            counts::forgive(tx, &self.bucket(ring)).await?;
        }
        Ok(())
    }
}
