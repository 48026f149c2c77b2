//! `latchkey.limits`: rate limits.

use serde::{Deserialize, Serialize};

use crate::base::{SettingFault, duration::HumanDuration};

/// Settings of `latchkey.limits`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitSettings {
    /// Turns the limits on; false is for load tests on loopback. Default: true.
    pub enabled: bool,
    /// Time in which a used-up limit is restored, evenly. Default: 1h.
    pub window: HumanDuration,
    /// Requests for messages to one address in a window, of all kinds; one of each kind is always allowed within the
    /// life of the key that it carries. Default: 4.
    pub messages_per_address: i64,
    /// Requests for messages from one client in a window. Default: 60.
    pub messages_per_client: i64,
    /// Failed sign-ins to one address in a window. Default: 30.
    pub sign_ins_per_address: i64,
    /// Failed sign-ins from one client in a window. Default: 100.
    pub sign_ins_per_client: i64,
    /// Wrong codes for one account in a day, over all its codes. Default: 10.
    pub codes_per_account: i64,
    /// Wrong codes from one client in a window. Default: 20.
    pub codes_per_client: i64,
    /// Text messages to one number in a day; those that let its owner back in are restored within the shortest
    /// `key_ttl` at the latest. Default: 10.
    pub texts_per_number: i64,
    /// Text messages requested by one client in a day. Default: 30.
    pub texts_per_client: i64,
    /// Text messages in a day, over the whole site; a quarter is reserved for people getting back in. Default: 1000.
    pub texts_per_day: i64,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            window: HumanDuration::hours(1),
            messages_per_address: 4,
            messages_per_client: 60,
            sign_ins_per_address: 30,
            sign_ins_per_client: 100,
            codes_per_account: 10,
            codes_per_client: 20,
            texts_per_number: 10,
            texts_per_client: 30,
            texts_per_day: 1_000,
        }
    }
}

impl LimitSettings {
    /// Returns the values out of range.
    pub fn validate(&self) -> Vec<SettingFault> {
        let mut faults: Vec<_> = [
            ("messages_per_address", self.messages_per_address),
            ("messages_per_client", self.messages_per_client),
            ("sign_ins_per_address", self.sign_ins_per_address),
            ("sign_ins_per_client", self.sign_ins_per_client),
            ("codes_per_account", self.codes_per_account),
            ("codes_per_client", self.codes_per_client),
            ("texts_per_number", self.texts_per_number),
            ("texts_per_client", self.texts_per_client),
            ("texts_per_day", self.texts_per_day),
        ]
        .into_iter()
        .filter(|(_, most)| *most < 1)
        .map(|(name, most)| fault(name, format!("{most} would let nobody in"), "write 1 or more"))
        .collect();
        if self.window < HumanDuration::minutes(1) || self.window > HumanDuration::days(1) {
            let why = format!("\"{}\" is out of range", self.window);
            faults.push(fault("window", why, "write \"1m\" to \"1d\""));
        }
        faults
    }
}

fn fault(name: &str, why: String, remedy: &str) -> SettingFault {
    SettingFault::new(format!("latchkey.limits.{name}"), why, remedy)
}
