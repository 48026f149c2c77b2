//! Values of an application's own statements, as SQLite has them.

use sqlx::{
    decode::Decode,
    encode::{Encode, IsNull},
    error::BoxDynError,
    from_row::FromRow,
    type_info::TypeInfo,
    types::Type,
    value::ValueRef,
};
use sqlx_sqlite::{Sqlite, SqliteArgumentsBuffer, SqliteRow, SqliteTypeInfo, SqliteValueRef};

use super::super::{
    Value,
    arguments::Null,
    row::{Read, read},
};

impl Type<Sqlite> for Null {
    fn type_info() -> SqliteTypeInfo {
        <i64 as Type<Sqlite>>::type_info()
    }
}

impl Encode<'_, Sqlite> for Null {
    fn encode_by_ref(&self, _: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        Ok(IsNull::Yes)
    }
}

impl<'r> FromRow<'r, SqliteRow> for Read {
    fn from_row(row: &'r SqliteRow) -> Result<Self, sqlx::Error> {
        read(row, |value: SqliteValueRef<'r>| {
            let kind = value.type_info().name().to_owned();
            Ok(match &*kind {
                "TEXT" => Value::Text(Decode::<Sqlite>::decode(value)?),
                "REAL" => Value::Real(Decode::<Sqlite>::decode(value)?),
                "BLOB" => Value::Bytes(Decode::<Sqlite>::decode(value)?),
                _ => Value::Integer(Decode::<Sqlite>::decode(value)?),
            })
        })
    }
}
