//! Sampling of events that anybody can cause at will, so that a flood does not fill the disk.

use std::time::Duration;

use super::super::Core;
use crate::{
    base::{Error, quota::Quota},
    store::{Tx, rate_limits},
};

/// True for the first event of a kind that `whose` causes in each `span`; only that one is recorded.
///
/// # Errors
/// [`Error::Database`].
pub async fn sampled(
    core: &Core,
    tx: &mut Tx,
    kind: &str,
    whose: &[u8],
    span: Duration,
) -> Result<bool, Error> {
    let bucket = core.keyring.mac("sample", &[kind.as_bytes(), whose]);
    rate_limits::take(tx, &bucket, Quota::new(1, span), core.now()).await
}
