//! `latchkey.events`: how long it is known what happened.

use serde::{Deserialize, Serialize};

use crate::base::duration::HumanDuration;

/// `latchkey.events`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct EventSettings {
    /// How long events, tallies and the record of what was sent are kept. Default: 90d.
    pub keep: HumanDuration,
}

impl Default for EventSettings {
    fn default() -> Self {
        Self { keep: HumanDuration::days(90) }
    }
}

impl EventSettings {
    /// What is out of range, a sentence with key and remedy.
    pub fn judge(&self) -> Vec<String> {
        let keep = self.keep;
        let wrong = !(HumanDuration::days(1)..=HumanDuration::days(3650)).contains(&keep);
        let fault = format!("latchkey.events.keep = \"{keep}\" is out of range: write \"1d\" to \"3650d\"");
        wrong.then_some(fault).into_iter().collect()
    }
}
