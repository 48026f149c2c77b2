//! Reads `databases.latchkey` from figment.

use figment::Figment;

use super::fault;
use crate::{
    base::Error,
    findings::{Finding, Severity},
    store::DatabaseSettings,
};

/// Reads `databases.latchkey`.
///
/// # Errors
/// [`Error::Config`] naming the file and the key.
pub fn read(figment: &Figment) -> Result<DatabaseSettings, Error> {
    match find(figment) {
        (settings, faults) if faults.is_empty() => Ok(settings),
        (_, faults) => Err(faults.into()),
    }
}

/// Like [`read`], with a finding for each fault, and defaults for keys that cannot be read.
pub fn find(figment: &Figment) -> (DatabaseSettings, Vec<Finding>) {
    let (settings, mut faults): (DatabaseSettings, _) = fault::salvage(figment, "databases.latchkey");
    let validated = settings.faults();
    faults.extend(validated.into_iter().map(|fault| Finding::of(Severity::Error, fault).placed(figment)));
    (settings, faults)
}
