//! An error of a database.

use std::{error, fmt};

/// An error of a database, or of a value that is read from one.
#[derive(Debug)]
pub struct Error {
    code: Option<i32>,
    source: Box<dyn error::Error + Send + Sync>,
}

impl Error {
    /// Creates an error that SQLite has no code for.
    pub fn new(source: impl Into<Box<dyn error::Error + Send + Sync>>) -> Self {
        Self { code: None, source: source.into() }
    }

    /// Creates an error with SQLite's extended result code, such as 2067 for a value that is not unique.
    pub fn with_code(code: i32, source: impl Into<Box<dyn error::Error + Send + Sync>>) -> Self {
        Self { code: Some(code), source: source.into() }
    }

    /// Returns SQLite's extended result code.
    pub fn code(&self) -> Option<i32> {
        self.code
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.source()
    }
}
