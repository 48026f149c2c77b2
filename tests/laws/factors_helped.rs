//! What an admin sees of second factors, and does for somebody who has lost theirs.

use serde_json::{Value, json};

use crate::{
    admin::{admin, place},
    common::{Authenticator, Browser, Person, Setting, Site, TestApp, command, recovery_codes},
};

for_both_databases! {
    a_list_of_factors_holds_no_secret,
    lost_factors_are_removed,
    the_command_line_removes_factors,
    one_admin_removes_no_other_admins_factors,
    who_lets_in_is_told_what_it_removes,
    the_overview_counts_people_by_factor,
    check_counts_who_needs_a_factor,
    check_names_factors_whose_key_is_lost,
    an_explanation_names_the_factors,
    an_explanation_tells_how_somebody_signs_in,
    a_difference_counts_who_is_held_up,
    the_console_shows_where_a_demand_is_set,
}

/// A person with an authenticator app, and with its recovery codes.
async fn with_app(app: &TestApp, email: &str) -> (Person, Authenticator, Vec<String>) {
    let ann = app.account(email).await;
    let (authenticator, page) = app.set_up_app(&app.signed_in(&ann).await).await;
    app.mailbox.rest(&ann.email).await;
    (ann, authenticator, recovery_codes(&page))
}

/// Removes the factors of `email` in the console.
async fn remove(browser: &Browser, email: &str, reason: &str) -> crate::common::Page {
    let place = place(browser, email).await;
    let page = browser.get(&place).await;
    let form = page.form_to(&format!("{place}/remove-factors"));
    browser.post(&browser.sent(&page, form, &[("factors-reason", reason)])).await
}

/// True if the password alone signs in.
async fn password_is_enough(app: &Site, ann: &Person) -> bool {
    let browser = app.browser();
    app.sign_in(&browser, &ann.email, &ann.password).await;
    browser.is_signed_in().await
}

/// Output of a command after these changes of the configuration.
fn after(app: &Site, changes: &[(&str, Value)], arguments: &[&str]) -> String {
    let mut config = app.config.clone();
    config.change(changes);
    std::fs::write(app.setting.folder.join("Rocket.toml"), config.toml()).expect("written");
    let output = command(&app.setting.folder, "debug", arguments).output().expect("latchkey runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

async fn a_list_of_factors_holds_no_secret(setting: Setting) {
    let app = setting.app().await;
    let (ann, authenticator, codes) = with_app(&app, "ann@example.com").await;
    let (_, browser) = admin(&app).await;
    let page = browser.get(&place(&browser, &ann.email).await).await;
    let told = app.told(&["user", "factors", &ann.email]);
    let read: Value =
        serde_json::from_str(&app.told(&["user", "factors", &ann.email, "--json"])).expect("JSON");
    assert!(
        page.text.contains("Authenticator app") && page.text.contains("10 recovery codes left"),
        "{page}"
    );
    assert!(told.contains("totp") && told.contains("recovery codes left: 10"), "{told}");
    assert_eq!((&read["recovery_codes"], &read["factors"][0]["kind"]), (&json!(10), &json!("totp")));
    let code = authenticator.code(&app);
    for shown in [&page.body, &told, &read.to_string()] {
        let secret = codes.iter().chain([&code]).find(|secret| shown.contains(secret.as_str()));
        assert_eq!(secret, None, "{shown}");
    }
    let bob = app.account("bob@example.com").await;
    let page = browser.get(&place(&browser, &bob.email).await).await;
    assert!(!page.body.contains("remove-factors"), "{page}");
    assert_eq!(app.told(&["user", "factors", &bob.email]), "");
}

async fn lost_factors_are_removed(setting: Setting) {
    let app = setting.app().await;
    let (ann, authenticator, codes) = with_app(&app, "ann@example.com").await;
    let (_, browser) = admin(&app).await;
    let refused = remove(&browser, &ann.email, " x ").await;
    assert!(refused.status == 422 && !password_is_enough(&app, &ann).await, "{refused}");
    let page = remove(&browser, &ann.email, "lost the phone").await;
    assert!(page.status == 200 && !page.body.contains("remove-factors"), "{page}");
    assert!(password_is_enough(&app, &ann).await);
    let events = browser.ask(reqwest::Method::GET, "/admin/events.csv?kind=factor.removed_all").await.text();
    assert!(events.contains("root@example.com") && events.contains("lost the phone"), "{events}");
    let notice = app.mailbox.next_notice(&ann.email).await;
    assert!(notice.text.contains("Support") || notice.text.contains("support"), "{}", notice.text);
    let owner = app.browser();
    owner.press(&owner.get(&notice.link()).await, "/reset/not-me").await;
    let told = app.told(&["user", "factors", &ann.email]);
    assert!(told.contains("totp") && told.contains("recovery codes left: 10"), "undone: {told}");
    let link = app.mailbox.next_key(&ann.email).await.link();
    app.next_code_is_shown();
    let browser = app.browser();
    let page = browser.get(&link).await;
    let page = browser.submit(&page, &[("new-password", crate::common::NEW)]).await;
    assert_eq!(page.path(), "/login/factor", "{page}");
    browser.submit(&page, &[("one-time-code", &authenticator.code(&app))]).await;
    assert!(browser.is_signed_in().await);
    assert_eq!(codes.len(), 10);
}

async fn the_command_line_removes_factors(setting: Setting) {
    let app = setting.app().await;
    let (ann, ..) = with_app(&app, "ann@example.com").await;
    assert!(app.told(&["user", "factors", &ann.email]).contains("totp"));
    for (arguments, status) in [
        (&["user", "remove-factors", "ann@example.com"][..], 2),
        (&["user", "remove-factors", "ann@example.com", "--reason", "x"], 2),
        (&["user", "remove-factors", "nobody@example.com", "--reason", "lost it"], 3),
        (&["user", "factors", "nobody@example.com"], 3),
        (&["user", "remove-factors", "ann@example.com", "--reason", "lost it"], 0),
        (&["user", "remove-factors", "ann@example.com", "--reason", "lost it"], 3),
    ] {
        let output = command(&app.setting.folder, "debug", arguments).output().expect("latchkey runs");
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {output:?}");
    }
    assert!(password_is_enough(&app, &ann).await);
    assert!(app.mailbox.next_notice(&ann.email).await.is_notice());
    let told = app.told(&["events"]);
    assert!(told.contains("factor.removed_all") && told.contains("lost it"), "{told}");
}

async fn one_admin_removes_no_other_admins_factors(setting: Setting) {
    let app = setting.app().await;
    let (bob, ..) = with_app(&app, "bob@example.com").await;
    app.latchkey(&["user", "role", &bob.email, "--add", "admin"]);
    let (_, browser) = admin(&app).await;
    let place = place(&browser, &bob.email).await;
    let page = browser.get(&place).await;
    assert!(!page.offers(&format!("{place}/remove-factors")), "{page}");
    let fields = vec![("factors-reason".to_owned(), "a reason".to_owned())];
    let sent = crate::common::Sent { to: format!("{place}/remove-factors"), fields };
    assert_eq!(browser.post(&sent).await.status, 422);
    assert!(!password_is_enough(&app, &bob).await);
}

async fn who_lets_in_is_told_what_it_removes(setting: Setting) {
    let app = setting.app().await;
    let (ann, ..) = with_app(&app, "ann@example.com").await;
    let (_, browser) = admin(&app).await;
    let page = browser.get(&place(&browser, &ann.email).await).await;
    assert!(page.text.contains("two-step sign-in is removed"), "{page}");
    let arguments = ["--strategy", "set_then_login", "--reason", "lost the phone"];
    let let_in = |email| app.told(&[&["user", "let-in", email][..], &arguments].concat());
    let told = let_in(&*ann.email);
    assert!(told.contains("it removes the second factors"), "{told}");
    for message in app.mailbox.rest(&ann.email).await {
        assert!(message.text.contains("two-step sign-in"), "{}", message.text);
    }
    app.account("bob@example.com").await;
    let told = let_in("bob@example.com");
    assert!(!told.contains("second factors"), "{told}");
}

async fn the_overview_counts_people_by_factor(setting: Setting) {
    let app = setting.app().await;
    let (_, browser) = admin(&app).await;
    assert!(!browser.get("/admin").await.text.contains("Authenticator app"));
    for email in ["ann@example.com", "bob@example.com"] {
        with_app(&app, email).await;
    }
    let page = browser.get("/admin").await;
    assert!(page.text.contains("Authenticator app") && page.text.contains("2 people"), "{page}");
}

async fn check_counts_who_needs_a_factor(setting: Setting) {
    let app = setting.app().await;
    let (ann, ..) = with_app(&app, "ann@example.com").await;
    let bob = app.account("bob@example.com").await;
    for person in [&ann, &bob] {
        app.latchkey(&["user", "role", &person.email, "--add", "staff"]);
    }
    app.account("eve@example.com").await;
    let check = |changes: &[(&str, Value)]| after(&app, changes, &["check"]);
    let told = check(&[("latchkey.sign_in.role.staff.second_factor", json!("required"))]);
    assert!(told.contains("of 2 accounts with the role staff, 1 have a second factor"), "{told}");
    assert!(told.contains("staff     required, counting passkey, totp, sms, email (accounts: 2)"), "{told}");
    let told = check(&[("latchkey.sign_in.second_factor", json!("required"))]);
    assert!(told.contains("of 3 accounts, 1 have a second factor"), "{told}");
    let told = check(&[("latchkey.sign_in.role.stuff.second_factor", json!("required"))]);
    assert!(told.contains("no account has this role") && told.contains("did you mean `staff`?"), "{told}");
    let told = check(&[("latchkey.sign_in.role.staff.second_factor", json!("if_set_up"))]);
    assert!(told.contains("sign_in.role.staff: changes nothing"), "{told}");
    let told = check(&[]);
    assert!(!told.contains("second factor that counts"), "{told}");
}

async fn check_names_factors_whose_key_is_lost(setting: Setting) {
    let app = setting.app().await;
    let (ann, ..) = with_app(&app, "ann@example.com").await;
    let told = after(&app, &[], &["check"]);
    assert!(!told.contains("cannot be opened"), "{told}");
    let other = json!("b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3RoZXItb3RoZXI=");
    let told = after(&app, &[("secret_key", other)], &["check"]);
    assert!(told.contains("cannot be opened") && told.contains(&format!(": 1, of {}", ann.email)), "{told}");
}

async fn an_explanation_names_the_factors(setting: Setting) {
    let app = setting.app().await;
    let (ann, ..) = with_app(&app, "ann@example.com").await;
    let bob = app.account("bob@example.com").await;
    for person in [&ann, &bob] {
        app.latchkey(&["user", "role", &person.email, "--add", "staff"]);
    }
    let required = [("latchkey.sign_in.role.staff.second_factor", json!("required"))];
    let explain = |email: &str| after(&app, &required, &["policy", "explain", "--user", email]);
    let told = explain(&ann.email);
    for part in ["which is asked for: Authenticator app", "second_factor required", "for the role staff"] {
        assert!(told.contains(part), "{part:?} in {told}");
    }
    assert!(explain(&bob.email).contains("set one up when they next sign in"));
}

async fn an_explanation_tells_how_somebody_signs_in(setting: Setting) {
    let methods = json!(["password", "email_code", "email_link", "sms_code", "totp"]);
    let app = setting.app_with(&[("latchkey.sign_in.methods", methods)]).await;
    let (ann, ..) = with_app(&app, "ann@example.com").await;
    let bob = app.account("bob@example.com").await;
    let named = [("latchkey.sign_in.usernames", json!("required"))];
    let told = after(&app, &named, &["policy", "explain", "--user", &ann.email]);
    for part in [
        "by email address or username",
        "one of: Password, Code by email, Link by email, Authenticator app.",
        "They prove a second step: Authenticator app, Recovery code.",
        "only then does the new password count: Authenticator app",
        "They choose a username",
    ] {
        assert!(told.contains(part), "{part:?} in {told}");
    }
    assert!(!told.contains("passkey that verifies"), "{told}");
    let told = app.told(&["policy", "explain", "--user", &bob.email]);
    assert!(!told.contains("They prove a second step") && !told.contains("email, Authenticator"), "{told}");
    let required = [("latchkey.sign_in.second_factor", json!("required"))];
    let told = after(&app, &required, &["policy", "explain", "--user", &bob.email]);
    assert!(told.contains("They set up a second step: Passkey, Authenticator app"), "{told}");
    let told = after(&app, &required, &["policy", "explain", "--role", "admin"]);
    assert!(told.contains("prove a second step, or set one up: Passkey"), "{told}");
}

async fn a_difference_counts_who_is_held_up(setting: Setting) {
    let app = setting.app().await;
    with_app(&app, "ann@example.com").await;
    app.account("bob@example.com").await;
    let folder = &app.setting.folder;
    let mut config = app.config.clone();
    std::fs::write(folder.join("old.toml"), config.toml()).expect("written");
    config.set("latchkey.sign_in.second_factor", json!("required"));
    std::fs::write(folder.join("new.toml"), config.toml()).expect("written");
    let diff = |arguments: &[&str]| {
        let arguments = [&["policy", "diff"][..], arguments].concat();
        let output = command(folder, "debug", &arguments).output().expect("latchkey runs");
        (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code())
    };
    let (told, status) = diff(&["old.toml", "new.toml"]);
    for part in [
        "second_factor if_set_up -> required  stricter",
        "when they next sign in: 1 accounts",
        "(accounts: 2)",
    ] {
        assert!(status == Some(1) && told.contains(part), "{part:?} in {told}");
    }
    let read: Value = serde_json::from_str(&diff(&["new.toml", "old.toml", "--json"]).0).expect("JSON");
    assert_eq!(
        (&read["held_up"], &read["sign_in"][0]["changes"][0]["becomes"]),
        (&json!(0), &json!("laxer"))
    );
}

async fn the_console_shows_where_a_demand_is_set(setting: Setting) {
    let app = setting.app_with(&[("latchkey.sign_in.role.staff.second_factor", json!("required"))]).await;
    let (_, browser) = admin(&app).await;
    let page = browser.get("/admin/policy").await;
    for part in ["Signing in", "second_factor", "required", "Everybody needs a second step"] {
        assert!(page.text.contains(part), "{part:?} in {page}");
    }
}
