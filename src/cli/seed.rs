//! `latchkey seed`: fills an empty database with people and events, for measuring how a large site behaves.

use std::io::Write;

use super::site::Site;
use crate::{
    base::Error,
    store::seed::{self, Size},
};

#[derive(clap::Args)]
pub(super) struct Seed {
    /// Number of accounts; none of them can sign in.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(i64).range(1..))]
    accounts: i64,
    /// Number of events, spread over the last ninety days.
    #[arg(long, default_value_t = 3_000_000, value_parser = clap::value_parser!(i64).range(1..))]
    events: i64,
    /// Number of sent messages, spread over the same time.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(i64).range(1..))]
    messages: i64,
    /// Number of "this wasn't me" keys, valid for the next three days.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(i64).range(1..))]
    keys: i64,
}

pub(super) async fn run(seed: &Seed, site: Site) -> Result<(), Error> {
    let (app, pool) = site.open().await?;
    let mut tx = pool.begin().await?;
    if !seed::is_empty(&mut tx).await? {
        let why = "the database at databases.latchkey.url has accounts already: choose an empty one";
        return Err(Error::Config(why.into()));
    }
    let Seed { accounts, events, messages, keys } = *seed;
    let size = Size { accounts, events, messages, keys, days: 89 };
    seed::insert(&mut tx, &size, app.now()).await?;
    tx.commit().await?;
    say!("made {accounts} accounts, {events} events, {messages} messages and {keys} keys");
    pool.close().await;
    Ok(())
}
