//! Advice on the command line before a switch, counted from existing people and keys.

use std::process::Output;

use serde_json::json;

use crate::common::{Setting, Site, command};

for_both_databases! {
    check_counts_who_has_no_phone,
    check_doubts_a_role_that_nobody_has,
    an_explanation_names_what_a_person_has,
    a_difference_counts_people_and_keys,
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Output of `check` after these changes.
pub fn checked(app: &Site, changes: &[(&str, serde_json::Value)]) -> String {
    let mut config = app.config.clone();
    config.change(changes);
    std::fs::write(app.setting.folder.join("Rocket.toml"), config.toml()).expect("written");
    text(&command(&app.setting.folder, "debug", &["check"]).output().expect("latchkey runs"))
}

async fn check_counts_who_has_no_phone(setting: Setting) {
    let app = setting.app().await;
    let ann = app.account("ann@example.com").await;
    app.add_phone(&ann).await;
    let bob = app.account("bob@example.com").await;
    app.latchkey(&["user", "role", &bob.email, "--add", "staff"]);
    let strict = ("latchkey.reset.strategy", json!("sms_approved"));
    let told = checked(&app, &[strict]);
    assert!(told.contains("everybody sms_approved") && told.contains("(accounts: 2)"), "{told}");
    assert!(told.contains("of 2 accounts, 1 have a usable phone"), "{told}");
    let told = checked(&app, &[("latchkey.reset.role.staff.strategy", json!("sms_approved"))]);
    assert!(told.contains("of 1 accounts with the role staff, none have a usable phone"), "{told}");
    app.latchkey(&["user", "disable", &bob.email]);
    let told = checked(&app, &[("latchkey.reset.strategy", json!("sms_approved"))]);
    assert!(!told.contains("have a usable phone"), "{told}");
}

async fn check_doubts_a_role_that_nobody_has(setting: Setting) {
    let app = setting.app().await;
    let doubt = |told: &str| told.contains("no account has this role");
    let table = |role: &str| [(format!("latchkey.reset.role.{role}.strategy"), json!("second_key"))];
    let told = |role: &str| {
        let [(key, value)] = table(role);
        checked(&app, &[(&key, value)])
    };
    assert!(!doubt(&told("staff")), "before there is anybody");
    let ann = app.account("ann@example.com").await;
    app.latchkey(&["user", "role", &ann.email, "--add", "staff"]);
    assert!(!doubt(&told("staff")), "{}", told("staff"));
    assert!(doubt(&told("stuff")) && told("stuff").contains("did you mean `staff`?"), "{}", told("stuff"));
}

async fn an_explanation_names_what_a_person_has(setting: Setting) {
    let app = setting.app_with(&[("latchkey.reset.role.staff.strategy", json!("sms_approved"))]).await;
    let ann = app.account("ann@example.com").await;
    app.latchkey(&["user", "role", &ann.email, "--add", "staff"]);
    let told = app.told(&["policy", "explain", "--user", &ann.email]);
    for part in [
        "ann@example.com has the role staff",
        "no confirmed phone",
        "cannot get back in",
        "for the role staff",
        "a code to their confirmed phone",
    ] {
        assert!(told.contains(part), "{part:?} in {told}");
    }
    app.add_phone(&ann).await;
    let told = app.told(&["policy", "explain", "--user", &ann.email]);
    assert!(told.contains("phone that can be used"), "{told}");
    let gateway = [
        ("latchkey.sms.url", json!("http://127.0.0.1:9/send")),
        ("latchkey.sms.fields", json!({ "to": "{to}", "text": "{text}" })),
        ("latchkey.sms.countries", json!(["AT"])),
    ];
    checked(&app, &gateway);
    let told = command(&app.setting.folder, "debug", &["policy", "explain", "--user", &ann.email]).output();
    let told = text(&told.expect("latchkey runs"));
    assert!(told.contains("does not include its country") && told.contains("cannot get back in"), "{told}");
    let nobody =
        command(&app.setting.folder, "debug", &["policy", "explain", "--user", "nobody@example.com"]);
    let nobody = { nobody }.output().expect("latchkey runs");
    assert_eq!(nobody.status.code(), Some(3));
}

async fn a_difference_counts_people_and_keys(setting: Setting) {
    let app = setting.app().await;
    let (ann, bob) = (app.account("ann@example.com").await, app.account("bob@example.com").await);
    app.latchkey(&["user", "role", &bob.email, "--add", "staff"]);
    app.key(&ann).await;
    app.key(&bob).await;
    let mut config = app.config.clone();
    let folder = &app.setting.folder;
    std::fs::write(folder.join("old.toml"), config.toml()).expect("written");
    config.set("latchkey.reset.role.staff.strategy", json!("second_key"));
    std::fs::write(folder.join("new.toml"), config.toml()).expect("written");
    let diff = |arguments: &[&str]| command(folder, "debug", arguments).output().expect("latchkey runs");
    let told = text(&diff(&["policy", "diff", "old.toml", "new.toml"]));
    for part in [
        "role staff (accounts: 1)",
        "set_then_login -> second_key  stricter",
        "affected: 1 of 2 accounts",
        "links that would stop working: 1 of set_then_login (staff)",
    ] {
        assert!(told.contains(part), "{part:?} in {told}");
    }
    let back = diff(&["policy", "diff", "new.toml", "old.toml", "--json"]);
    let read: serde_json::Value = serde_json::from_slice(&back.stdout).expect("JSON");
    assert_eq!((&read["affected"], &read["keys"], back.status.code()), (&json!(1), &json!([]), Some(1)));

    std::fs::write(folder.join("Rocket.toml"), "[default.latchkey]\ncolour = 1").expect("written");
    let beside = diff(&["policy", "diff", "old.toml", "new.toml"]);
    assert_eq!(beside.status.code(), Some(1), "the file here is none of the two: {}", text(&beside));
    config.set("latchkey.sign_in.methods", json!(["passkey"]));
    std::fs::write(folder.join("new.toml"), config.toml()).expect("written");
    let refused = diff(&["policy", "diff", "old.toml", "new.toml"]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{told}");
    assert!(told.contains("latchkey.sign_in.methods: people who have just registered"), "{told}");
}
