//! Requests by people who have not proved who they are: stored by the HTTP request, processed by the worker.
//!
//! So neither the answer's bytes nor its time can distinguish a known address from an unknown one.

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
        outbox::{self, Entry, OutboxKind, Queue},
    },
};

const PURPOSE: &str = "request";

/// A request by a stranger, concerning an address in its canonical form.
pub trait Request: Serialize {
    /// Name by which the worker finds its type.
    const NAME: &'static str;
}

/// Stores a request as one sealed row, whether or not the address is known.
///
/// # Errors
/// [`Error::Database`].
pub async fn post(core: &Core, tx: &mut Tx, request: &impl Request) -> Result<(), Error> {
    let entry = entry(core, tx, request)?;
    outbox::insert(tx, Queue::Requests, &entry).await?;
    message::notify_worker(core, tx, Queue::Requests);
    Ok(())
}

/// Like [`post`], if all limits permit it; otherwise returns false and counts nothing.
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
        message::notify_worker(core, tx, Queue::Requests);
    }
    Ok(posted)
}

fn entry<R: Request>(core: &Core, tx: &Tx, request: &R) -> Result<Entry, Error> {
    let plain = serde_json::to_vec(&BTreeMap::from([(R::NAME, request)])).expect("a request is plain data");
    message::entry(core, tx, OutboxKind::Request, PURPOSE, &plain, core.now() + *HumanDuration::hours(1))
}

/// Opens a sealed request and returns its name and its data.
///
/// # Errors
/// [`Error::Sealed`] if none of the site's keys opens it.
pub fn open(core: &Core, sealed: &[u8]) -> Result<(String, Value), Error> {
    let plain = core.keyring.open(PURPOSE, sealed)?;
    let request: BTreeMap<String, Value> = serde_json::from_slice(&plain).map_err(|_| Error::Sealed)?;
    request.into_iter().next().ok_or(Error::Sealed)
}
