//! Values of an application's own statements, as PostgreSQL has them.

use sqlx::{
    decode::Decode,
    encode::{Encode, IsNull},
    error::BoxDynError,
    from_row::FromRow,
    type_info::TypeInfo,
    types::Type,
    value::ValueRef,
};
use sqlx_postgres::{PgArgumentBuffer, PgRow, PgTypeInfo, PgValueRef, Postgres, types::Oid};

use super::super::{
    Value,
    arguments::Null,
    row::{Read, read},
};

impl Type<Postgres> for Null {
    fn type_info() -> PgTypeInfo {
        // PostgreSQL infers the type.
        PgTypeInfo::with_oid(Oid(0))
    }
}

impl Encode<'_, Postgres> for Null {
    fn encode_by_ref(&self, _: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Ok(IsNull::Yes)
    }
}

impl<'r> FromRow<'r, PgRow> for Read {
    fn from_row(row: &'r PgRow) -> Result<Self, sqlx::Error> {
        read(row, |value: PgValueRef<'r>| {
            let kind = value.type_info().name().to_owned();
            Ok(match &*kind {
                "BOOL" => Value::Bool(Decode::<Postgres>::decode(value)?),
                "INT2" => Value::Integer(<i16 as Decode<Postgres>>::decode(value)?.into()),
                "INT4" => Value::Integer(<i32 as Decode<Postgres>>::decode(value)?.into()),
                "INT8" => Value::Integer(Decode::<Postgres>::decode(value)?),
                "FLOAT4" => Value::Real(<f32 as Decode<Postgres>>::decode(value)?.into()),
                "FLOAT8" => Value::Real(Decode::<Postgres>::decode(value)?),
                "BYTEA" => Value::Bytes(Decode::<Postgres>::decode(value)?),
                "UUID" => Value::Uuid(Decode::<Postgres>::decode(value)?),
                "TEXT" | "VARCHAR" | "CHAR" | "NAME" | "JSON" | "citext" => {
                    Value::Text(Decode::<Postgres>::decode(value)?)
                }
                // Its first byte is a version.
                "JSONB" => Value::Text(String::from_utf8(value.as_bytes()?[1..].to_vec())?),
                other => {
                    let fault = format!("its type is {other}: cast it, for example with ::text or ::bigint");
                    return Err(fault.into());
                }
            })
        })
    }
}
