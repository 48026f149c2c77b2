//! Types of Rust as values of SQLite.

use latchkey_store::{Row, Value};
use sqlx::{
    decode::Decode,
    encode::{Encode, IsNull},
    error::BoxDynError,
    from_row::FromRow,
    impl_encode_for_option,
    types::Type,
};
use uuid::Uuid;

use super::{
    super::{
        arguments::Null,
        row::{Read, read},
    },
    database::{HostRow, HostSqlite, HostValueRef, Kind},
};

macro_rules! kind {
    ($type:ty: $kind:ident) => {
        impl Type<HostSqlite> for $type {
            fn type_info() -> Kind {
                Kind::$kind
            }
        }
    };
}

kind!(str: Text);
kind!([u8]: Blob);

/// Makes a type a parameter of a kind.
macro_rules! values {
    ($($type:ty: $kind:ident, |$value:ident| $encode:expr;)+) => {$(
        kind!($type: $kind);

        impl Encode<'_, HostSqlite> for $type {
            fn encode_by_ref(&self, buffer: &mut Vec<Value>) -> Result<IsNull, BoxDynError> {
                let $value = self;
                buffer.push($encode);
                Ok(IsNull::No)
            }
        }
    )+};
}

values! {
    bool: Integer, |truth| Value::Bool(*truth);
    i32: Integer, |number| Value::from(*number);
    i64: Integer, |number| Value::Integer(*number);
    f64: Real, |number| Value::Real(*number);
    String: Text, |text| Value::Text(text.clone());
    Vec<u8>: Blob, |bytes| Value::Bytes(bytes.clone());
    Uuid: Blob, |id| Value::Uuid(*id);
    Null: Null, |_null| Value::Null;
}

impl Encode<'_, HostSqlite> for &str {
    fn encode_by_ref(&self, buffer: &mut Vec<Value>) -> Result<IsNull, BoxDynError> {
        buffer.push(Value::from(*self));
        Ok(IsNull::No)
    }
}

impl Encode<'_, HostSqlite> for &[u8] {
    fn encode_by_ref(&self, buffer: &mut Vec<Value>) -> Result<IsNull, BoxDynError> {
        buffer.push(Value::Bytes(self.to_vec()));
        Ok(IsNull::No)
    }
}

impl_encode_for_option!(HostSqlite);

/// Reads a type from a value that its own conversion takes.
macro_rules! reads {
    ($($type:ty)+) => {$(
        impl Decode<'_, HostSqlite> for $type {
            fn decode(HostValueRef(value): HostValueRef<'_>) -> Result<Self, BoxDynError> {
                Ok(value.clone().try_into()?)
            }
        }
    )+};
}

reads!(bool i64 f64 String Vec<u8> Uuid);

impl Decode<'_, HostSqlite> for i32 {
    fn decode(value: HostValueRef<'_>) -> Result<Self, BoxDynError> {
        Ok(<i64 as Decode<HostSqlite>>::decode(value)?.try_into()?)
    }
}

impl<'r> Decode<'r, HostSqlite> for &'r str {
    fn decode(HostValueRef(value): HostValueRef<'r>) -> Result<Self, BoxDynError> {
        match value {
            Value::Text(text) => Ok(text),
            other => Err(format!("{other:?} is no text").into()),
        }
    }
}

impl<'r> FromRow<'r, HostRow> for Read {
    fn from_row(row: &'r HostRow) -> Result<Self, sqlx::Error> {
        read(row, |HostValueRef(value)| Ok(value.clone()))
    }
}

/// Returns the value in a column of a row of the application's driver.
pub fn value<T: TryFrom<Value, Error = latchkey_store::Error>>(
    row: &Row,
    column: &str,
) -> Result<T, sqlx::Error> {
    row.get(column).map_err(|fault| sqlx::Error::Decode(fault.into()))
}
