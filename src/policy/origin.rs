//! Origin of each setting of a policy: which role asked for it, in which line of which file.

use figment::Figment;
use serde::Serialize;

use super::{
    ResetSettings,
    setting::Setting,
    sign_in::{self, SignInSettings},
    table_key,
};
use crate::findings::place::Place;

/// A setting in force, and its origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// Its name in `Rocket.toml`.
    pub setting: &'static str,
    /// Value in force.
    pub value: String,
    /// Place where it is set.
    pub place: Place,
    /// Role that asked for it; `None` for the base.
    pub role: Option<String>,
}

/// Returns each setting of resets for an account with these roles, in the order of `Rocket.toml`.
pub fn origins(figment: &Figment, settings: &ResetSettings, roles: &[&str]) -> Vec<Origin> {
    let policy = settings.policy(roles.iter().copied());
    let origin = |setting: Setting| {
        let value = setting.of(&policy);
        let agrees = |role: &&str| setting.of(&settings.policy([*role])) == value;
        let says = |role: &&str| settings.role.get(*role).is_some_and(|table| setting.is_set(table));
        let role = roles.iter().copied().filter(agrees).find(says);
        let table = role.and_then(|role| settings.role.get(role)).unwrap_or(settings);
        // A lifetime that a strategy shortens is not set anywhere.
        let cut = setting == Setting::KeyTtl && table.key_ttl != Some(policy.key_ttl);
        let key = format!("{}.{}", table_key(role.unwrap_or_default()), setting.name());
        let place = if cut { Place::Default } else { Place::of(figment, &key) };
        Origin { setting: setting.name(), value, place, role: role.map(str::to_owned) }
    };
    Setting::all().iter().copied().map(origin).collect()
}

/// Returns each setting of signing in for an account with these roles, in the order of `Rocket.toml`.
pub fn sign_in_origins(figment: &Figment, settings: &SignInSettings, roles: &[&str]) -> Vec<Origin> {
    let of = |roles: &[&str]| settings.policy(roles.iter().copied()).values();
    let origin = |(at, (setting, value)): (usize, (&'static str, String))| {
        let place = |role: &str| Place::of(figment, &format!("{}.{setting}", sign_in::table_key(role)));
        let says = |role: &&str| settings.role.contains_key(*role) && place(role) != Place::Default;
        let agrees = |role: &&str| of(&[*role])[at].1 == value;
        let role = roles.iter().copied().filter(says).find(agrees);
        // Several roles may count fewer factors together than any of them alone.
        let role = role.or_else(|| roles.iter().copied().find(says).filter(|_| of(&[])[at].1 != value));
        let place = place(role.unwrap_or_default());
        Origin { setting, value, place, role: role.map(str::to_owned) }
    };
    of(roles).into_iter().enumerate().map(origin).collect()
}

#[cfg(test)]
mod tests {
    use figment::providers::{Format, Toml};

    use super::*;
    use crate::policy::{Written, own_strategy::Strategies};

    #[test]
    fn each_setting_names_who_asked_and_the_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Rocket.toml");
        let toml = "[default.latchkey.reset]\nin_flight = 'revoke'\n[default.latchkey.reset.role.a]\n\
            strategy = 'one_time_login'\n[default.latchkey.reset.role.b]\nstrategy = 'second_key'\n";
        std::fs::write(&path, toml).unwrap();
        let figment = Figment::from(Toml::file(&path).nested());
        let written: ResetSettings<Written> = figment.extract_inner("latchkey.reset").unwrap();
        let settings = written.resolve(&Strategies::default()).0;
        let origins = origins(&figment, &settings, &["a", "b"]);
        let of = |name| origins.iter().find(|origin| origin.setting == name).unwrap();
        let line = |name| of(name).place.to_string().rsplit(':').next().map(str::to_owned);
        assert_eq!((line("strategy").as_deref(), of("strategy").role.as_deref()), (Some("6"), Some("b")));
        assert_eq!((line("in_flight").as_deref(), of("in_flight").role.as_deref()), (Some("2"), None));
        assert_eq!((&of("channel").place, of("channel").role.as_deref()), (&Place::Default, None));
        assert_eq!((of("key_ttl").value.as_str(), &of("key_ttl").place), ("10m", &Place::Default));
    }

    #[test]
    fn a_setting_of_signing_in_names_the_role_and_the_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Rocket.toml");
        let toml = "[default.latchkey.sign_in]\nfactors = ['totp']\n[default.latchkey.sign_in.role.b]\n\
            second_factor = 'required'\n";
        std::fs::write(&path, toml).unwrap();
        let figment = Figment::from(Toml::file(&path).nested());
        let settings: SignInSettings = figment.extract_inner("latchkey.sign_in").unwrap();
        let line = |origin: &Origin| origin.place.to_string().rsplit(':').next().map(str::to_owned);
        let [second_factor, factors, ..] = &*sign_in_origins(&figment, &settings, &["a", "b"]) else {
            panic!("its settings")
        };
        assert_eq!((line(second_factor).as_deref(), second_factor.role.as_deref()), (Some("4"), Some("b")));
        assert_eq!((line(factors).as_deref(), factors.role.as_deref()), (Some("2"), None));
        let origins = sign_in_origins(&figment, &settings, &["a"]);
        assert_eq!(
            (&*origins[0].value, &origins[0].place, &origins[0].role),
            ("if_set_up", &Place::Default, &None)
        );
    }
}
