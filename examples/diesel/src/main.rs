//! A diary that is kept by diesel, in the same file as the accounts of its writers.

use diesel::{QueryResult, SqliteConnection, connection::SimpleConnection, insert_into, prelude::*, table};
use latchkey::{Account, SameOrigin};
use rocket::{
    FromForm, fairing::AdHoc, form::Form, get, http::Status, launch, post, routes, serde::json::Json,
};
use rocket_sync_db_pools::database;

table! {
    entries (id) {
        id -> Integer,
        account_id -> Binary,
        text -> Text,
    }
}

/// A row refers to its writer's account, whose id is 16 bytes.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, text TEXT NOT NULL,
    account_id BLOB NOT NULL REFERENCES latchkey_accounts (id) ON DELETE CASCADE)";
/// Latchkey writes to the file as well.
const SHARED: &str = "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON";

#[database("diary")]
struct Diary(SqliteConnection);

impl Diary {
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut SqliteConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, Status> {
        let found = self.run(|connection| {
            connection.batch_execute(SHARED)?;
            read(connection)
        });
        found.await.map_err(|_| Status::ServiceUnavailable)
    }

    async fn write(
        &self,
        write: impl FnOnce(&mut SqliteConnection) -> QueryResult<usize> + Send + 'static,
    ) -> Result<(), Status> {
        self.read(|connection| connection.immediate_transaction(write)).await.map(drop)
    }
}

#[derive(FromForm)]
struct Entry {
    text: String,
}

#[post("/entries", data = "<entry>")]
async fn add(_ours: SameOrigin, me: &Account, diary: Diary, entry: Form<Entry>) -> Result<Status, Status> {
    let row =
        (entries::account_id.eq(me.id().as_bytes().to_vec()), entries::text.eq(entry.into_inner().text));
    diary.write(|connection| insert_into(entries::table).values(row).execute(connection)).await?;
    Ok(Status::Created)
}

#[get("/entries")]
async fn list(me: &Account, diary: Diary) -> Result<Json<Vec<String>>, Status> {
    let mine = entries::account_id.eq(me.id().as_bytes().to_vec());
    let texts = entries::table.filter(mine).order(entries::id).select(entries::text);
    diary.read(move |connection| texts.load(connection)).await.map(Json)
}

#[launch]
fn rocket() -> _ {
    rocket::build()
        .mount("/", routes![add, list])
        .attach(latchkey::fairing())
        .attach(Diary::fairing())
        // The table refers to accounts, so it is created after theirs.
        .attach(AdHoc::try_on_ignite("Entries", async |rocket| {
            let created = match Diary::get_one(&rocket).await {
                Some(diary) => diary.read(|connection| connection.batch_execute(TABLE)).await,
                None => return Err(rocket),
            };
            if created.is_ok() { Ok(rocket) } else { Err(rocket) }
        }))
}
