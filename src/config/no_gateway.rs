//! In place of `gateway.rs` without the feature `sms`: `features.rs` refuses the key `latchkey.sms.url`.

use super::sms::SmsSettings;
use crate::base::SettingFault;

/// Returns no faults.
pub(super) fn faults(_: &SmsSettings, _: &str, _: bool) -> Vec<SettingFault> {
    Vec::new()
}
