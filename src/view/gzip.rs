//! Gzip compression, only of content that is the same for everybody.
//!
//! The length of a compressed page reveals repetitions in it (BREACH). So nothing is compressed that holds one person's
//! secrets next to text that somebody else could have put there.

use std::{
    io::{self, Read, Write},
    sync::Arc,
};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use rocket::{
    Request,
    http::Header,
    request::{FromRequest, Outcome},
    response::Builder,
};

/// Bytes as they are, and as gzip if that is shorter.
#[derive(Clone)]
pub struct Packed {
    plain: Arc<[u8]>,
    gzip: Option<Arc<[u8]>>,
}

impl Packed {
    /// Compresses bytes that are the same for everybody.
    pub fn new(plain: Vec<u8>) -> Self {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        let packed = packer.write_all(&plain).and_then(|()| packer.finish());
        let gzip = packed.ok().filter(|packed| packed.len() < plain.len()).map(Arc::from);
        Self { plain: plain.into(), gzip }
    }

    /// Unpacks bytes that are compressed already.
    ///
    /// # Errors
    /// If they are not gzip.
    pub fn unpack(gzip: &[u8]) -> io::Result<Self> {
        let mut plain = Vec::new();
        GzDecoder::new(gzip).read_to_end(&mut plain)?;
        Ok(Self { plain: plain.into(), gzip: Some(gzip.into()) })
    }

    /// Returns the bytes as they are.
    pub fn plain(&self) -> &[u8] {
        &self.plain
    }

    /// Fills a response, with gzip if the browser takes it.
    pub fn fill(&self, takes: Gzip, response: &mut Builder<'static>) {
        response.header(Header::new("Vary", "Accept-Encoding"));
        let bytes = match &self.gzip {
            Some(gzip) if takes.0 => {
                response.header(Header::new("Content-Encoding", "gzip"));
                gzip.clone()
            }
            _ => self.plain.clone(),
        };
        response.sized_body(bytes.len(), std::io::Cursor::new(bytes));
    }
}

/// Request guard for a browser's support of gzip (RFC 9110, 12.5.3).
///
/// # Outcomes
/// Always succeeds.
#[derive(Clone, Copy)]
pub struct Gzip(bool);

impl Gzip {
    /// Reads `Accept-Encoding`.
    pub fn of(request: &Request<'_>) -> Self {
        let mut codings = request.headers().get("Accept-Encoding").flat_map(|line| line.split(','));
        Self(codings.any(takes))
    }
}

fn takes(coding: &str) -> bool {
    let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
    let none = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse().is_ok_and(|q: f32| q == 0.0));
    name.trim().eq_ignore_ascii_case("gzip") && !none
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Gzip {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        Outcome::Success(Gzip::of(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_who_takes_it() {
        for coding in ["gzip", " gzip", "GZIP;q=0.5", "gzip; q=1"] {
            assert!(takes(coding), "{coding}");
        }
        for coding in ["", "br", "gzip;q=0", "gzip; q=0.0", "xgzip"] {
            assert!(!takes(coding), "{coding}");
        }
    }

    #[test]
    fn what_grows_is_sent_as_it_is() {
        assert!(Packed::new(b"x".to_vec()).gzip.is_none());
        assert!(Packed::new(vec![b'x'; 1000]).gzip.is_some_and(|gzip| gzip.len() < 100));
    }
}
