//! A file that pages load: stylesheet, script or icon; its URL carries a digest of its content.

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use super::gzip::Packed;

/// Content types that are served, by file extension.
const TYPES: [(&str, &str); 8] = [
    ("css", "text/css; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("webp", "image/webp"),
    ("ico", "image/x-icon"),
    ("woff2", "font/woff2"),
];

/// A file as it is served.
pub struct Asset {
    /// Content type.
    pub kind: &'static str,
    /// Content.
    pub bytes: Packed,
    /// First 12 hexadecimal digits of its SHA-256, for `?v=` and `ETag`.
    pub version: String,
}

/// Returns a stylesheet or a script without the lines that are comments alone, for which visitors would wait.
pub fn without_comments(name: &str, bytes: &[u8]) -> Vec<u8> {
    let is_code = [".css", ".js"].iter().any(|ending| name.ends_with(ending));
    let is_comment = |line: &&[u8]| {
        let line = line.trim_ascii();
        line.starts_with(b"//") || line.starts_with(b"/*") && line.ends_with(b"*/")
    };
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    if is_code { lines.filter(|line| !is_comment(line)).flatten().copied().collect() } else { bytes.to_vec() }
}

impl Asset {
    /// Creates the file `name` with this content; `None` if its extension is not served.
    pub fn new(name: &str, bytes: Vec<u8>) -> Option<Self> {
        let ending = name.rsplit_once('.')?.1;
        let kind = TYPES.iter().find(|(known, _)| *known == ending)?.1;
        let version = Sha256::digest(&bytes).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        Some(Self { kind, bytes: Packed::new(bytes), version })
    }

    /// Returns a `data:` URL of it, which needs no request (RFC 2397).
    pub fn inline(&self) -> String {
        format!("data:{};base64,{}", self.kind, STANDARD.encode(self.bytes.plain()))
    }
}
