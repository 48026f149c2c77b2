//! A row of an application's own query, as it is read from a database.

use latchkey_store::{Row, Value};
use sqlx::{column::Column, database::Database, value::ValueRef};

/// A row as it is read from a database.
pub(super) struct Read(pub Row);

/// Reads each value of a row by `value`, except `NULL`.
pub(super) fn read<'r, R: sqlx::row::Row>(
    row: &'r R,
    value: impl Fn(<R::Database as Database>::ValueRef<'r>) -> Result<Value, sqlx::error::BoxDynError>,
) -> Result<Read, sqlx::Error>
where
    usize: sqlx::column::ColumnIndex<R>,
{
    let names = row.columns().iter().map(|column| column.name().to_owned()).collect();
    let values = row.columns().iter().map(|column| {
        let raw = row.try_get_raw(column.ordinal())?;
        let read = if raw.is_null() { Ok(Value::Null) } else { value(raw) };
        read.map_err(|source| sqlx::Error::ColumnDecode { index: column.name().to_owned(), source })
    });
    Ok(Read(Row::new(names, values.collect::<Result<_, sqlx::Error>>()?)))
}
