//! Detects a pooler between us and PostgreSQL that gives each transaction another connection, as PgBouncer does with
//! `pool_mode = transaction`.
//!
//! Two connections are asked in turn for their backend's process id. With a backend of its own, each always gives the
//! same answer, and never the other's.

use std::{collections::BTreeSet, time::Duration};

use rocket::tokio::time::timeout;
use sqlx::row::Row;
use sqlx_postgres::PgConnectOptions;

use super::links::{Link, Links, in_time};

/// Queries on each connection.
const ROUNDS: usize = 4;
/// Timeout for the second connection: there may be room for only one.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// True if the next transaction may be on another connection.
///
/// # Errors
/// [`sqlx::Error`] if the database is unreachable.
pub async fn is_shared(options: &PgConnectOptions, patience: Duration) -> Result<bool, sqlx::Error> {
    // Treated as shared: a session setting could end up with another client.
    let links = Links::new(options.clone(), true, 2, patience);
    let shared = ask(&links).await;
    links.close().await;
    shared
}

async fn ask(links: &Links) -> Result<bool, sqlx::Error> {
    let mut first = links.get().await?;
    let Ok(Ok(mut second)) = timeout(CONNECT_TIMEOUT, links.get()).await else { return Ok(false) };
    let (mut of_first, mut of_second) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..ROUNDS {
        of_first.insert(process(&mut first).await?);
        of_second.insert(process(&mut second).await?);
    }
    Ok(of_first.len() > 1 || of_second.len() > 1 || !of_first.is_disjoint(&of_second))
}

async fn process(link: &mut Link) -> Result<i32, sqlx::Error> {
    let row = in_time(sqlx::raw_sql::raw_sql("SELECT pg_backend_pid()").fetch_one(link.asked()?)).await;
    link.heard(&row);
    row?.try_get(0)
}
