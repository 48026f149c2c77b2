//! Events that anybody can cause at will are written down once in a while: no flood fills the disk.

use std::time::Duration;

use super::super::Core;
use crate::{
    base::{Error, quota::Quota},
    store::{Tx, counts},
};

/// Whether an event of a kind is to be written down that `whose` causes: the first in each `span`.
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
    counts::take(tx, &bucket, Quota::new(1, span), core.now()).await
}
