//! Errors that are nobody's mistake; people's mistakes are faults of a form instead.

/// Cause of an error, of a type that may change with any version.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// An error of Latchkey.
///
/// ```
/// # use {latchkey::Error, rocket::http::Status};
/// fn status(error: &Error) -> Status {
///     match error {
///         Error::Refused(_) => Status::Conflict,
///         Error::Busy | Error::Database(_) => Status::ServiceUnavailable,
///         _ => Status::InternalServerError,
///     }
/// }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The configuration is incomplete or contradictory; the text names key and remedy.
    #[error("{0}")]
    Config(String),
    /// The database refused, or is unreachable.
    #[error("the database failed: {0}")]
    Database(#[source] Cause),
    /// A migration could not be applied.
    #[error("cannot migrate the database: {0}")]
    Migration(#[source] Cause),
    /// Something else has to be done first, or cannot be done: a sentence for people.
    #[error("{0}")]
    Refused(String),
    /// A required file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Path of the file.
        path: String,
        /// The system's error.
        source: std::io::Error,
    },
    /// Too much work is waiting: try again in a few seconds.
    #[error("too many passwords are waiting to be hashed")]
    Busy,
    /// No configured key opens a sealed value: `old_secret_keys` may lack one.
    #[error("no configured secret key can decrypt this; is one missing from old_secret_keys?")]
    Sealed,
    /// The operating system's random number generator failed.
    #[error("the system's random number generator failed: {0}")]
    Randomness(#[source] Cause),
    /// A page, a message or the metrics could not be rendered.
    #[error("a template failed: {}", whole(&**.0))]
    Template(#[source] Cause),
}

impl From<latchkey_store::Error> for Error {
    fn from(cause: latchkey_store::Error) -> Self {
        Error::Database(cause.into())
    }
}

impl From<sqlx::Error> for Error {
    fn from(cause: sqlx::Error) -> Self {
        Error::Database(cause.into())
    }
}

impl From<getrandom::Error> for Error {
    fn from(cause: getrandom::Error) -> Self {
        Error::Randomness(cause.into())
    }
}

impl From<tera::Error> for Error {
    fn from(cause: tera::Error) -> Self {
        Error::Template(cause.into())
    }
}

/// Formats an error and its causes in one line; of a cause with several lines, the first and the last.
fn whole(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let told = causes.map(|cause| {
        let text = cause.to_string();
        let mut lines = text.lines().map(|line| line.trim_start_matches([' ', '-', '>', '=']));
        let first = lines.next().unwrap_or_default().to_owned();
        lines.next_back().map_or(first.clone(), |last| format!("{first}: {last}"))
    });
    told.collect::<Vec<_>>().join(": ")
}
