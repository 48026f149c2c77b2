//! Removal of expired data: keys and sessions at once; deleted accounts, events and sent messages after a while.

use std::collections::BTreeMap;

use super::removal::{self, Position};
use crate::{
    account::notice::{FORMER_ADDRESS_NOTICE, UNDO},
    app::App,
    base::{Error, key::Purpose},
    core::stats,
    policy::strategy::Strategy,
    store::{
        Pool, access_tokens,
        daily_stats::{self, DailyStat},
        events, former_addresses,
        keys::{self, Expired},
        outbox, rate_limits, refresh_tokens, registrations, remembered, sessions, spent, trusted_browsers,
        usernames,
    },
};

/// Most steps in one run.
const STEPS: usize = 40;

/// Removes expired data in small steps, so that concurrent writers hardly wait. Deleted accounts are
/// removed behind `last`.
///
/// # Errors
/// [`Error::Database`].
pub async fn purge(app: &App, pool: &Pool, last: &mut Position) -> Result<(), Error> {
    let now = app.now();
    let kept = now - *app.config().events.keep;
    for _ in 0..STEPS {
        let mut tx = pool.begin_low_priority().await?;
        spent::note_expired(&mut tx, now).await?;
        let expired = keys::purge(&mut tx, now).await?;
        let none_expired = expired.is_empty();
        let abandoned = abandoned(app, &expired);
        for ((day, strategy), n) in &abandoned {
            let (kind, policy) = (stats::ABANDONED.to_owned(), strategy.name().to_owned());
            daily_stats::add(&mut tx, &DailyStat { day: *day, kind, policy, bucket: 0, hits: *n }).await?;
        }
        tx.commit().await?;
        for ((_, strategy), n) in abandoned {
            app.metrics.reset(strategy.name(), "abandoned", n.unsigned_abs());
        }
        let mut tx = pool.begin_low_priority().await?;
        let removed = registrations::purge(&mut tx, now).await?
            + sessions::purge(&mut tx, now).await?
            + remembered::purge(&mut tx, now).await?
            + refresh_tokens::purge(&mut tx, now).await?
            + access_tokens::purge(&mut tx, now).await?
            + trusted_browsers::purge(&mut tx, now).await?
            + usernames::purge(&mut tx, now).await?
            + rate_limits::purge(&mut tx, now).await?
            + former_addresses::purge(&mut tx, now - *FORMER_ADDRESS_NOTICE).await?
            + spent::purge(&mut tx, now - *FORMER_ADDRESS_NOTICE).await?
            + outbox::wipe(&mut tx, now).await?
            + outbox::purge(&mut tx, kept).await?
            + events::purge(&mut tx, kept).await?
            + daily_stats::purge(&mut tx, stats::day(kept)).await?;
        tx.commit().await?;
        if removed == 0 && none_expired {
            break;
        }
    }
    // Last, since the application takes part in it, and may take its time.
    removal::remove(app, pool, now - *UNDO, last).await
}

/// Counts the resets among expired keys, which nobody finished, by day and strategy.
fn abandoned(app: &App, expired: &[Expired]) -> BTreeMap<(i64, Strategy), i64> {
    let mut numbers = BTreeMap::new();
    let is_reset = |key: &&Expired| matches!(key.purpose.parse(), Ok(Purpose::Reset | Purpose::Temporary));
    for key in expired.iter().filter(is_reset) {
        let Some(policy) = app.issued_policy(key.policy.as_ref()) else { continue };
        *numbers.entry((stats::day(key.expires_at), policy.strategy)).or_insert(0) += 1;
    }
    numbers
}
