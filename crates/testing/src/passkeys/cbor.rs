//! Writes CBOR, right or wrong.

/// Returns the head of an item: its kind, and a number or a length.
pub fn head(kind: u8, length: usize) -> Vec<u8> {
    match u8::try_from(length) {
        Ok(short @ 0..24) => vec![kind << 5 | short],
        Ok(byte) => vec![kind << 5 | 24, byte],
        Err(_) => [vec![kind << 5 | 25], u16::try_from(length).unwrap().to_be_bytes().to_vec()].concat(),
    }
}

pub fn number(number: i64) -> Vec<u8> {
    let (kind, size) = if number < 0 { (1, !number) } else { (0, number) };
    head(kind, size.try_into().unwrap())
}

pub fn bytes(bytes: &[u8]) -> Vec<u8> {
    [head(2, bytes.len()), bytes.to_vec()].concat()
}

pub fn text(text: &str) -> Vec<u8> {
    [head(3, text.len()), text.as_bytes().to_vec()].concat()
}

pub fn map(entries: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let body = entries.iter().flat_map(|(label, value)| [&label[..], value].concat());
    [head(5, entries.len()), body.collect()].concat()
}

/// Returns a map whose labels are numbers.
pub fn labelled(entries: &[(i64, Vec<u8>)]) -> Vec<u8> {
    let entries = entries.iter().map(|(label, value)| (number(*label), value.clone()));
    map(&entries.collect::<Vec<_>>())
}
