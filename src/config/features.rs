//! Settings that need a feature of the crate: where it is left out, one line at launch names it.

use super::Config;
use crate::base::SettingFault;

/// Features that a setting may need, and whether they are compiled.
const FEATURES: [(&str, bool); 6] = [
    ("console", cfg!(feature = "console")),
    ("mail", cfg!(feature = "mail")),
    ("sms", cfg!(feature = "sms")),
    ("swagger-ui", cfg!(feature = "swagger-ui")),
    ("templates", cfg!(feature = "templates")),
    ("usernames", cfg!(feature = "usernames")),
];

/// True if a feature is compiled.
pub(super) fn compiled(feature: &str) -> bool {
    FEATURES.contains(&(feature, true))
}

/// Returns a fault for each setting whose feature is not `compiled`.
pub(super) fn left_out(config: &Config, compiled: impl Fn(&str) -> bool) -> Vec<SettingFault> {
    let names_countries = config.sms.countries.iter().any(|code| code != "*");
    let asked = [
        ("api.docs", config.api.docs == Some(true), "swagger-ui"),
        ("console", config.console, "console"),
        ("layout", config.layout.is_some(), "templates"),
        ("mail.url", config.mail.url.is_some(), "mail"),
        ("sms.url", config.sms.url.is_some(), "sms"),
        ("sms.countries", names_countries, "sms"),
        ("sign_in.usernames", config.sign_in.policy([]).has_usernames(), "usernames"),
    ];
    let lacking = asked.into_iter().filter(|(_, asked, feature)| *asked && !compiled(feature));
    lacking.map(|(key, _, feature)| lack(key, feature)).collect()
}

/// Returns the fault of a key whose feature is left out.
pub(crate) fn lack(key: &str, feature: &str) -> SettingFault {
    let why = format!("needs the feature \"{feature}\" of the crate latchkey");
    SettingFault::new(format!("latchkey.{key}"), why, "add it in Cargo.toml, or remove the key")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::sign_in::Usernames;

    #[test]
    fn a_setting_without_its_feature_is_refused_and_the_line_names_it() {
        let mut config = Config { console: false, ..Config::default() };
        assert!(left_out(&config, |_| false).is_empty(), "what is not asked for is not missed");
        config.console = true;
        config.api.docs = Some(true);
        config.layout = Some("frame".into());
        config.mail.url = Some("smtp://localhost".into());
        config.sms.url = Some("http://localhost".into());
        config.sms.countries = vec!["DE".into()];
        config.sign_in.usernames = Some(Usernames::Optional);
        let keys =
            ["api.docs", "console", "layout", "mail.url", "sms.url", "sms.countries", "sign_in.usernames"];
        let faults = left_out(&config, |_| false);
        assert_eq!(
            faults.iter().map(|fault| fault.key.as_str()).collect::<Vec<_>>(),
            keys.map(|key| { format!("latchkey.{key}") })
        );
        let said = "latchkey.mail.url needs the feature \"mail\" of the crate latchkey: ";
        assert!(faults[3].to_string().starts_with(said), "{}", faults[3]);
        assert!(left_out(&config, |_| true).is_empty());
    }
}
