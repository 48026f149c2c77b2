//! Fields of a submitted form, parsed strictly: each at most once, in UTF-8, within its length.

use std::{io, time::Duration};

use rocket::{
    Data, Request,
    data::{FromData, Outcome, ToByteUnit},
    http::{RawStr, Status},
    tokio::{self, io::AsyncReadExt, time::timeout},
};
use zeroize::Zeroizing;

use super::json;
use crate::{
    base::{fault::Fault, typed},
    http::program::contract,
};

/// Largest form, in KiB.
const MAX_KIB: u64 = 32;
/// Longest time to receive a form.
const RECEIVE_TIMEOUT: Duration = Duration::from_secs(10);
/// Most of an oversized form that is read, in MiB.
const MAX_DRAINED_MIB: u64 = 4;

/// A form as it was sent: `application/x-www-form-urlencoded` or an object of JSON, at most 32 KiB.
///
/// # Outcomes
/// Error 408 if it takes more than ten seconds to arrive, 413 if it is larger, 415 if it has another type or none, 400 if it is
/// not UTF-8, tries to change its method, or is no object of JSON.
pub struct Fields(Vec<Sent>);

/// A value as it was sent.
pub(super) struct Sent {
    pub name: String,
    pub value: Zeroizing<String>,
    pub sent_as: SentAs,
}

/// Shape of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SentAs {
    /// The value of a page's input, which may have several.
    Field,
    /// A text, a number or a truth of JSON.
    Text,
    /// An array or an object of JSON, whose text the value is.
    Json,
}

#[rocket::async_trait]
impl<'r> FromData<'r> for Fields {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let (parse, wrong): (fn(&[u8]) -> Option<Fields>, _) = match request.content_type() {
            Some(kind) if kind.is_form() => (parse, Status::BadRequest),
            Some(kind) if json::is_read(kind) => (json::parse, Status::BadRequest),
            Some(_) => return Outcome::Error((Status::UnsupportedMediaType, ())),
            None => (nothing, Status::UnsupportedMediaType),
        };
        // Permissions were checked before the body arrived: a slow upload must not keep them valid for long.
        let body = match timeout(RECEIVE_TIMEOUT, read(data)).await {
            Ok(Ok(Some(body))) => body,
            Ok(Ok(None)) => return Outcome::Error((Status::PayloadTooLarge, ())),
            Ok(Err(_)) => return Outcome::Error((Status::BadRequest, ())),
            Err(_) => return Outcome::Error((Status::RequestTimeout, ())),
        };
        match parse(&body) {
            Some(mut fields) => {
                contract::translate(request, &mut fields);
                Outcome::Success(fields)
            }
            None => Outcome::Error((wrong, ())),
        }
    }
}

/// Reads the body, or returns `None` if it is too large. In that case some of the rest is read and dropped, because a
/// browser that is cut off while sending shows a broken connection instead of the answer.
async fn read(data: Data<'_>) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut sent = data.open(MAX_DRAINED_MIB.mebibytes());
    let mut body = Zeroizing::new(Vec::new());
    let largest = MAX_KIB.kibibytes().as_u64();
    if (&mut sent).take(largest + 1).read_to_end(&mut body).await? as u64 <= largest {
        return Ok(Some(body));
    }
    tokio::io::copy(&mut sent, &mut tokio::io::sink()).await?;
    Ok(None)
}

/// Takes a body without a type, which is an empty form if it is empty.
fn nothing(body: &[u8]) -> Option<Fields> {
    body.is_empty().then(|| Fields(Vec::new()))
}

/// Parses a form.
pub(crate) fn parse(body: &[u8]) -> Option<Fields> {
    let text = std::str::from_utf8(body).ok()?;
    let decode =
        |part: &str| RawStr::new(part).url_decode().ok().map(|text| Zeroizing::new(text.into_owned()));
    let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some(Sent { name: decode(name)?.to_string(), value: decode(value)?, sent_as: SentAs::Field })
    });
    Fields::checked(pairs.collect::<Option<_>>()?)
}

impl Sent {
    fn text(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), value: Zeroizing::new(value.to_owned()), sent_as: SentAs::Field }
    }
}

impl Fields {
    /// Returns the values of a query.
    pub(super) fn of<'a>(values: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        Self(values.map(|(name, value)| Sent::text(name, value)).collect())
    }

    /// Returns fields unless they try to change the method.
    pub(super) fn checked(sent: Vec<Sent>) -> Option<Self> {
        (!sent.iter().any(|sent| sent.name == "_method")).then_some(Self(sent))
    }

    /// Gives a field another name, if none has that; false if there is nothing to name.
    pub(in super::super) fn rename(&mut self, from: &str, to: &str) -> bool {
        let renames = self.has(from) && !self.has(to);
        if renames {
            let named = self.0.iter_mut().filter(|sent| sent.name == from);
            named.for_each(|sent| to.clone_into(&mut sent.name));
        }
        renames
    }

    /// Sets a field, whatever was sent.
    pub(in super::super) fn set(&mut self, name: &str, value: &str) {
        self.0.retain(|sent| sent.name != name);
        self.0.push(Sent::text(name, value));
    }

    /// True if a field was sent.
    pub(in super::super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|sent| sent.name == name)
    }

    /// Returns the only value of a field, empty if it was not sent.
    ///
    /// # Errors
    /// A fault if it was sent more than once, or is no text.
    pub(super) fn get(&self, name: &str) -> Result<&str, Fault> {
        match self.only(name)? {
            Some(sent) if sent.sent_as == SentAs::Json => Err(Fault::new("fault-type")),
            sent => Ok(sent.map_or("", |sent| &sent.value)),
        }
    }

    /// Returns the only value of a field, which may be an object of JSON, as text.
    ///
    /// # Errors
    /// A fault if it was sent more than once.
    pub(super) fn get_json(&self, name: &str) -> Result<&str, Fault> {
        Ok(self.only(name)?.map_or("", |sent| &sent.value))
    }

    /// Returns the values of a field that may have several.
    ///
    /// # Errors
    /// A fault if it is neither a text of JSON nor a list of them, or was sent more than once as one of these.
    pub(super) fn several(&self, name: &str) -> Result<Vec<String>, Fault> {
        let all = || self.0.iter().filter(|sent| sent.name == name);
        if all().all(|sent| sent.sent_as == SentAs::Field) {
            return Ok(all().map(|sent| sent.value.to_string()).collect());
        }
        match self.only(name)? {
            Some(sent) if sent.sent_as == SentAs::Json => {
                serde_json::from_str(&sent.value).map_err(|_| Fault::new("fault-type"))
            }
            sent => Ok(sent.map(|sent| sent.value.to_string()).into_iter().collect()),
        }
    }

    /// Checks that a field was typed alike twice, if it was sent twice.
    ///
    /// # Errors
    /// A fault if it was not.
    pub(super) fn confirmed(&self, name: &str) -> Result<(), Fault> {
        let again = format!("{name}_confirm");
        match self.has(&again) && self.get(&again)? != self.get(name)? {
            true => Err(Fault::new("fault-retype")),
            false => Ok(()),
        }
    }

    fn only(&self, name: &str) -> Result<Option<&Sent>, Fault> {
        let mut all = self.0.iter().filter(|sent| sent.name == name);
        let first = all.next();
        if all.next().is_some() { Err(Fault::new("fault-repeated")) } else { Ok(first) }
    }

    /// Returns one line of text without control characters, possibly empty.
    ///
    /// # Errors
    /// A fault if it is longer than `most` characters or contains a control character.
    pub(super) fn line(&self, name: &str, most: usize) -> Result<&str, Fault> {
        one_line(self.get(name)?, most)
    }

    /// Returns one line of text that is not empty.
    ///
    /// # Errors
    /// Same as [`Fields::line`], and a fault if it is empty.
    pub(super) fn required(&self, name: &str, most: usize) -> Result<&str, Fault> {
        match self.line(name, most)? {
            "" => Err(Fault::missing()),
            text => Ok(text),
        }
    }

    /// Returns text copied from a message, without the white space and line breaks around it.
    ///
    /// # Errors
    /// A fault if it is empty or longer than `most` characters.
    pub(super) fn pasted(&self, name: &str, most: usize) -> Result<&str, Fault> {
        match typed::trimmed(self.get(name)?) {
            "" => Err(Fault::missing()),
            text if text.chars().count() > most => Err(Fault::new("fault-too-long").with("max", most)),
            text => Ok(text),
        }
    }
}

/// Returns one line of text without control characters, and without the spaces around it.
///
/// # Errors
/// A fault if it is longer than `most` characters or contains a control character.
pub fn one_line(text: &str, most: usize) -> Result<&str, Fault> {
    let text = text.trim();
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        Err(Fault::new("fault-control"))
    } else if text.chars().count() > most {
        Err(Fault::new("fault-too-long").with("max", most))
    } else {
        Ok(text)
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
