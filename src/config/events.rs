//! `latchkey.events`: retention of events.

use serde::{Deserialize, Serialize};

use crate::base::{SettingFault, duration::HumanDuration};

/// Settings of `latchkey.events`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct EventSettings {
    /// Retention of events, statistics and the record of sent messages. Default: 90d.
    pub keep: HumanDuration,
}

impl Default for EventSettings {
    fn default() -> Self {
        Self { keep: HumanDuration::days(90) }
    }
}

impl EventSettings {
    /// Returns the values out of range.
    pub fn validate(&self) -> Vec<SettingFault> {
        let keep = self.keep;
        let wrong = !(HumanDuration::days(1)..=HumanDuration::days(3650)).contains(&keep);
        let why = format!("\"{keep}\" is out of range");
        let fault = SettingFault::new("latchkey.events.keep", why, "write \"1d\" to \"3650d\"");
        wrong.then_some(fault).into_iter().collect()
    }
}
