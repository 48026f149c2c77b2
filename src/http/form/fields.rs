//! Fields of a submitted form, parsed strictly: each at most once, in UTF-8, within its length.

use std::{io, time::Duration};

use rocket::{
    Data, Request,
    data::{FromData, Outcome, ToByteUnit},
    http::{ContentType, RawStr, Status},
    tokio::{self, io::AsyncReadExt, time::timeout},
};
use zeroize::Zeroizing;

use crate::base::{fault::Fault, typed};

/// Largest form, in KiB.
const MAX_KIB: u64 = 32;
/// Longest time to receive a form.
const RECEIVE_TIMEOUT: Duration = Duration::from_secs(10);
/// Most of an oversized form that is read, in MiB.
const MAX_DRAINED_MIB: u64 = 4;

/// A form as it was sent: `application/x-www-form-urlencoded`, at most 32 KiB.
///
/// # Outcomes
/// Error 408 if it takes more than ten seconds to arrive, 413 if it is larger, 415 if it has another type, 400 if it is
/// not UTF-8 or tries to change its method.
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
        // Permissions were checked before the body arrived: a slow upload must not keep them valid for long.
        let body = match timeout(RECEIVE_TIMEOUT, read(data)).await {
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

/// Parses a form.
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
    /// Returns the values of a query.
    pub(super) fn of<'a>(values: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        Self(values.map(|(name, value)| (name.to_owned(), Zeroizing::new(value.to_owned()))).collect())
    }

    /// Returns the only value of a field, empty if it was not sent.
    ///
    /// # Errors
    /// A fault if it was sent more than once.
    pub(super) fn get(&self, name: &str) -> Result<&str, Fault> {
        let mut values = self.0.iter().filter(|(sent, _)| sent == name).map(|(_, value)| value.as_str());
        let value = values.next().unwrap_or_default();
        if values.next().is_some() { Err(Fault::new("fault-repeated")) } else { Ok(value) }
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
