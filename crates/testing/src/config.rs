//! A site's configuration: keys and values, written as a TOML file for a server in this process or in its own.

use std::{collections::BTreeMap, fmt::Write, sync::LazyLock};

use rocket::figment::{
    Figment,
    providers::{Format, Toml},
};
use serde_json::{Value, json};

use super::Setting;

/// Path that the sites are mounted at, if `LATCHKEY_TEST_BASE` says so: the tests name addresses without it.
static BASE: LazyLock<String> = LazyLock::new(|| std::env::var("LATCHKEY_TEST_BASE").unwrap_or_default());

/// The address at a server of a path that a test or a message names.
pub fn based(path: &str) -> String {
    if path.starts_with(&*BASE) || path.starts_with("/.well-known/") {
        path.to_owned()
    } else if path == "/" {
        BASE.clone()
    } else {
        format!("{}{path}", *BASE)
    }
}

/// The part of a path on a page that is below the base, where all of them are.
pub fn below(path: &str) -> &str {
    let below = path.strip_prefix(&**BASE).filter(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    match below {
        Some("") => "/",
        Some(below) => below,
        None => panic!("{path} is not below {}", *BASE),
    }
}

/// A path without the base, if it is below it.
pub fn unbased(path: &str) -> &str {
    path.strip_prefix(&**BASE).filter(|rest| rest.starts_with('/')).unwrap_or(path)
}

/// One key and its value.
pub type Change<'a> = (&'a str, Value);

/// Keys under `[default]`, such as `latchkey.reset.strategy`, with their values.
#[derive(Clone)]
pub struct Config(BTreeMap<String, Value>);

impl Config {
    /// A site in `setting`, on `port` of the loopback interface: no limits, cheap hashes, fixed secrets.
    pub fn new(setting: &Setting, port: u16) -> Config {
        let mut config = Config(BTreeMap::new());
        config.set("address", json!("127.0.0.1"));
        config.set("port", json!(port));
        config.set("workers", json!(2));
        config.set("log_level", json!("off"));
        config.set("cli_colors", json!(false));
        config.set("secret_key", json!("hPRYyVRiMyxpw5sBB1XeCMN1kFsDCqKvBi2QJxBVHQk="));
        config.set("shutdown.ctrlc", json!(false));
        config.set("shutdown.signals", json!([]));
        config.set("shutdown.grace", json!(1));
        config.set("shutdown.mercy", json!(1));
        config.set("databases.latchkey.url", json!(setting.database));
        // No test takes the power away, so none has to wait for the disk.
        config.set("databases.latchkey.synchronous", json!("normal"));
        config.set("latchkey.public_url", json!(format!("http://127.0.0.1:{port}")));
        if !BASE.is_empty() {
            config.set("latchkey.base", json!(*BASE));
        }
        config.set("latchkey.pepper", json!(["a pepper that is long enough for a test"]));
        config.set("latchkey.limits.enabled", json!(false));
        config.set("latchkey.password.cost", json!(4));
        config.set("latchkey.reset.strategy", json!(setting.strategy.name()));
        config
    }

    /// Sets one key.
    pub fn set(&mut self, key: &str, value: Value) {
        self.0.insert(key.to_owned(), value);
    }

    /// Sets several keys; `null` removes one.
    pub fn change(&mut self, changes: &[Change<'_>]) {
        for (key, value) in changes {
            if value.is_null() {
                self.0.remove(*key);
            } else {
                self.set(key, value.clone());
            }
        }
    }

    /// Sets a key that is not set yet.
    pub fn prefer(&mut self, key: &str, value: Value) {
        self.0.entry(key.to_owned()).or_insert(value);
    }

    /// The same for a server in its own process, which stops on signals.
    pub fn for_a_process(mut self) -> Config {
        self.0.retain(|key, _| !key.starts_with("shutdown."));
        self
    }

    /// Port of the server.
    pub fn port(&self) -> u64 {
        self.0["port"].as_u64().expect("a port")
    }

    /// URL of the database.
    pub fn database(&self) -> String {
        let entry = self.0.get("latchkey.database").and_then(Value::as_str).unwrap_or("latchkey");
        self.0[&format!("databases.{entry}.url")].as_str().expect("a URL").to_owned()
    }

    /// URL that links begin with.
    pub fn public_url(&self) -> String {
        self.0["latchkey.public_url"].as_str().expect("a URL").to_owned()
    }

    /// True if limits are enabled.
    pub fn limits(&self) -> bool {
        self.0["latchkey.limits.enabled"] == true
    }

    /// The text of a `Rocket.toml`.
    pub fn toml(&self) -> String {
        let mut text = String::from("[default]\n");
        for (key, value) in &self.0 {
            let _ = writeln!(text, "{key} = {}", toml(value));
        }
        text
    }

    /// The figment for the library's own entry point, in the debug profile.
    pub fn figment(&self) -> Figment {
        Figment::from(rocket::Config::debug_default())
            .merge(Toml::string(&self.toml()).nested())
            .select("debug")
    }
}

fn toml(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|(key, value)| format!("{key:?} = {}", toml(value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Value::Array(values) => format!("[{}]", values.iter().map(toml).collect::<Vec<_>>().join(", ")),
        plain => plain.to_string(),
    }
}
