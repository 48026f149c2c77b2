//! A row of an application's own query.

use sqlx::{column::Column, database::Database, value::ValueRef};

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
    /// ```no_run
    /// # use latchkey::{Error, Tx};
    /// async fn names(tx: &mut Tx) -> Result<Vec<String>, Error> {
    ///     let rows = tx.fetch("SELECT name FROM customers", &[]).await?;
    ///     rows.iter().map(|row| row.get::<String>("name")).collect()
    /// }
    /// ```
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
    ///
    /// ```no_run
    /// # use latchkey::{Error, Tx, Value};
    /// async fn is_empty(tx: &mut Tx) -> Result<bool, Error> {
    ///     let rows = tx.fetch("SELECT COUNT(*) FROM customers", &[]).await?;
    ///     Ok(rows.first().and_then(|row| row.value(0)) == Some(&Value::Integer(0)))
    /// }
    /// ```
    pub fn value(&self, column: usize) -> Option<&Value> {
        self.columns.get(column).map(|(_, value)| value)
    }
}

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
