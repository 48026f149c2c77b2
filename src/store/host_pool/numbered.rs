//! Parameters as every driver of SQLite counts them.

/// Returns a statement with its parameters `$1`, `$2`, … as `?1`, `?2`, …: SQLite counts the former, which are names, in
/// the order in which they appear, and the latter by their numbers.
pub fn numbered(text: &str) -> String {
    let (mut numbered, mut rest) = (String::with_capacity(text.len()), text);
    let mut in_name = false;
    while let Some(char) = rest.chars().next() {
        let length = match end_of_quoted(rest) {
            Some(length) => length,
            None => char.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        let is_parameter = char == '$' && !in_name && after.starts_with(|next: char| next.is_ascii_digit());
        numbered.push_str(if is_parameter { "?" } else { token });
        in_name = char.is_alphanumeric() || matches!(char, '_' | '$') || !char.is_ascii();
        rest = after;
    }
    numbered
}

/// Returns the length of what `text` begins with, if that is a text, a quoted name or a comment.
fn end_of_quoted(text: &str) -> Option<usize> {
    let end = match text.as_bytes() {
        [quote @ (b'\'' | b'"' | b'`'), ..] => char::from(*quote).to_string(),
        [b'[', ..] => "]".into(),
        [b'-', b'-', ..] => "\n".into(),
        [b'/', b'*', ..] => "*/".into(),
        _ => return None,
    };
    let begun = if text.starts_with("/*") { 2 } else { 1 };
    Some(text[begun..].find(&end).map_or(text.len(), |at| begun + at + end.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_numbered_and_all_else_stays() {
        for (text, expected) in [
            ("UPDATE a SET b = $2 WHERE c = $10", "UPDATE a SET b = ?2 WHERE c = ?10"),
            ("SELECT 'it''s $5', \"$1\", $1", "SELECT 'it''s $5', \"$1\", ?1"),
            ("SELECT json_extract(x, '$.name'), $name", "SELECT json_extract(x, '$.name'), $name"),
            ("-- don't, $1\nSELECT $2, $1", "-- don't, $1\nSELECT ?2, ?1"),
            ("SELECT /* isn't $1 */ $2 -- $3", "SELECT /* isn't $1 */ ?2 -- $3"),
            ("SELECT [it's $1], `$1`, a$1, ä$1, $1", "SELECT [it's $1], `$1`, a$1, ä$1, ?1"),
            ("SELECT ($1)-$2 || 'open", "SELECT (?1)-?2 || 'open"),
        ] {
            assert_eq!(numbered(text), expected);
        }
    }
}
