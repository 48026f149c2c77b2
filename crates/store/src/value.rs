//! A value, the same on both databases.

use uuid::Uuid;

use crate::Error;

/// A parameter or a result of a statement.
///
/// | Variant | SQLite | PostgreSQL |
/// |---|---|---|
/// | `Null` | `NULL` | `NULL` of any type |
/// | `Bool` | `INTEGER`, 0 or 1; read as `Integer` | `boolean` |
/// | `Integer` | `INTEGER` | sent as `bigint`; read from all integers |
/// | `Real` | `REAL` | sent as `double precision`; read from `real` as well |
/// | `Text` | `TEXT` | sent as `text`; read from `varchar`, `char`, `citext`, `json` and `jsonb` as well |
/// | `Bytes` | `BLOB` | `bytea` |
/// | `Uuid` | `BLOB` of 16 bytes; read as `Bytes` | `uuid` |
///
/// For other types of PostgreSQL, write a cast: `$1::jsonb`, `SELECT created_at::text`.
///
/// ```
/// use latchkey_store::Value;
///
/// assert_eq!(Value::from("Ann"), Value::Text("Ann".into()));
/// assert_eq!(Value::from(None::<i64>), Value::Null);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// Truth.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number in floating point.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// An id, like that of an account.
    Uuid(Uuid),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Value::Integer(number.into())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// Converts a type to a value, and back from one, or from `NULL` to `None`.
macro_rules! converts {
    ($($kind:ty: $variant:ident $(, $read:pat $(if $test:expr)? => $as:expr)?;)+) => {$(
        impl From<$kind> for Value {
            fn from(value: $kind) -> Self {
                Value::$variant(value)
            }
        }

        impl TryFrom<Value> for $kind {
            type Error = Error;

            fn try_from(value: Value) -> Result<Self, Error> {
                match value {
                    Value::$variant(value) => Ok(value),
                    $($read $(if $test)? => Ok($as),)?
                    other => Err(other.unlike(stringify!($kind))),
                }
            }
        }

        impl TryFrom<Value> for Option<$kind> {
            type Error = Error;

            fn try_from(value: Value) -> Result<Self, Error> {
                if value == Value::Null { Ok(None) } else { value.try_into().map(Some) }
            }
        }
    )+};
}

converts! {
    bool: Bool, Value::Integer(number @ (0 | 1)) => number == 1;
    i64: Integer;
    f64: Real;
    String: Text;
    Vec<u8>: Bytes;
    Uuid: Uuid, Value::Bytes(bytes) if bytes.len() == 16 => Uuid::from_slice(&bytes).unwrap_or_default();
}

impl Value {
    fn unlike(&self, wanted: &str) -> Error {
        let kind = match self {
            Value::Null => "NULL",
            Value::Bool(_) => "a boolean",
            Value::Integer(_) => "an integer",
            Value::Real(_) => "a real number",
            Value::Text(_) => "text",
            Value::Bytes(_) => "bytes",
            Value::Uuid(_) => "a UUID",
        };
        Error::new(format!("{kind} is not a {wanted}"))
    }

    /// Returns it as SQLite stores it.
    pub fn plain(&self) -> Plain<'_> {
        match self {
            Value::Null => Plain::Null,
            Value::Bool(truth) => Plain::Integer((*truth).into()),
            Value::Integer(number) => Plain::Integer(*number),
            Value::Real(number) => Plain::Real(*number),
            Value::Text(text) => Plain::Text(text),
            Value::Bytes(bytes) => Plain::Bytes(bytes),
            Value::Uuid(id) => Plain::Bytes(id.as_bytes()),
        }
    }
}

/// A value of one of the five types that SQLite stores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Plain<'a> {
    /// `NULL`.
    Null,
    /// `INTEGER`.
    Integer(i64),
    /// `REAL`.
    Real(f64),
    /// `TEXT`.
    Text(&'a str),
    /// `BLOB`.
    Bytes(&'a [u8]),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_what_it_was_written_from() {
        assert_eq!(i64::try_from(Value::from(5)).unwrap(), 5);
        assert_eq!(String::try_from(Value::from("a")).unwrap(), "a");
        let id = Uuid::from_u128(7);
        assert_eq!(Uuid::try_from(Value::from(id)).unwrap(), id);
        assert_eq!(Uuid::try_from(Value::Bytes(id.as_bytes().to_vec())).unwrap(), id, "as SQLite keeps it");
        assert!(bool::try_from(Value::Integer(1)).unwrap(), "as SQLite keeps it");
        assert_eq!(Option::<String>::try_from(Value::Null).unwrap(), None);
    }

    #[test]
    fn a_value_of_another_type_is_an_error_that_names_both() {
        let error = String::try_from(Value::Integer(1)).unwrap_err().to_string();
        assert!(error.contains("an integer is not a String"), "{error}");
        assert!(bool::try_from(Value::Integer(2)).is_err());
        assert!(Uuid::try_from(Value::Bytes(vec![1])).is_err());
    }
}
