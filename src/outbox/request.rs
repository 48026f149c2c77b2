//! What somebody asked for without proving who they are: written down in the request, looked into by the worker.
//!
//! So the answer's bytes and time cannot tell a known address from an unknown one.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::message;
use crate::{
    base::{Error, duration::HumanDuration},
    core::{
        Core,
        limits::{self, RateLimit},
    },
    store::{
        Tx,
        outbox::{self, Entry, Queue},
    },
};

const PURPOSE: &str = "request";

/// A request by a stranger, concerning an address in its canonical form.
pub trait Request: Serialize {
    /// By which the worker knows it.
    const NAME: &'static str;
}

/// Writes a request down: one sealed row, whoever is named.
///
/// # Errors
/// [`Error::Database`].
pub async fn post(core: &Core, tx: &mut Tx, request: &impl Request) -> Result<(), Error> {
    let entry = entry(core, tx, request)?;
    outbox::insert(tx, Queue::Requests, &entry).await?;
    message::ring(core, tx, Queue::Requests);
    Ok(())
}

/// As [`post`], if that is within all of some limits; false, and it counts for nothing, if it is not.
///
/// # Errors
/// [`Error::Database`].
pub async fn post_within(
    core: &Core,
    tx: &mut Tx,
    request: &impl Request,
    limits: &[RateLimit<'_>],
) -> Result<bool, Error> {
    let buckets = limits::buckets(core, limits);
    let entry = entry(core, tx, request)?;
    let taken = outbox::insert_within(tx, Queue::Requests, &entry, &buckets).await?;
    let posted = limits::is_each(core, tx, &buckets, &taken).await?;
    if posted {
        message::ring(core, tx, Queue::Requests);
    }
    Ok(posted)
}

fn entry<R: Request>(core: &Core, tx: &Tx, request: &R) -> Result<Entry, Error> {
    let plain = serde_json::to_vec(&BTreeMap::from([(R::NAME, request)])).expect("a request is plain data");
    message::entry(core, tx, "request", PURPOSE, &plain, core.now() + *HumanDuration::hours(1))
}

/// Opens a sealed request: its name, and what it says.
///
/// # Errors
/// [`Error::Sealed`] if no key at hand opens it.
pub fn open(core: &Core, sealed: &[u8]) -> Result<(String, Value), Error> {
    let plain = core.keyring.open(PURPOSE, sealed)?;
    let request: BTreeMap<String, Value> = serde_json::from_slice(&plain).map_err(|_| Error::Sealed)?;
    request.into_iter().next().ok_or(Error::Sealed)
}
