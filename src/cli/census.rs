//! The database for commands that only look: whether there are people in it to count.

use crate::{
    base::Error,
    store::{self, DatabaseSettings, Pool},
};

/// What is found where the accounts live, or will.
pub(super) enum DatabaseState {
    /// Nothing yet.
    Absent,
    /// A database that lacks so many migrations.
    Behind(usize),
    /// The people.
    Counts(Box<Pool>),
}

impl DatabaseState {
    /// Looks; nothing is made or migrated.
    pub async fn open(settings: &DatabaseSettings) -> Result<Self, Error> {
        let Some(pool) = Pool::look(settings).await? else { return Ok(DatabaseState::Absent) };
        let behind = store::behind(&mut pool.read().await?).await?;
        if behind == 0 {
            return Ok(DatabaseState::Counts(Box::new(pool)));
        }
        rocket_db_pools::Pool::close(&pool).await;
        Ok(DatabaseState::Behind(behind))
    }

    /// What a start would do to it.
    pub fn state(&self) -> String {
        match self {
            DatabaseState::Absent => " (would be created)".into(),
            DatabaseState::Behind(1) => " (would be migrated: 1 migration is missing)".into(),
            DatabaseState::Behind(count) => format!(" (would be migrated: {count} migrations are missing)"),
            DatabaseState::Counts(_) => String::new(),
        }
    }

    /// Lets go of the database.
    pub async fn close(self) {
        if let DatabaseState::Counts(pool) = self {
            rocket_db_pools::Pool::close(&*pool).await;
        }
    }
}
