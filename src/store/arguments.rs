//! Arguments of an application's own statement.

use sqlx::{arguments::Arguments, database::Database, encode::Encode, types::Type};
use uuid::Uuid;

use super::Value;

/// Returns the arguments for `$1`, `$2`, ….
pub(super) fn arguments<D: Database>(values: &[Value]) -> Result<D::Arguments, sqlx::Error>
where
    for<'q> bool: Encode<'q, D> + Type<D>,
    for<'q> i64: Encode<'q, D> + Type<D>,
    for<'q> f64: Encode<'q, D> + Type<D>,
    for<'q> String: Encode<'q, D> + Type<D>,
    for<'q> Vec<u8>: Encode<'q, D> + Type<D>,
    for<'q> Uuid: Encode<'q, D> + Type<D>,
    for<'q> Null: Encode<'q, D> + Type<D>,
{
    let mut arguments = D::Arguments::default();
    for value in values {
        let added = match value {
            Value::Null => arguments.add(Null),
            Value::Bool(value) => arguments.add(*value),
            Value::Integer(value) => arguments.add(*value),
            Value::Real(value) => arguments.add(*value),
            Value::Text(value) => arguments.add(value.clone()),
            Value::Bytes(value) => arguments.add(value.clone()),
            Value::Uuid(value) => arguments.add(*value),
        };
        added.map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

/// `NULL` of whatever type its place has.
pub(super) struct Null;
