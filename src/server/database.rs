//! The database of the site: opened before an application's later fairings ignite, and closed when everybody has left.

use rocket::{
    Orbit, Rocket,
    fairing::{Fairing, Info, Kind},
};

use crate::store::Db;

/// Closes the database at shutdown.
pub(super) struct CloseDatabase;

#[rocket::async_trait]
impl Fairing for CloseDatabase {
    fn info(&self) -> Info {
        Info { name: "Database", kind: Kind::Shutdown }
    }

    async fn on_shutdown(&self, rocket: &Rocket<Orbit>) {
        if let Some(db) = Db::fetch(rocket) {
            db.close().await;
        }
    }
}
