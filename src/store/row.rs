//! A row of an application's own query.

use sqlx::{
    Column, Database, Decode, FromRow, Postgres, Sqlite, TypeInfo, ValueRef,
    postgres::{PgRow, PgValueRef},
    sqlite::{SqliteRow, SqliteValueRef},
};

use super::value::Value;
use crate::base::Error;

/// A row that [`Tx::fetch`](super::Tx::fetch) has found.
#[derive(Clone, Debug)]
pub struct Row {
    columns: Vec<(String, Value)>,
}

impl Row {
    /// Returns the value in the column with this name, as an `i64`, `f64`, `bool`, `String`, `Vec<u8>` or
    /// [`Uuid`](uuid::Uuid), or an `Option` of one of these, which is `None` for `NULL`.
    ///
    /// # Errors
    /// [`Error::Database`] if there is no such column, or its value has another type.
    pub fn get<T>(&self, column: &str) -> Result<T, Error>
    where
        T: TryFrom<Value, Error = Error>,
    {
        let found = self.columns.iter().find(|(name, _)| name == column);
        let (_, value) =
            found.ok_or_else(|| Error::Database(format!("there is no column {column}").into()))?;
        value.clone().try_into().map_err(|fault| match fault {
            Error::Database(fault) => Error::Database(format!("column {column}: {fault}").into()),
            fault => fault,
        })
    }

    /// Returns the value in a column, counted from 0.
    pub fn value(&self, column: usize) -> Option<&Value> {
        self.columns.get(column).map(|(_, value)| value)
    }
}

/// A row as it is read from a database.
pub(super) struct Read(pub Row);

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

fn read<'r, R: sqlx::Row>(
    row: &'r R,
    value: impl Fn(<R::Database as Database>::ValueRef<'r>) -> Result<Value, sqlx::error::BoxDynError>,
) -> Result<Read, sqlx::Error>
where
    usize: sqlx::ColumnIndex<R>,
{
    let columns = row.columns().iter().map(|column| {
        let raw = row.try_get_raw(column.ordinal())?;
        let read = if raw.is_null() { Ok(Value::Null) } else { value(raw) };
        let name = column.name().to_owned();
        match read {
            Ok(value) => Ok((name, value)),
            Err(source) => Err(sqlx::Error::ColumnDecode { index: name, source }),
        }
    });
    Ok(Read(Row { columns: columns.collect::<Result<_, sqlx::Error>>()? }))
}
