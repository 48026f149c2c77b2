//! The stored form of a policy, written and read in this place alone.

use super::{Policy, Written, own_strategy::Strategies};
use crate::store::StoredPolicy;

impl Policy {
    /// Returns the form stored with a key or session issued under it.
    pub fn stored(&self) -> StoredPolicy {
        StoredPolicy::new(serde_json::to_string(self).expect("a policy is plain data"))
    }

    /// Decodes the stored form of a row; `None` if it has none, or one that this version or this site does not know.
    /// Such a key or session is not valid.
    pub fn read(stored: Option<&StoredPolicy>, known: &Strategies) -> Option<Self> {
        serde_json::from_str::<Policy<Written>>(stored?.json()).ok()?.resolve(known)
    }
}
