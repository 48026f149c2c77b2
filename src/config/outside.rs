//! Keys outside the policy: changing one needs a restart.

use std::collections::BTreeMap;

use figment::{
    Figment,
    value::{Dict, Value},
};

const POLICY: [&str; 3] = ["latchkey.reset", "latchkey.sign_in", "latchkey.permissions"];

/// Every key but the policy's, with its value: for comparison, never for display.
pub struct RestartKeys(BTreeMap<String, Value>);

impl RestartKeys {
    /// Reads the keys of a configuration.
    pub fn read(figment: &Figment) -> Self {
        let mut keys = BTreeMap::new();
        flatten("", figment.extract().unwrap_or_default(), &mut keys);
        Self(keys)
    }

    /// Returns the names of the keys that `newer` sets differently.
    pub fn changed(&self, newer: &Self) -> Vec<String> {
        let names = self.0.keys().chain(newer.0.keys().filter(|key| !self.0.contains_key(*key)));
        names.filter(|key| self.0.get(*key) != newer.0.get(*key)).cloned().collect()
    }
}

fn flatten(table: &str, values: Dict, keys: &mut BTreeMap<String, Value>) {
    for (name, value) in values {
        let key = if table.is_empty() { name } else { format!("{table}.{name}") };
        match value {
            Value::Dict(_, inner) if !POLICY.contains(&key.as_str()) => flatten(&key, inner, keys),
            value if !POLICY.contains(&key.as_str()) => _ = keys.insert(key, value),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use figment::providers::{Format, Toml};

    use super::*;

    fn read(toml: &str) -> RestartKeys {
        RestartKeys::read(&Figment::from(Toml::string(toml)))
    }

    #[test]
    fn what_needs_a_restart_is_named() {
        let old = read(
            "port = 1\n[latchkey]\nsite_name = 'A'\npepper = ['x']\n[latchkey.reset]\nchannel = 'email'",
        );
        let new =
            read("port = 1\n[latchkey]\nsite_name = 'B'\nhsts = false\n[latchkey.reset]\nchannel = 'sms'");
        assert_eq!(old.changed(&new), ["latchkey.pepper", "latchkey.site_name", "latchkey.hsts"]);
        assert!(old.changed(&old).is_empty());
    }
}
