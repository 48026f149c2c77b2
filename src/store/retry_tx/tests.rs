use sqlx::connection::Connection;
use sqlx_sqlite::{Sqlite, SqliteConnectOptions, SqliteConnection};

use super::{super::sqlite::group::Writer, *};

static TABLES: &str = "CREATE TABLE people (name TEXT PRIMARY KEY);
    CREATE TABLE keys (of TEXT REFERENCES people (name) DEFERRABLE INITIALLY DEFERRED);";
static ADD: &str = "INSERT INTO people VALUES ($1)";
static COUNT: &str = "SELECT COUNT(*) FROM people";
/// Rolls everything back, as SQLite itself does on a full disk.
static GONE: &str = "ROLLBACK";
/// Fails at commit, not before.
static ORPHAN: &str = "INSERT INTO keys VALUES ('nobody')";

async fn begin(writer: &Writer) -> RetryTx<Sqlite> {
    RetryTx::begin(writer.clone(), Writes::default()).await.unwrap()
}

async fn writer(folder: &tempfile::TempDir) -> Writer {
    let options = SqliteConnectOptions::new().filename(folder.path().join("test.db")).create_if_missing(true);
    let mut conn = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql::raw_sql(TABLES).execute(&mut conn).await.unwrap();
    Writer::new(conn, options, Duration::from_secs(5))
}

#[rocket::async_test]
async fn of_those_who_share_a_commit_that_fails_the_faulty_one_fails_alone() {
    let folder = tempfile::tempdir().unwrap();
    let writer = writer(&folder).await;
    let add = async |name: &'static str| {
        let mut tx = begin(&writer).await;
        tx.execute(Statement::new(ADD).bind(name)).await?;
        tx.commit().await
    };
    let orphan = async {
        let mut tx = begin(&writer).await;
        tx.execute(Statement::new(ORPHAN)).await?;
        tx.commit().await
    };
    let (ann, orphan, bob) = rocket::tokio::join!(add("ann"), orphan, add("bob"));
    assert!(ann.is_ok() && bob.is_ok(), "{ann:?} {bob:?}");
    assert!(orphan.unwrap_err().as_database_error().is_some_and(|error| error.is_foreign_key_violation()));
    let rows: Vec<(i64,)> = begin(&writer).await.rows(Statement::new(COUNT)).await.unwrap();
    assert_eq!(rows, [(2,)]);
}

#[rocket::async_test]
async fn whoever_is_done_loses_nothing_to_one_that_takes_the_whole_transaction_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let writer = writer(&folder).await;
    let done = async {
        let mut tx = begin(&writer).await;
        tx.execute(Statement::new(ADD).bind("ann")).await?;
        tx.commit().await
    };
    let gone = async {
        let mut tx = begin(&writer).await;
        tx.execute(Statement::new(GONE)).await
    };
    let (done, gone) = rocket::tokio::join!(done, gone);
    assert!(done.is_ok() && gone.is_ok(), "{done:?} {gone:?}");
    let rows: Vec<(i64,)> = begin(&writer).await.rows(Statement::new(COUNT)).await.unwrap();
    assert_eq!(rows, [(1,)]);
}

#[rocket::async_test]
async fn a_row_that_cannot_be_read_undoes_the_transaction() {
    static ADD_RETURNING: &str = "INSERT INTO people VALUES ('ann') RETURNING name";
    let folder = tempfile::tempdir().unwrap();
    let writer = writer(&folder).await;
    let mut tx = begin(&writer).await;
    let read: Result<Vec<(i64,)>, _> = tx.rows(Statement::new(ADD_RETURNING)).await;
    assert!(read.is_err() && tx.is_undone());
    assert!(tx.commit().await.is_err());
    let rows: Vec<(i64,)> = begin(&writer).await.rows(Statement::new(COUNT)).await.unwrap();
    assert_eq!(rows, [(0,)]);
}

#[rocket::async_test]
async fn queued_statements_run_in_their_order_with_the_next_one_or_the_commit() {
    static BOTH: &str = "SELECT COUNT(*) FROM people WHERE name IN ($1, $2)";
    let folder = tempfile::tempdir().unwrap();
    let writer = writer(&folder).await;
    let mut before = begin(&writer).await;
    before.execute(Statement::new(ADD).bind("eve")).await.unwrap();
    let before = rocket::tokio::spawn(before.commit());
    let mut tx = begin(&writer).await;
    for name in ["ann", "bob"] {
        let statement = tx.statement(ADD).bind(name);
        tx.queue(statement).await.unwrap();
    }
    let statement = tx.statement(BOTH).bind("ann").bind("bob");
    assert_eq!(tx.rows::<(i64,)>(statement).await.unwrap(), [(2,)]);
    let statement = tx.statement("DELETE FROM people WHERE name = $1").bind("bob");
    tx.queue(statement).await.unwrap();
    let statement = tx.statement("UPDATE people SET name = $1 WHERE name = $2").bind("amy").bind("cid");
    assert_eq!(tx.execute(statement).await.unwrap(), 0, "of the last one alone");
    let statement = tx.statement(ADD).bind("dan");
    tx.queue(statement).await.unwrap();
    tx.commit().await.unwrap();
    before.await.unwrap().unwrap();
    let rows: Vec<(String,)> =
        begin(&writer).await.rows(Statement::new("SELECT name FROM people ORDER BY name")).await.unwrap();
    assert_eq!(rows, ["ann", "dan", "eve"].map(|name| (name.to_owned(),)));
}

#[rocket::async_test]
async fn a_queued_statement_that_fails_undoes_the_transaction() {
    let folder = tempfile::tempdir().unwrap();
    let writer = writer(&folder).await;
    let mut tx = begin(&writer).await;
    for name in ["ann", "ann"] {
        let statement = tx.statement(ADD).bind(name);
        tx.queue(statement).await.unwrap();
    }
    assert!(
        tx.commit().await.unwrap_err().as_database_error().is_some_and(|error| error.is_unique_violation())
    );
    let rows: Vec<(i64,)> = begin(&writer).await.rows(Statement::new(COUNT)).await.unwrap();
    assert_eq!(rows, [(0,)]);
}

#[rocket::async_test]
async fn what_was_decided_on_other_words_is_not_run_again() {
    let folder = tempfile::tempdir().unwrap();
    let writer = writer(&folder).await;
    let mut counts = begin(&writer).await;
    let before: Vec<(i64,)> = counts.rows(Statement::new(COUNT)).await.unwrap();
    assert_eq!(before, [(0,)]);
    counts.held = None;
    assert!(counts.replay().await.unwrap());
    counts.held = None;
    let mut other = begin(&writer).await;
    other.execute(Statement::new(ADD).bind("ann")).await.unwrap();
    other.commit().await.unwrap();
    assert!(!counts.replay().await.unwrap());
}
