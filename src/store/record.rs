//! Structs that a row of a statement is read into.

/// Declares a struct whose fields are the columns of their names. A field with `= "name"` is the column of that name,
/// and one with `= ..` is a struct that is read from the same row.
///
/// It is what a derived `FromRow` would be; the derive would compile `sqlx` once more, for the compiler itself.
macro_rules! record {
    (
        $(#[$about:meta])*
        $seen:vis struct $name:ident {
            $($(#[$doc:meta])* $shown:vis $field:ident: $type:ty $(= $from:tt)?,)*
        }
    ) => {
        $(#[$about])*
        $seen struct $name {
            $($(#[$doc])* $shown $field: $type,)*
        }

        #[cfg(feature = "sqlite")]
        impl<'r> sqlx::from_row::FromRow<'r, sqlx_sqlite::SqliteRow> for $name {
            fn from_row(row: &'r sqlx_sqlite::SqliteRow) -> Result<Self, sqlx::Error> {
                Ok(Self { $($field: record!(@read row $field $(= $from)?),)* })
            }
        }

        #[cfg(feature = "store")]
        impl<'r> sqlx::from_row::FromRow<'r, $crate::store::host_pool::HostRow> for $name {
            fn from_row(row: &'r $crate::store::host_pool::HostRow) -> Result<Self, sqlx::Error> {
                Ok(Self { $($field: record!(@read row $field $(= $from)?),)* })
            }
        }

        #[cfg(feature = "postgres")]
        impl<'r> sqlx::from_row::FromRow<'r, sqlx_postgres::PgRow> for $name {
            fn from_row(row: &'r sqlx_postgres::PgRow) -> Result<Self, sqlx::Error> {
                Ok(Self { $($field: record!(@read row $field $(= $from)?),)* })
            }
        }
    };
    (@read $row:ident $field:ident) => {
        sqlx::row::Row::try_get($row, stringify!($field))?
    };
    (@read $row:ident $field:ident = ..) => {
        sqlx::from_row::FromRow::from_row($row)?
    };
    (@read $row:ident $field:ident = $column:tt) => {
        sqlx::row::Row::try_get($row, $column)?
    };
}
pub(super) use record;
