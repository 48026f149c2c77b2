//! A site over connections of rusqlite.

#[path = "../../store/tests/site/mod.rs"]
mod site;

use std::path::Path;

use rusqlite::{Connection, Result};

const SETTINGS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON";

fn open(file: &Path, settings: &str) -> Result<Box<Connection>> {
    let connection = Connection::open(file)?;
    connection.execute_batch(settings)?;
    Ok(Box::new(connection))
}

#[rocket::async_test]
async fn a_site_launches_only_over_connections_that_enforce_foreign_keys() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("club.db");
    let (same, lax) = (file.clone(), file.clone());
    let lax = latchkey_rusqlite::store(move || open(&lax, "PRAGMA foreign_keys = OFF"));
    assert!(!site::launches(move |_| Some(lax.clone())).await);
    let strict = latchkey_rusqlite::store(move || open(&same, SETTINGS));
    let also = strict.clone();
    assert!(!site::launches(move |_| Some(strict.clone()).filter(|_| false)).await, "none is found");
    assert!(site::launches(move |_| Some(also.clone())).await);
    let elsewhere = latchkey_rusqlite::store(|| open(Path::new("/no/such/folder/club.db"), SETTINGS));
    assert!(!site::launches(move |_| Some(elsewhere.clone())).await);
}

#[rocket::async_test]
async fn a_site_works_over_connections_of_rusqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("club.db");
    site::works_over(latchkey_rusqlite::store(move || open(&file, SETTINGS))).await;
}
