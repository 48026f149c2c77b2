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
    #[error("cannot migrate the database at databases.latchkey.url: {0}")]
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
    #[error("no configured secret key can decrypt this; is one missing from old_secret_keys?")]
    Sealed,
    /// The operating system gave no randomness.
    #[error("the system's random number generator failed: {0}")]
    Randomness(#[from] getrandom::Error),
    /// The meters could not be written down.
    #[error("could not encode the metrics: {0}")]
    Metrics(#[from] std::fmt::Error),
    /// A page or message could not be rendered.
    #[error("a template failed: {}", whole(.0))]
    Template(#[from] rocket_dyn_templates::tera::Error),
}

/// An error with what caused it, in one line: of a cause that is drawn over several lines, where and what.
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
