//! SQLite as sqlx sees a database, over rows and values of `latchkey-store`: so the statements of this folder, and the
//! types that they read and write, are the same as over drivers of sqlx.

use std::{borrow::Cow, fmt, sync::Arc};

use latchkey_store::{Row, Value};
use sqlx::{
    Either,
    arguments::Arguments,
    column::{Column, ColumnIndex},
    database::{Database, HasStatementCache},
    encode::Encode,
    error::BoxDynError,
    impl_column_index_for_row, impl_into_arguments_for_arguments, impl_statement_query,
    sql_str::SqlStr,
    statement::Statement,
    type_info::TypeInfo,
    types::Type,
    value::ValueRef,
};

use super::conn::{HostConn, NoTransactions};

/// SQLite over connections of an application.
#[derive(Debug)]
pub struct HostSqlite;

impl HasStatementCache for HostSqlite {}

impl Database for HostSqlite {
    type Connection = HostConn;
    type TransactionManager = NoTransactions;
    type Row = HostRow;
    type QueryResult = NoResult;
    type Column = HostColumn;
    type TypeInfo = Kind;
    type Value = HostValue;
    type ValueRef<'r> = HostValueRef<'r>;
    type Arguments = HostArguments;
    type ArgumentBuffer = Vec<Value>;
    type Statement = HostStatement;
    const NAME: &'static str = "SQLite";
    const URL_SCHEMES: &'static [&'static str] = &[];
}

/// What sqlx returns of a statement: nothing, since [`HostConn::answer`] runs them all.
#[derive(Default)]
pub struct NoResult;

impl Extend<NoResult> for NoResult {
    fn extend<T: IntoIterator<Item = NoResult>>(&mut self, _: T) {}
}

/// Type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Null,
    Integer,
    Real,
    Text,
    Blob,
}

impl Kind {
    fn of(value: &Value) -> &'static Kind {
        match value {
            Value::Null => &Kind::Null,
            Value::Bool(_) | Value::Integer(_) => &Kind::Integer,
            Value::Real(_) => &Kind::Real,
            Value::Text(_) => &Kind::Text,
            Value::Bytes(_) | Value::Uuid(_) => &Kind::Blob,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl TypeInfo for Kind {
    fn is_null(&self) -> bool {
        *self == Kind::Null
    }

    fn name(&self) -> &str {
        match self {
            Kind::Null => "NULL",
            Kind::Integer => "INTEGER",
            Kind::Real => "REAL",
            Kind::Text => "TEXT",
            Kind::Blob => "BLOB",
        }
    }
}

/// A value of its own.
pub struct HostValue(Value);

impl sqlx::value::Value for HostValue {
    type Database = HostSqlite;

    fn as_ref(&self) -> HostValueRef<'_> {
        HostValueRef(&self.0)
    }

    fn type_info(&self) -> Cow<'_, Kind> {
        Cow::Borrowed(Kind::of(&self.0))
    }

    fn is_null(&self) -> bool {
        self.0 == Value::Null
    }
}

/// A value in a row.
pub struct HostValueRef<'r>(pub &'r Value);

impl<'r> ValueRef<'r> for HostValueRef<'r> {
    type Database = HostSqlite;

    fn to_owned(&self) -> HostValue {
        HostValue(self.0.clone())
    }

    fn type_info(&self) -> Cow<'_, Kind> {
        Cow::Borrowed(Kind::of(self.0))
    }

    fn is_null(&self) -> bool {
        *self.0 == Value::Null
    }
}

/// A column, whose type is that of each value.
#[derive(Debug)]
pub struct HostColumn {
    at: usize,
    name: String,
}

impl Column for HostColumn {
    type Database = HostSqlite;

    fn ordinal(&self) -> usize {
        self.at
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn type_info(&self) -> &Kind {
        &Kind::Null
    }
}

/// A row, with the columns of its query.
pub struct HostRow {
    columns: Arc<[HostColumn]>,
    row: Row,
}

impl HostRow {
    /// Returns the rows of a query.
    pub fn of(rows: Vec<Row>) -> Vec<Self> {
        let names = rows.first().map(Row::names).into_iter().flat_map(|names| names.iter().cloned());
        let columns: Arc<[_]> = names.enumerate().map(|(at, name)| HostColumn { at, name }).collect();
        rows.into_iter().map(|row| HostRow { columns: columns.clone(), row }).collect()
    }
}

impl_column_index_for_row!(HostRow);

impl ColumnIndex<HostRow> for str {
    fn index(&self, row: &HostRow) -> Result<usize, sqlx::Error> {
        let found = row.columns.iter().position(|column| column.name == *self);
        found.ok_or_else(|| sqlx::Error::ColumnNotFound(self.to_owned()))
    }
}

impl sqlx::row::Row for HostRow {
    type Database = HostSqlite;

    fn columns(&self) -> &[HostColumn] {
        &self.columns
    }

    fn try_get_raw<I: ColumnIndex<Self>>(&self, index: I) -> Result<HostValueRef<'_>, sqlx::Error> {
        let at = index.index(self)?;
        let none = || sqlx::Error::ColumnIndexOutOfBounds { index: at, len: self.columns.len() };
        self.row.value(at).map(HostValueRef).ok_or_else(none)
    }
}

/// Arguments of a statement.
#[derive(Clone, Default)]
pub struct HostArguments(pub Vec<Value>);

impl Arguments for HostArguments {
    type Database = HostSqlite;

    fn reserve(&mut self, additional: usize, _: usize) {
        self.0.reserve(additional);
    }

    fn add<'t, T: Encode<'t, HostSqlite> + Type<HostSqlite>>(&mut self, value: T) -> Result<(), BoxDynError> {
        if value.encode(&mut self.0)?.is_null() {
            self.0.push(Value::Null);
        }
        Ok(())
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

impl_into_arguments_for_arguments!(HostArguments);

/// The text of a statement: the application's driver prepares it.
#[derive(Clone)]
pub struct HostStatement(SqlStr);

impl Statement for HostStatement {
    type Database = HostSqlite;

    fn into_sql(self) -> SqlStr {
        self.0
    }

    fn sql(&self) -> &SqlStr {
        &self.0
    }

    fn parameters(&self) -> Option<Either<&[Kind], usize>> {
        None
    }

    fn columns(&self) -> &[HostColumn] {
        &[]
    }

    impl_statement_query!(HostArguments);
}
