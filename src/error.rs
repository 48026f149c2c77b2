//! What can fail that is nobody's mistake; people's mistakes are faults of a form instead.

/// Why an operation of Latchkey failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The configuration is incomplete or contradicts itself; the text names key and remedy.
    #[error("{0}")]
    Config(String),
    /// The database refused, or is out of reach.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// A migration could not be applied.
    #[error("the database could not be migrated: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A file that is needed could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is more to do than can be done now: ask again in a few seconds.
    #[error("too many passwords are waiting to be hashed")]
    Busy,
    /// No key at hand opens what was sealed: `old_secret_keys` may lack one.
    #[error("no secret key at hand opens what was sealed; is one missing from old_secret_keys?")]
    Sealed,
    /// The operating system gave no randomness.
    #[error("the system gave no randomness: {0}")]
    Randomness(#[from] getrandom::Error),
    /// A page or message could not be rendered.
    #[error("a template failed: {0}")]
    Template(#[from] rocket_dyn_templates::tera::Error),
}
