//! Whether what is between us and PostgreSQL gives each transaction another connection, as PgBouncer does in
//! `pool_mode = transaction`.
//!
//! Two connections of ours are asked in turn which of the server's they are. Where each has one of its own, the answers
//! never change and are never the same.

use std::{collections::BTreeSet, time::Duration};

use rocket::tokio::time::timeout;
use sqlx::{Row, postgres::PgConnectOptions};

use super::links::{Link, Links, in_time};

/// How often both are asked.
const ROUNDS: usize = 4;
/// How long the second may take: there may be room for one alone.
const MOMENT: Duration = Duration::from_secs(1);

/// Whether the next transaction may be on another connection.
///
/// # Errors
/// [`sqlx::Error`] if the database is out of reach.
pub async fn is_shared(options: &PgConnectOptions, patience: Duration) -> Result<bool, sqlx::Error> {
    // As if it were so, since a setting for a session would be somebody else's then.
    let links = Links::new(options.clone(), true, 2, patience);
    let shared = ask(&links).await;
    links.close().await;
    shared
}

async fn ask(links: &Links) -> Result<bool, sqlx::Error> {
    let mut first = links.get().await?;
    let Ok(Ok(mut second)) = timeout(MOMENT, links.get()).await else { return Ok(false) };
    let (mut of_first, mut of_second) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..ROUNDS {
        of_first.insert(process(&mut first).await?);
        of_second.insert(process(&mut second).await?);
    }
    Ok(of_first.len() > 1 || of_second.len() > 1 || !of_first.is_disjoint(&of_second))
}

async fn process(link: &mut Link) -> Result<i32, sqlx::Error> {
    let row = in_time(sqlx::raw_sql("SELECT pg_backend_pid()").fetch_one(link.asked()?)).await;
    link.heard(&row);
    row?.try_get(0)
}
