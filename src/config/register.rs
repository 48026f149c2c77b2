//! `latchkey.register`: who can register, and what they are asked.

use serde::{Deserialize, Serialize};

use crate::base::{SettingFault, duration::HumanDuration};

/// Settings of `latchkey.register`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegisterSettings {
    /// Lets anybody register; otherwise people need an invitation. Default: true.
    pub open: bool,
    /// Signs people in when they confirm their address. Default: true.
    pub login_after_confirm: bool,
    /// Life of a confirmation or invitation, at most 24h. Default: 24h.
    pub key_ttl: HumanDuration,
    /// Further fields of the form, in this order. Default: none.
    pub fields: Vec<Field>,
}

/// `[[latchkey.register.fields]]`: a further field of the form.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Name: letters, digits and `_`.
    pub name: String,
    /// Label on the form.
    pub label: String,
    /// Requires an answer. Default: false.
    #[serde(default)]
    pub required: bool,
    /// Maximum length, in characters. Default: 200.
    #[serde(default = "most")]
    pub max_length: usize,
}

fn most() -> usize {
    200
}

impl Default for RegisterSettings {
    fn default() -> Self {
        Self { open: true, login_after_confirm: true, key_ttl: HumanDuration::hours(24), fields: Vec::new() }
    }
}

impl RegisterSettings {
    /// Returns the faults.
    pub fn validate(&self) -> Vec<SettingFault> {
        let mut faults = Vec::new();
        let mut add = |name: &str, why: String, remedy: &str| {
            faults.push(SettingFault::new(format!("latchkey.register.{name}"), why, remedy));
        };
        if self.key_ttl > HumanDuration::hours(24) || self.key_ttl < HumanDuration::minutes(5) {
            add("key_ttl", format!("\"{}\" is out of range", self.key_ttl), "write \"5m\" to \"24h\"");
        }
        for (at, field) in self.fields.iter().enumerate() {
            let known = self.fields[..at].iter().any(|other| other.name == field.name);
            let named = !field.name.is_empty()
                && field.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            if known || !named {
                add(
                    "fields",
                    format!("`{}` must be a name of letters, digits and `_`, once", field.name),
                    "",
                );
            }
            if !(1..=2_000).contains(&field.max_length) {
                let why = format!("`{}` has a max_length out of range", field.name);
                add("fields", why, "write 1 to 2000");
            }
        }
        faults
    }
}
