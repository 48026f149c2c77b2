//! Clients with a recent event, in this server's memory, so that repeated events cost no statement.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::base::clock::Time;

/// Most entries at once. When full, nothing new is recorded until an entry expires, so that a flood from everywhere
/// does not fill the disk.
const MAX_BUCKETS: usize = 4096;

/// Expiry by client.
#[derive(Default)]
pub struct Recent(Mutex<HashMap<Vec<u8>, Time>>);

impl Recent {
    /// True for the first event of `whose` within `span`, if there is room to remember it.
    pub fn is_first(&self, whose: &[u8], now: Time, span: Duration) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.get(whose).is_some_and(|until| *until > now) {
            return false;
        }
        if known.len() >= MAX_BUCKETS {
            known.retain(|_, until| *until > now);
        }
        let room = known.len() < MAX_BUCKETS;
        if room {
            known.insert(whose.to_vec(), now + span);
        }
        room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn each_is_the_first_once_in_a_while() {
        let (recent, now) = (Recent::default(), Time::default());
        assert!(recent.is_first(b"a", now, HOUR) && recent.is_first(b"b", now, HOUR));
        assert!(!recent.is_first(b"a", now + HOUR / 2, HOUR));
        assert!(recent.is_first(b"a", now + HOUR, HOUR));
    }

    #[test]
    fn a_flood_from_everywhere_is_known_up_to_a_number() {
        let (recent, now) = (Recent::default(), Time::default());
        let first = (0..2 * MAX_BUCKETS).filter(|n| recent.is_first(&n.to_le_bytes(), now, HOUR)).count();
        assert_eq!(first, MAX_BUCKETS);
        assert!(recent.is_first(b"later", now + HOUR, HOUR));
    }
}
