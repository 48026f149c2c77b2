//! What is said of wrong configurations.

use figment::providers::{Format, Toml};

use super::*;
use crate::config::{Config, Judged};

fn figment(toml: &str) -> Figment {
    Figment::from(rocket::Config::debug_default()).merge(Toml::string(toml).nested())
}

fn told(toml: &str) -> String {
    extract::<Config>(&figment(toml), "latchkey").err().map_or(String::new(), |fault| fault.to_string())
}

#[test]
fn a_fault_names_its_key_from_the_first_table_on() {
    for (toml, said) in [
        ("[default.latchkey]\ncolour = 1", "latchkey.colour: this key is unknown"),
        ("[default.latchkey.reset.role.x]\nchanel = 1", "latchkey.reset.role.x.chanel: this key is unknown"),
        ("[default.latchkey.reset]\nstrategy = 'pigeon'", "latchkey.reset.strategy: `pigeon` is unknown"),
        (
            "[default.latchkey.reset]\nkey_ttl = 30",
            "latchkey.reset.key_ttl: a number stands where a duration",
        ),
        ("[default.latchkey]\ntrusted_proxies = 'x'", "latchkey.trusted_proxies: write a list of addresses"),
        ("[default.latchkey.password]\ncost = -1", "latchkey.password.cost: -1 is out of range"),
        ("[default]\nlatchkey = 'x'", "latchkey: text stands where a table belongs"),
    ] {
        assert!(told(toml).starts_with(said), "{toml}: {}", told(toml));
    }
}

#[test]
fn a_fault_is_one_line_and_tells_no_secret() {
    for toml in [
        "secret_key = 's3cret'",
        "[default.latchkey]\npepper = 's3cret'",
        "[default.latchkey]\npepper = ['s3cret'",
        "[default.latchkey]\nmail = 'smtp://me:s3cret@mail.example'",
        "[default.latchkey.sms]\nheaders = 's3cret'",
    ] {
        assert!(!told(toml).is_empty() && !told(toml).contains("s3cret"), "{toml}: {}", told(toml));
        assert_eq!(told(toml).lines().count(), 1, "{toml}: {}", told(toml));
    }
    let url = "[default.latchkey]\npublic_url = 'https://me:s3cret@id.example'";
    let fault = Judged::read(&figment(url).select("release")).err().unwrap().to_string();
    assert!(fault.contains("latchkey.public_url") && !fault.contains("s3cret"), "{fault}");
}

#[test]
fn a_key_that_nothing_reads_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Rocket.toml");
    for (toml, said) in [
        ("[default]\nprot = 1", "prot: nothing reads this key"),
        ("[default.latchky]\nx = 1", "latchky: nothing reads this key"),
        ("[default.databases.latchky]\nx = 1", "databases.latchky: nothing reads this key"),
        ("[default.tls]\ncerts = 'x'", "a proxy in front ends TLS"),
        ("[latchkey]\nx = 1", "write [default.latchkey]"),
        ("[default]\nport = 99999", "port: 99999 is out of range: write 0 to 65535"),
        ("port = 1", "write it under [default]"),
    ] {
        std::fs::write(&path, toml).unwrap();
        let read = Figment::from(rocket::Config::debug_default()).merge(Toml::file(&path).nested());
        let fault = refuse_strays(&read).err().map_or(String::new(), |fault| fault.to_string());
        assert!(fault.contains(said), "{toml}: {fault}");
    }
    std::fs::write(&path, "[default]\ntemplate_dir = 'x'\nsecret_key = 'x'\n[default.latchkey]").unwrap();
    let read = Figment::from(rocket::Config::debug_default()).merge(Toml::file(&path).nested());
    assert!(refuse_strays(&read).is_ok());
}
