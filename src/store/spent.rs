//! The table `spent`: digests of keys that are over, so that the holder of such a link learns why it no longer works.

use std::array;

use uuid::Uuid;

use super::{Conn, Tx, record::record, sql};
use crate::base::{Error, clock::Time, key::Purpose};

/// Reason why a key is over.
#[derive(Clone, Copy, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Reason {
    /// It was used.
    Used,
    /// A newer key replaced it.
    Replaced,
    /// Its holder cancelled it.
    Cancelled,
    /// The account changed.
    Withdrawn,
}

record! {
    /// A key that is over.
    pub struct Spent {
        /// Name of a [`Reason`]; `expired` if it ran out, `live` if it is not over.
        pub reason: String,
        /// Digest of the id of the browser that used it.
        pub browser: Option<Vec<u8>>,
        /// Page that its use led to; empty if none.
        pub place: String,
        /// Time at which it ended or expires.
        pub spent_at: Time,
    }
}

impl Spent {
    /// True if the key is over.
    pub fn is_over(&self) -> bool {
        self.reason != "live"
    }
}

/// Records that a key is over; false if that is known already.
pub async fn note(
    tx: &mut Tx,
    digest: &[u8],
    reason: Reason,
    (browser, place): (Option<&[u8]>, &str),
    now: Time,
) -> Result<bool, Error> {
    const NOTE: &str = "INSERT INTO latchkey_spent (digest, reason, browser, place, spent_at)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (digest) DO NOTHING";
    let reason: &str = reason.into();
    Ok(sql!(execute tx, NOTE, digest, reason, browser, place, now)? == 1)
}

/// Repeats purposes, at most four, to fill a statement's room for four: its text is fixed, and takes one more than once.
pub fn four<const N: usize>(purposes: [Purpose; N]) -> [Purpose; 4] {
    const { assert!(N >= 1 && N <= 4, "the statement has room for four") };
    array::from_fn(|at| purposes[at % N])
}

/// Records that an account's links for these purposes, at most four, are over, before they are removed. Second keys and
/// codes are none.
pub async fn note_links<const N: usize>(
    tx: &mut Tx,
    account: Uuid,
    purposes: [Purpose; N],
    reason: Reason,
    now: Time,
) -> Result<(), Error> {
    const NOTE_LINKS: &str = "INSERT INTO latchkey_spent (digest, reason, browser, place, spent_at)
        SELECT digest, $2, NULL, '', $3 FROM latchkey_keys
        WHERE account_id = $1 AND purpose IN ($4, $5, $6, $7) AND purpose NOT IN ('second', 'approval')
        ON CONFLICT (digest) DO NOTHING";
    let reason: &str = reason.into();
    let [one, two, three, four] = four(purposes);
    sql!(queue tx, NOTE_LINKS, account, reason, now, one, two, three, four)?;
    Ok(())
}

/// Records the expired links before they are removed.
pub async fn note_expired(tx: &mut Tx, now: Time) -> Result<(), Error> {
    const NOTE_EXPIRED: &str = "INSERT INTO latchkey_spent (digest, reason, browser, place, spent_at)
        SELECT digest, 'expired', NULL, '', expires_at FROM latchkey_keys
        WHERE expires_at <= $1 AND purpose IN ('reset', 'restart', 'email', 'undo', 'sign_in') ON CONFLICT (digest) DO NOTHING";
    sql!(queue tx, NOTE_EXPIRED, now)?;
    Ok(())
}

/// Returns what became of the key with this digest.
pub async fn find(conn: &mut Conn, digest: &[u8], now: Time) -> Result<Option<Spent>, Error> {
    const FIND: &str = "SELECT reason, browser, place, spent_at FROM latchkey_spent WHERE digest = $1
        UNION ALL SELECT CASE WHEN expires_at <= $2 THEN 'expired' ELSE 'live' END, NULL, '', expires_at
        FROM latchkey_keys WHERE digest = $1";
    Ok(sql!(optional Spent, conn, FIND, digest, now)?)
}

/// Removes a batch of keys that ended by `since`.
pub async fn purge(tx: &mut Tx, since: Time) -> Result<u64, Error> {
    const PURGE: &str = "DELETE FROM latchkey_spent WHERE digest IN (SELECT digest FROM latchkey_spent WHERE spent_at <= $1 LIMIT 500)";
    Ok(sql!(execute tx, PURGE, since)?)
}
