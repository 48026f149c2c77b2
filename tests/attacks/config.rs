//! A098, A114: an unsafe configuration does not start, and development features are closed to others.

use reqwest::Method;
use serde_json::json;

use crate::{
    common::{Binary, Change, refused, release},
    fixture::AttackFixture,
    tries::SITE,
};

attacks! {
    SITE => a098_an_unsafe_configuration_starts_nothing, a114_no_door_of_development_is_open_to_others;
}

async fn a098_an_unsafe_configuration_starts_nothing(fixture: &mut AttackFixture) {
    let good = |without| release(&fixture.app.setting.database, without);
    let changed = |from: &str, to: &str| good("").replace(from, to);
    let with = |lines: &str| format!("{}\n[release.latchkey.{lines}\n", good(""));
    for key in ["secret_key", "pepper", "public_url", "trusted_proxies", "mail.url"] {
        refused("release", &good(key), &[key]);
    }
    for (toml, words) in [
        (changed("https://id.northwind.test", "http://id.northwind.test"), &["public_url"][..]),
        (changed("https://id.northwind.test", "https://id.northwind.test/path"), &["public_url"]),
        (changed("?tls=required", ""), &["mail.url"]),
        (changed("?tls=required", "?tls=opportunistic"), &["mail.url"]),
        (with("limits]\nenabled = false"), &["limits.enabled"]),
        (with("sms]\nurl = \"http://gateway.northwind.test/send\""), &["sms.url"]),
        (with("reset]\nkey_ttl = \"3h\""), &["key_ttl", "3h"]),
        (with("reset]\nkey_ttl = \"1s\""), &["key_ttl", "1s"]),
        (with("reset]\nstrategy = \"one_time_login\"\nkey_ttl = \"30m\""), &["key_ttl", "30m"]),
        (with("reset]\nstrategy = \"sms_approved\"\nchannel = \"sms\""), &["sms_approved", "channel"]),
        (with("reset]\nstrategy = \"sms_approved\""), &["sms"]),
        (with("reset]\nstrategy = \"carrier_pigeon\""), &["strategy", "carrier_pigeon"]),
    ] {
        refused("release", &toml, words);
    }
    fixture.unharmed(&[]).await;
}

async fn a114_no_door_of_development_is_open_to_others(fixture: &mut AttackFixture) {
    let setting = fixture.app.setting.clone();
    let url = json!("https://id.northwind.test");
    let mail = json!("smtp://user:word@mail.northwind.test:587?tls=required");
    let release: &[Change<'_>] = &[
        ("latchkey.public_url", url.clone()),
        ("latchkey.trusted_proxies", json!("none")),
        ("latchkey.limits.enabled", json!(true)),
        ("latchkey.password.cost", json!(10)),
        ("latchkey.mail.url", mail),
        ("latchkey.mail.from", json!("Latchkey <no-reply@northwind.test>")),
    ];
    for (profile, changes, status) in [
        ("debug", &[][..], 200),
        ("debug", &[("address", json!("0.0.0.0"))], 404),
        ("debug", &[("address", json!("::"))], 404),
        ("debug", &[("latchkey.public_url", url)], 404),
        ("release", release, 404),
    ] {
        let config = setting.config(changes);
        let server = Binary::start_with(&setting, config, &[("ROCKET_PROFILE", profile)]).await;
        let browser = server.browser();
        for place in ["/dev/mailbox", "/dev/mailbox?x=1", "/dev/../dev/mailbox"] {
            let answer = browser.ask(Method::GET, place).await;
            assert_eq!(answer.status, status, "{place} under {profile} with {changes:?}");
        }
        let (_, printed) = server.end("TERM").await;
        assert!(!printed.contains("panicked"), "{printed}");
    }
    fixture.unharmed(&[]).await;
}
