//! Messages about wrong configurations.

use figment::providers::{Format, Toml};

use super::{
    super::{Config, Provided, Validated},
    *,
};

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
        (
            "[default.latchkey.reset]\nkey_ttl = 30",
            "latchkey.reset.key_ttl: a number stands where a duration",
        ),
        ("[default.latchkey]\ntrusted_proxies = 'x'", "latchkey.trusted_proxies: write a list of addresses"),
        ("[default.latchkey.password]\ncost = -1", "latchkey.password.cost: -1 is out of range"),
        (
            "[default.latchkey.sign_in]\nusernames = true",
            "latchkey.sign_in.usernames: true or false stands where a word in quotes belongs",
        ),
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
    let fault =
        Validated::read(&figment(url).select("release"), &Provided::default()).err().unwrap().to_string();
    assert!(fault.contains("latchkey.public_url") && !fault.contains("s3cret"), "{fault}");
}

#[test]
fn every_fault_is_told_at_once() {
    let toml = "[default.latchkey]\nsite_name = 1\ncolour = 1\nmail = 'x'\n[default.latchkey.reset.role.x]\nchannel = 'fax'\nchanel = 1";
    let lines = told(toml);
    for key in ["site_name", "colour", "mail", "reset.role.x.channel", "reset.role.x.chanel"] {
        let start = format!("latchkey.{key}: ");
        assert_eq!(lines.lines().filter(|line| line.starts_with(&start)).count(), 1, "{key}: {lines}");
    }
    assert_eq!(lines.lines().count(), 5, "{lines}");
}

#[test]
fn what_cannot_be_read_is_no_reason_to_call_it_missing() {
    let toml = "[release]\nsecret_key = 'x'\n[release.latchkey]\nmail = 'x'\npepper = 'x'\npublic_url = 1";
    let findings =
        Validated::look(&figment(toml).select("release"), &Provided::default()).ok().unwrap().findings;
    let keys: Vec<_> = findings.iter().map(|finding| finding.key.as_str()).collect();
    assert_eq!(keys, ["latchkey.mail", "latchkey.pepper", "latchkey.public_url"], "{findings:?}");
}

#[test]
fn a_variable_that_is_meant_for_us_is_read_or_refused() {
    let refused = |name: &str| misread(std::iter::once(name.to_owned())).len() == 1;
    for name in [
        "ROCKET_LATCHKEY__RESET__STRATEGY",
        "ROCKET_LATCHKEY_SITE_NAME",
        "ROCKET_LATCHKEY.SITE_NAME",
        "rocket_latchkey_log",
        "ROCKET_LATCHKEYS",
        "ROCKET_DATABASES__LATCHKEY__URL",
    ] {
        assert!(refused(name), "{name}");
    }
    for name in ["ROCKET_LATCHKEY", "rocket_latchkey", "ROCKET_DATABASES", "ROCKET_PORT", "LATCHKEY", "HOME"]
    {
        assert!(!refused(name), "{name}");
    }
}

#[test]
fn a_key_that_nothing_reads_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Rocket.toml");
    for (toml, said) in [
        ("[default]\nprot = 1", "prot: nothing reads this key"),
        ("[default.latchky]\nx = 1", "latchky: nothing reads this key: write latchkey"),
        ("[default.databases.latchky]\nx = 1", "databases.latchky: nothing reads this key"),
        ("[default.tls]\ncerts = 'x'", "a proxy in front ends TLS"),
        ("[latchkey]\nx = 1", "write [default.latchkey]"),
        ("[default]\nport = 99999", "port: 99999 is out of range: write 0 to 65535"),
        ("port = 1", "write it under [default]"),
    ] {
        std::fs::write(&path, toml).unwrap();
        let read = Figment::from(rocket::Config::debug_default()).merge(Toml::file(&path).nested());
        let fault = Error::from(outside(&read, Owner::Server)).to_string();
        assert!(fault.contains(said), "{toml}: {fault}");
    }
    std::fs::write(&path, "[default]\ntemplate_dir = 'x'\nsecret_key = 'x'\n[default.latchkey]").unwrap();
    let read = Figment::from(rocket::Config::debug_default()).merge(Toml::file(&path).nested());
    assert!(outside(&read, Owner::Server).is_empty());
}

#[test]
fn an_application_has_keys_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Rocket.toml");
    let found = |toml: &str| {
        std::fs::write(&path, toml).unwrap();
        let read = Figment::from(rocket::Config::debug_default()).merge(Toml::file(&path).nested());
        Error::from(outside(&read, Owner::Application)).to_string()
    };
    assert_eq!(
        found("[default]\nmy_key = 1\n[default.mail]\nx = 1\n[default.databases.shop]\nurl = 'x'"),
        ""
    );
    assert!(found("[default.latchky.reset]\nstrategy = 'second_key'").contains("write latchkey"));
}
