//! The fields of a submitted form, read strictly: each once, UTF-8, within its length.

use std::{io, time::Duration};

use rocket::{
    Data, Request,
    data::{FromData, Outcome, ToByteUnit},
    http::{ContentType, RawStr, Status},
    tokio::{self, io::AsyncReadExt, time::timeout},
};
use zeroize::Zeroizing;

use crate::{
    base::{email::Email, fault::Fault, phone::Phone, typed},
    hashing::password::Password,
};

/// KiB of a form.
const LARGEST: u64 = 32;
/// How long it may take to send.
const PATIENCE: Duration = Duration::from_secs(10);
/// MiB that are read of a form that is too large.
const DRAINED: u64 = 4;

/// A form as it was sent: `application/x-www-form-urlencoded`, at most 32 KiB.
///
/// # Outcomes
/// Error 408 if it takes more than ten seconds to come, 413 if it is larger, 415 if it is of another type, 400 if it is not UTF-8 or tries to pass for another
/// method.
pub struct Fields(Vec<(String, Zeroizing<String>)>);

#[rocket::async_trait]
impl<'r> FromData<'r> for Fields {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        if !matches!(request.content_type(), Some(kind) if kind.is_form())
            && request.content_type() != Some(&ContentType::Form)
        {
            return Outcome::Error((Status::UnsupportedMediaType, ()));
        }
        // Who may do what was judged before the body came: nobody keeps that for later by sending slowly.
        let body = match timeout(PATIENCE, read(data)).await {
            Ok(Ok(Some(body))) => body,
            Ok(Ok(None)) => return Outcome::Error((Status::PayloadTooLarge, ())),
            Ok(Err(_)) => return Outcome::Error((Status::BadRequest, ())),
            Err(_) => return Outcome::Error((Status::RequestTimeout, ())),
        };
        match parse(&body) {
            Some(fields) => Outcome::Success(fields),
            None => Outcome::Error((Status::BadRequest, ())),
        }
    }
}

/// The body, or nothing if it is too large. Some of the rest is read and dropped then: a browser that is cut off while
/// it sends shows a broken connection in place of the answer.
async fn read(data: Data<'_>) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut sent = data.open(DRAINED.mebibytes());
    let mut body = Zeroizing::new(Vec::new());
    let largest = LARGEST.kibibytes().as_u64();
    if (&mut sent).take(largest + 1).read_to_end(&mut body).await? as u64 <= largest {
        return Ok(Some(body));
    }
    tokio::io::copy(&mut sent, &mut tokio::io::sink()).await?;
    Ok(None)
}

/// Reads a form.
pub(crate) fn parse(body: &[u8]) -> Option<Fields> {
    let text = std::str::from_utf8(body).ok()?;
    let decode =
        |part: &str| RawStr::new(part).url_decode().ok().map(|text| Zeroizing::new(text.into_owned()));
    let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((decode(name)?.to_string(), decode(value)?))
    });
    let fields: Vec<_> = pairs.collect::<Option<_>>()?;
    (!fields.iter().any(|(name, _)| name == "_method")).then_some(Fields(fields))
}

impl Fields {
    /// The one value of a field, empty if it was not sent.
    ///
    /// # Errors
    /// A fault if it was sent more than once.
    pub fn get(&self, name: &str) -> Result<&str, Fault> {
        let mut values = self.0.iter().filter(|(sent, _)| sent == name).map(|(_, value)| value.as_str());
        let value = values.next().unwrap_or_default();
        if values.next().is_some() { Err(Fault::new("fault-repeated")) } else { Ok(value) }
    }

    /// One line of text without control characters; may be empty.
    ///
    /// # Errors
    /// A fault if it is longer than `most` characters or holds a control character.
    pub fn line(&self, name: &str, most: usize) -> Result<&str, Fault> {
        let text = self.get(name)?.trim();
        if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
            Err(Fault::new("fault-control"))
        } else if text.chars().count() > most {
            Err(Fault::new("fault-too-long").with("max", most))
        } else {
            Ok(text)
        }
    }

    /// One line of text that must not be empty.
    ///
    /// # Errors
    /// As [`Fields::line`], and a fault if it is empty.
    pub fn required(&self, name: &str, most: usize) -> Result<&str, Fault> {
        match self.line(name, most)? {
            "" => Err(Fault::new("fault-required")),
            text => Ok(text),
        }
    }

    /// Text in which white space does not count, line breaks included: somebody copied it from a message.
    ///
    /// # Errors
    /// A fault if it is empty or longer than `most` characters.
    pub fn pasted(&self, name: &str, most: usize) -> Result<&str, Fault> {
        match typed::trimmed(self.get(name)?) {
            "" => Err(Fault::new("fault-required")),
            text if text.chars().count() > most => Err(Fault::new("fault-too-long").with("max", most)),
            text => Ok(text),
        }
    }

    /// An address.
    ///
    /// # Errors
    /// As [`Email::parse`].
    pub fn email(&self, name: &str) -> Result<Email, Fault> {
        Email::parse(self.get(name)?)
    }

    /// A phone number, in international form or as it is dialled at `home`.
    ///
    /// # Errors
    /// As [`Phone::parse`].
    pub fn phone(&self, name: &str, home: Option<&str>) -> Result<Phone, Fault> {
        Phone::parse(self.line(name, 100)?, home)
    }

    /// A password, as typed.
    ///
    /// # Errors
    /// As [`Password::parse`].
    pub fn password(&self, name: &str) -> Result<Password, Fault> {
        match self.get(name)? {
            "" => Err(Fault::new("fault-required")),
            text => Password::parse(text),
        }
    }

    /// Whether a box was ticked.
    ///
    /// # Errors
    /// A fault if it was sent more than once.
    pub fn ticked(&self, name: &str) -> Result<bool, Fault> {
        Ok(!self.get(name)?.is_empty())
    }
}

/// What is wrong with a form, field by field.
#[derive(Default)]
pub struct Faults(Vec<(String, Fault)>);

impl Faults {
    /// The value, or its fault noted under the field.
    pub fn take<T>(&mut self, field: &str, read: Result<T, Fault>) -> Option<T> {
        read.map_err(|fault| self.add(field, fault)).ok()
    }

    /// Notes a fault of a field.
    pub fn add(&mut self, field: &str, fault: Fault) {
        self.0.push((field.to_owned(), fault));
    }

    /// One fault of one field.
    pub fn of(field: &str, fault: Fault) -> Self {
        Self(vec![(field.to_owned(), fault)])
    }

    /// Whether something is wrong with a field.
    pub fn name(&self, field: &str) -> bool {
        self.0.iter().any(|(wrong, _)| wrong == field)
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Field and fault, in the order found.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Fault)> {
        self.0.iter().map(|(field, fault)| (field.as_str(), fault))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_given_twice_is_refused() {
        let fields = parse(b"email=a%40b.org&email=c%40d.org&x=1").unwrap();
        assert_eq!(fields.get("email").unwrap_err().key, "fault-repeated");
        assert_eq!(fields.get("x").unwrap(), "1");
        assert_eq!(fields.get("absent").unwrap(), "");
    }

    #[test]
    fn no_form_passes_for_another_method_or_encoding() {
        assert!(parse(b"_method=PUT&x=1").is_none());
        assert!(parse(b"x=1&%5fmethod=PUT").is_none());
        assert!(parse(b"x=%ff").is_none());
        assert!(parse(b"x=\xff").is_none());
    }
}
