//! A form as an object of JSON: its texts, numbers and truths are read like the fields of a page.

use std::fmt;

use rocket::http::ContentType;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use zeroize::Zeroizing;

use super::fields::{Fields, Sent, SentAs};

/// True for JSON in UTF-8, the only one that there is (RFC 8259, 8.1).
pub(super) fn is_read(kind: &ContentType) -> bool {
    kind.is_json() && kind.param("charset").is_none_or(|charset| charset.eq_ignore_ascii_case("utf-8"))
}

/// Parses a form; an empty body is an empty one.
pub(super) fn parse(body: &[u8]) -> Option<Fields> {
    if body.trim_ascii().is_empty() {
        return Fields::checked(Vec::new());
    }
    let Members(sent) = serde_json::from_slice(body).ok()?;
    Fields::checked(sent)
}

/// The members of an object, with those that it has twice.
struct Members(Vec<Sent>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Object)
    }
}

struct Object;

impl<'de> Visitor<'de> for Object {
    type Value = Members;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Vec::new();
        while let Some((name, value)) = map.next_entry()? {
            members.extend(sent(name, value));
        }
        Ok(Members(members))
    }
}

/// Returns a member as a page would send it; `None` if it would not: a box that is not ticked, and nothing.
fn sent(name: String, value: Value) -> Option<Sent> {
    let sent_as = match value {
        Value::Array(_) | Value::Object(_) => SentAs::Json,
        _ => SentAs::Text,
    };
    let text = match value {
        Value::Null | Value::Bool(false) => return None,
        Value::String(text) => text,
        other => other.to_string(),
    };
    Some(Sent { name, value: Zeroizing::new(text), sent_as })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str) -> Option<Fields> {
        parse(body.as_bytes())
    }

    #[test]
    fn members_are_read_like_fields() {
        let fields = of(r#"{"a":"x","n":12,"yes":true,"no":false,"none":null,"o":{"p":[1]}}"#).unwrap();
        let read = ["a", "n", "yes", "no", "none"].map(|name| fields.get(name).unwrap());
        assert_eq!(read, ["x", "12", "true", "", ""]);
        assert_eq!(fields.get("o").unwrap_err().key, "fault-type");
        assert_eq!(fields.get_json("o").unwrap(), r#"{"p":[1]}"#);
        assert!(of("").is_some() && of(" {} ").is_some());
    }

    #[test]
    fn what_is_no_form_is_refused() {
        assert_eq!(of(r#"{"a":1,"a":2}"#).unwrap().get("a").unwrap_err().key, "fault-repeated");
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
        for body in ["[]", "1", "null", "{", r#"{"a":"\ud800"}"#, r#"{"_method":"PUT"}"#, "{} {}", &deep] {
            assert!(of(body).is_none(), "{}", &body[..body.len().min(40)]);
        }
        assert!(parse(b"{\"a\":\"\xff\"}").is_none());
    }

    #[test]
    fn what_is_typed_twice_must_be_the_same() {
        let confirmed = |body| of(body).unwrap().confirmed("password").is_ok();
        assert!(confirmed(r#"{"password":"a","password_confirm":"a"}"#) && confirmed(r#"{"password":"a"}"#));
        assert!(!confirmed(r#"{"password":"a","password_confirm":"b"}"#));
    }
}
