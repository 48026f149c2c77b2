//! How often something may be tried, counted by who is concerned and, separately, by where the try comes from.

use std::{net::IpAddr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    Error,
    clock::Time,
    keyring::Keyring,
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
            texts_per_day: 1_000,
        }
    }
}

/// Something that is limited.
#[derive(Clone, Copy, Debug)]
pub enum Limited<'a> {
    /// A request for a message, by the address as typed (canonical where it is one), known or not.
    MessageFor(&'a str),
    /// A request for a message, by where it comes from.
    MessageFrom(IpAddr),
    /// A failed sign-in, by the address as typed.
    SignInTo(&'a str),
    /// A failed sign-in, by where it comes from.
    SignInFrom(IpAddr),
    /// A wrong code, by account.
    CodeOf(&'a [u8]),
    /// A wrong code, by where it comes from.
    CodeFrom(IpAddr),
    /// A text message, by number.
    TextTo(&'a str),
    /// A text message, whoever gets it.
    Text,
}

impl Limited<'_> {
    fn bucket(self, keyring: &Keyring) -> Vec<u8> {
        let network = |address: IpAddr| match address.to_canonical() {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets()[..8].to_vec(),
        };
        match self {
            Limited::MessageFor(address) => keyring.mac("count message for", &[address.as_bytes()]),
            Limited::MessageFrom(client) => keyring.mac("count message from", &[&network(client)]),
            Limited::SignInTo(address) => keyring.mac("count sign-in to", &[address.as_bytes()]),
            Limited::SignInFrom(client) => keyring.mac("count sign-in from", &[&network(client)]),
            Limited::CodeOf(account) => keyring.mac("count code of", &[account]),
            Limited::CodeFrom(client) => keyring.mac("count code from", &[&network(client)]),
            Limited::TextTo(number) => keyring.mac("count text to", &[number.as_bytes()]),
            Limited::Text => keyring.mac("count text", &[]),
        }
    }

    fn most(self, settings: &Settings) -> (i64, Duration) {
        let day = *Span::days(1);
        match self {
            Limited::MessageFor(_) => (settings.messages_per_address, *settings.window),
            Limited::MessageFrom(_) => (settings.messages_per_client, *settings.window),
            Limited::SignInTo(_) => (settings.sign_ins_per_address, *settings.window),
            Limited::SignInFrom(_) => (settings.sign_ins_per_client, *settings.window),
            Limited::CodeOf(_) => (settings.codes_per_account, day),
            Limited::CodeFrom(_) => (settings.codes_per_client, *settings.window),
            Limited::TextTo(_) => (settings.texts_per_number, day),
            Limited::Text => (settings.texts_per_day, day),
        }
    }

    /// Counts one more and tells whether it is still within the limit.
    ///
    /// # Errors
    /// [`Error::Database`] if it cannot be counted; refuse then.
    pub async fn allow(
        self,
        tx: &mut Tx,
        settings: &Settings,
        keyring: &Keyring,
        now: Time,
    ) -> Result<bool, Error> {
        if !settings.enabled {
            return Ok(true);
        }
        let (most, window) = self.most(settings);
        Ok(counts::hit(tx, &self.bucket(keyring), window, now).await? <= most)
    }

    /// Takes one back, for somebody who was right.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn forgive(self, tx: &mut Tx, settings: &Settings, keyring: &Keyring) -> Result<(), Error> {
        if settings.enabled { counts::forgive(tx, &self.bucket(keyring)).await } else { Ok(()) }
    }
}
