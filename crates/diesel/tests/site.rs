//! A site over connections of diesel.

#[path = "../../store/tests/site/mod.rs"]
mod site;

use diesel::{Connection, ConnectionError, SqliteConnection, connection::SimpleConnection};

const SETTINGS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON";

#[rocket::async_test]
async fn a_site_works_over_connections_of_diesel() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("club.db").display().to_string();
    let open = move || -> Result<_, ConnectionError> {
        let mut connection = SqliteConnection::establish(&file)?;
        connection.batch_execute(SETTINGS).map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(Box::new(connection))
    };
    site::works_over(latchkey_diesel::store(open)).await;
}
