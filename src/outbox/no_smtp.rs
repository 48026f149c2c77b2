//! In place of `smtp` without the feature `mail`: there is no client, and the key `latchkey.mail.url` is refused.

use super::{Undelivered, circuit::Fared, mail::Mail};
use crate::{
    base::Error,
    config::{features, mail::MailSettings},
};

/// Client of a mail server: there is none.
pub enum Smtp {}

impl Smtp {
    pub fn new(_: &MailSettings) -> Result<Self, Error> {
        Err(features::lack("mail.url", "mail").into())
    }

    pub fn known_as(self, _: &str) -> Self {
        self
    }

    pub async fn send(&self, _: &Mail<'_>) -> Result<(), Undelivered> {
        match *self {}
    }

    pub(crate) async fn pretend(&self, _: Fared) -> Result<(), Undelivered> {
        match *self {}
    }

    pub async fn try_out(&self, _: &Mail<'_>) -> Result<String, String> {
        match *self {}
    }
}
