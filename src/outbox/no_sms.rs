//! In place of `sms.rs` without the feature of that name: there is no client, and the key `latchkey.sms.url` is refused.

use super::{Undelivered, circuit::Fared};
use crate::{
    base::Error,
    config::{features, sms::SmsSettings},
};

/// Client of an SMS gateway: there is none.
pub enum Gateway {}

impl Gateway {
    pub fn new(_: &SmsSettings) -> Result<Self, Error> {
        Err(features::lack("sms.url", "sms").into())
    }

    pub async fn send(&self, _: &str, _: &str) -> Result<(), Undelivered> {
        match *self {}
    }

    pub(crate) async fn pretend(&self, _: Fared) -> Result<(), Undelivered> {
        match *self {}
    }
}
