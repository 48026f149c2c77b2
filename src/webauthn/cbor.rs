//! Reads CBOR (RFC 8949) as authenticators write it: in place, a header at a time, so that no length and no depth that an
//! attacker writes costs memory. Refused are lengths that are told later, tags, labels other than numbers and names, a
//! label twice, and whatever follows the end. Numbers longer than needed are read: they mean nothing else.

use std::str;

use ciborium_ll::{Decoder, Header};

/// Most levels of maps and lists in each other; messages of authenticators have four (CTAP 2.1, 8).
const DEPTH: usize = 8;
/// Most entries of a map.
const ENTRIES: usize = 32;

/// What the label of an entry may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label<'a> {
    Number(i64),
    Name(&'a str),
}

impl From<i64> for Label<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl<'a> From<&'a str> for Label<'a> {
    fn from(name: &'a str) -> Self {
        Self::Name(name)
    }
}

/// What is left to read.
#[derive(Clone, Copy)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Reads a map.
    pub fn map(&mut self) -> Option<Map<'a>> {
        match self.header()? {
            Header::Map(Some(length)) => self.entries(length, DEPTH - 1),
            _ => None,
        }
    }

    /// Reads any item, and returns its bytes.
    pub fn item(&mut self) -> Option<&'a [u8]> {
        self.skip(DEPTH)
    }

    /// True if nothing is left.
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    fn header(&mut self) -> Option<Header> {
        let mut decoder = Decoder::from(self.0);
        let header = decoder.pull().ok()?;
        self.0 = &self.0[decoder.offset()..];
        Some(header)
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<i64> {
        match self.header()? {
            Header::Positive(number) => number.try_into().ok(),
            Header::Negative(number) => i64::try_from(number).ok().map(|number| !number),
            _ => None,
        }
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        match self.header()? {
            Header::Bytes(Some(length)) => self.take(length),
            _ => None,
        }
    }

    fn text(&mut self) -> Option<&'a str> {
        match self.header()? {
            Header::Text(Some(length)) => str::from_utf8(self.take(length)?).ok(),
            _ => None,
        }
    }

    fn label(&mut self) -> Option<Label<'a>> {
        let mut ahead = *self;
        if let Some(number) = ahead.number() {
            *self = ahead;
            return Some(Label::Number(number));
        }
        self.text().map(Label::Name)
    }

    fn entries(&mut self, length: usize, depth: usize) -> Option<Map<'a>> {
        let mut entries: Vec<(Label<'a>, &'a [u8])> = Vec::new();
        for at in 0..length {
            let (label, value) = (self.label()?, self.skip(depth)?);
            if at == ENTRIES || entries.iter().any(|(known, _)| *known == label) {
                return None;
            }
            entries.push((label, value));
        }
        Some(Map(entries))
    }

    fn skip(&mut self, depth: usize) -> Option<&'a [u8]> {
        let start = self.0;
        match self.header()? {
            Header::Positive(_) | Header::Negative(_) | Header::Float(_) | Header::Simple(_) => {}
            Header::Bytes(Some(length)) => drop(self.take(length)?),
            Header::Text(Some(length)) => drop(str::from_utf8(self.take(length)?).ok()?),
            Header::Array(Some(length)) if depth > 0 => {
                for _ in 0..length {
                    self.skip(depth - 1)?;
                }
            }
            Header::Map(Some(length)) if depth > 0 => drop(self.entries(length, depth - 1)?),
            _ => return None,
        }
        Some(&start[..start.len() - self.0.len()])
    }
}

/// The entries of a map, each value still unread.
pub struct Map<'a>(Vec<(Label<'a>, &'a [u8])>);

impl<'a> Map<'a> {
    /// Reads a map, and nothing else.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        reader.map().filter(|_| reader.is_empty())
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the bytes of a value.
    pub fn get<'l>(&self, label: impl Into<Label<'l>>) -> Option<&'a [u8]> {
        let label = label.into();
        self.0.iter().find(|(known, _)| *known == label).map(|(_, value)| *value)
    }

    pub fn number<'l>(&self, label: impl Into<Label<'l>>) -> Option<i64> {
        Reader::new(self.get(label)?).number()
    }

    pub fn bytes<'l>(&self, label: impl Into<Label<'l>>) -> Option<&'a [u8]> {
        Reader::new(self.get(label)?).bytes()
    }

    pub fn text<'l>(&self, label: impl Into<Label<'l>>) -> Option<&'a str> {
        Reader::new(self.get(label)?).text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// True if the bytes are one item, and nothing else.
    fn is_item(bytes: &[u8]) -> bool {
        let mut reader = Reader::new(bytes);
        reader.item().is_some() && reader.is_empty()
    }

    #[test]
    fn values_are_found_by_their_labels() {
        let map = Map::parse(b"\xa4\x01\x02\x03\x26\x20\x42hi\x63key\x62ok").unwrap();
        assert_eq!((map.len(), map.number(1), map.number(3)), (4, Some(2), Some(-7)));
        assert_eq!((map.bytes(-1), map.text("key")), (Some(&b"hi"[..]), Some("ok")));
        assert_eq!((map.bytes(1), map.text(-1), map.number("key"), map.number(9)), (None, None, None, None));
        assert!(Map::parse(b"\xa0").is_some() && Map::parse(b"\xa0\x00").is_none());
    }

    #[test]
    fn only_one_form_of_each_thing_is_read() {
        for (bytes, what) in [
            (&b"\x9f\x01\xff"[..], "a list that ends later"),
            (b"\xbf\x01\x02\xff", "a map that ends later"),
            (b"\x5f\x41a\xff", "bytes in parts"),
            (b"\x7f\x61a\xff", "text in parts"),
            (b"\xa2\x01\x02\x01\x02", "a label twice"),
            (b"\xa2\x01\x02\x18\x01\x02", "a label twice, once in two bytes"),
            (b"\xa1\x41a\x02", "bytes as a label"),
            (b"\xc0\x61a", "a tag"),
            (b"\x61\xff", "text that is not UTF-8"),
            (b"\x01\x01", "two items"),
            (b"\x42a", "less than was promised"),
            (b"\xff", "an end without a beginning"),
            (b"\x1c", "a reserved length"),
            (b"", "nothing"),
        ] {
            assert!(!is_item(bytes), "{what}");
        }
        let entries =
            |count: u8| [vec![0xb8, count], (0..count).flat_map(|at| [0x18, at, 0]).collect()].concat();
        assert!(is_item(&entries(32)) && !is_item(&entries(33)));
    }

    #[test]
    fn a_promise_costs_nothing() {
        for major in [0x40, 0x60, 0x80, 0xa0] {
            let longest = [vec![major | 27], vec![0xff; 8]].concat();
            assert!(!is_item(&longest));
        }
        let deep = |levels: usize| [vec![0x81; levels], vec![0x80]].concat();
        assert!(is_item(&deep(DEPTH - 1)) && !is_item(&deep(DEPTH)));
        for byte in [0x81, 0xa1, 0x9f, 0xbf, 0xc0, 0x5f] {
            assert!(!is_item(&vec![byte; 1 << 16]));
        }
    }
}
