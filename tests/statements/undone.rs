//! A transaction that PostgreSQL aborts in favour of another is retried, and neither caller notices.

use latchkey::store::{
    DatabaseSettings, Pool, Tx,
    daily_stats::{self, DailyStat},
};
use rocket::tokio::join;

use super::{Engine, migrated, wait};

/// A count of one on a day.
fn one(day: i64) -> DailyStat {
    DailyStat { day, kind: "test".into(), policy: String::new(), bucket: 0, hits: 1 }
}

#[test]
fn two_that_wait_for_one_another_both_commit() {
    let Some(database) = migrated(Engine::Postgres) else { return };
    wait(async {
        let settings = DatabaseSettings { url: database.url().to_owned(), ..DatabaseSettings::default() };
        let pool = Pool::connect(&settings).await.expect("connects");
        let (first, second) = join!(begin(&pool, 1), begin(&pool, 2));
        let finish = async |mut tx: Tx, day| {
            daily_stats::add(&mut tx, &one(day)).await?;
            tx.commit().await
        };
        let (first, second) = join!(finish(first, 2), finish(second, 1));
        assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
        let days =
            daily_stats::by_day(&mut pool.read().await.expect("a connection"), 0).await.expect("statistics");
        assert_eq!(days.iter().map(|stat| (stat.day, stat.hits)).collect::<Vec<_>>(), [(1, 2), (2, 2)]);
    });
}

async fn begin(pool: &Pool, day: i64) -> Tx {
    let mut tx = pool.begin().await.expect("a transaction");
    daily_stats::add(&mut tx, &one(day)).await.expect("a count");
    tx
}
