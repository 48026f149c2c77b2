//! A row of a query.

use std::sync::Arc;

use crate::{Error, Value};

/// A row that a query has found.
///
/// ```
/// use latchkey_store::{Row, Value};
///
/// let row = Row::new(["name".to_owned()].into(), vec!["Ann".into()]);
/// assert_eq!(row.get::<String>("name").unwrap(), "Ann");
/// assert_eq!(row.value(0), Some(&Value::Text("Ann".into())));
/// ```
#[derive(Clone, Debug)]
pub struct Row {
    names: Arc<[String]>,
    values: Vec<Value>,
}

impl Row {
    /// Creates a row from the names of its columns, which all rows of a query can share, and their values.
    pub fn new(names: Arc<[String]>, values: Vec<Value>) -> Self {
        Self { names, values }
    }

    /// Returns the value in the column with this name, as an `i64`, `f64`, `bool`, `String`, `Vec<u8>` or
    /// [`Uuid`](uuid::Uuid), or an `Option` of one of these, which is `None` for `NULL`.
    ///
    /// # Errors
    /// If there is no such column, or its value has another type.
    pub fn get<T>(&self, column: &str) -> Result<T, Error>
    where
        T: TryFrom<Value, Error = Error>,
    {
        let found = self.names.iter().position(|name| name == column).and_then(|at| self.value(at));
        let value = found.ok_or_else(|| Error::new(format!("there is no column {column}")))?;
        value.clone().try_into().map_err(|fault| Error::new(format!("column {column}: {fault}")))
    }

    /// Returns the value in a column, counted from 0.
    pub fn value(&self, column: usize) -> Option<&Value> {
        self.values.get(column)
    }

    /// Returns the names of the columns.
    pub fn names(&self) -> &Arc<[String]> {
        &self.names
    }
}
