//! A site over connections of rusqlite.

#[path = "../../store/tests/site/mod.rs"]
mod site;

use rusqlite::{Connection, Result};

const SETTINGS: &str = "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000";

#[rocket::async_test]
async fn a_site_works_over_connections_of_rusqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("club.db");
    let open = move || -> Result<_> {
        let connection = Connection::open(&file)?;
        connection.execute_batch(SETTINGS)?;
        Ok(Box::new(connection))
    };
    site::works_over(latchkey_rusqlite::store(open)).await;
}
