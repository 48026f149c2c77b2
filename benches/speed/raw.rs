//! Yardsticks for writing, hashing and verifying: SQLite, bcrypt and ring alone.

use std::{
    hint::black_box,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use latchkey_testing::passkeys::authenticator;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1, KeyPair, UnparsedPublicKey},
};
use rocket::tokio::time::Instant;
use sqlx::{
    Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

/// One connection that writes as durably as the site's.
pub struct Writer(SqliteConnection);

impl Writer {
    pub async fn open(folder: &Path) -> Writer {
        let options = SqliteConnectOptions::new()
            .filename(folder.join("raw.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let mut writer = SqliteConnection::connect_with(&options).await.expect("a new database");
        let table = "CREATE TABLE rows (id BLOB PRIMARY KEY, sealed BLOB NOT NULL, at BIGINT NOT NULL)";
        sqlx::query(table).execute(&mut writer).await.expect("a new table");
        Writer(writer)
    }

    /// Transactions per second, each of one row as large as a sealed request.
    pub async fn pace(&mut self, span: Duration) -> f64 {
        let (begun, mut rows) = (Instant::now(), 0);
        while begun.elapsed() < span {
            let mut tx = self.0.begin_with("BEGIN IMMEDIATE").await.expect("nobody else writes");
            sqlx::query("INSERT INTO rows (id, sealed, at) VALUES (randomblob(16), $1, $2)")
                .bind([7; 250].as_slice())
                .bind(rows)
                .execute(&mut *tx)
                .await
                .expect("a row is written");
            tx.commit().await.expect("a row is durable");
            rows += 1;
        }
        rows as f64 / begun.elapsed().as_secs_f64()
    }
}

/// Hashes per second at the site's cost on every core.
pub fn hashes(count: usize) -> f64 {
    on_every_core(count, || {
        let hash = bcrypt::non_truncating_hash_with_salt([b'a'; 64], 12, [7; 16]);
        black_box(hash.expect("64 bytes can be hashed"));
    })
}

/// Signatures per second, of the kind that passkeys make, that are verified on every core.
pub fn signatures(count: usize) -> f64 {
    let (pair, message) = (authenticator::pair(), [7; 69]);
    let signature = pair.sign(&SystemRandom::new(), &message).expect("a signature");
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, pair.public_key());
    on_every_core(count, || black_box(&key).verify(&message, signature.as_ref()).expect("its signature"))
}

fn on_every_core(count: usize, work: impl Fn() + Sync) -> f64 {
    let (begun, taken) = (Instant::now(), AtomicUsize::new(0));
    thread::scope(|threads| {
        for _ in 0..cores() {
            threads.spawn(|| {
                while taken.fetch_add(1, Ordering::Relaxed) < count {
                    work();
                }
            });
        }
    });
    count as f64 / begun.elapsed().as_secs_f64()
}

pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}
