//! A039, A043, A044: a change of an account ends its earlier keys and sessions, and requires the password.

use crate::{
    common::{Capabilities, NEW, OLD, OTHER},
    fixture::AttackFixture,
    tries::{EVERY, SITE},
};

attacks! {
    EVERY => a039_whatever_changes_an_account_kills_its_keys;
    SITE => a043_whatever_changes_an_account_ends_its_sessions, a044_a_remembered_browser_is_asked_who_is_there;
}

const CHANGES: [&str; 4] = ["password", "disabled", "role", "deleted"];

async fn a039_whatever_changes_an_account_kills_its_keys(fixture: &mut AttackFixture) {
    let app = &fixture.app;
    for change in CHANGES {
        let domain = fixture.strategy().path().rsplit('/').next().expect("a name").to_owned();
        let ann = app.account(&format!("{change}@{domain}.example.com")).await;
        let (link, opened) = (app.key(&ann).await.link(), app.browser());
        let page = opened.get(&link).await;
        let own = app.signed_in(&ann).await;
        match change {
            "password" => {
                let form = own.get("/change").await;
                own.submit(&form, &[("current-password", OLD), ("new_password", NEW)]).await;
            }
            "disabled" => _ = app.latchkey(&["user", "disable", &ann.email]),
            "role" => _ = app.latchkey(&["user", "role", &ann.email, "--add", "editor"]),
            _ => {
                let form = own.get("/account/delete").await;
                own.submit(&form, &[("current-password", OLD)]).await;
            }
        }
        fixture.is_unusable(&app.browser().get(&link).await).await;
        fixture.is_unusable(&opened.get(&page.place).await).await;
        for form in page.forms.iter().filter(|form| form.path().starts_with(&fixture.strategy().path())) {
            fixture.is_unusable(&opened.post(&opened.sent(&page, form, &[])).await).await;
        }
    }
    fixture.unharmed(&[]).await;
}

async fn a043_whatever_changes_an_account_ends_its_sessions(fixture: &mut AttackFixture) {
    let app = &fixture.app;
    let ann = app.account("ann@example.com").await;
    let (own, other) = (app.signed_in(&ann).await, app.signed_in(&ann).await);
    let form = own.get("/change").await;
    own.submit(&form, &[("current-password", OLD), ("new_password", NEW)]).await;
    assert!(own.is_signed_in().await && !other.is_signed_in().await, "a session outlives the password");
    app.latchkey(&["user", "disable", &ann.email]);
    assert!(!own.is_signed_in().await, "a session outlives the account");
    app.latchkey(&["user", "enable", &ann.email]);
    assert!(!own.is_signed_in().await && !other.is_signed_in().await, "a session rose from the dead");
    fixture.unharmed(&[]).await;
}

async fn a044_a_remembered_browser_is_asked_who_is_there(fixture: &mut AttackFixture) {
    let stolen = fixture.app.browser();
    let form = stolen.get("/login").await;
    stolen.submit(&form, &[("email", &*fixture.v.email), ("password", OLD), ("remember", "on")]).await;
    stolen.close();
    assert!(stolen.is_signed_in().await, "the browser is remembered");
    for place in ["/change", "/account/email", "/account/phone", "/account/delete", "/account/sessions"] {
        assert_eq!(stolen.get(place).await.path(), "/login", "{place} opens without a password");
        let fields = [
            ("password", OLD),
            ("new_password", OTHER),
            ("email", "x@example.org"),
            ("phone", "+4915199999999"),
        ];
        let request = stolen.request(reqwest::Method::POST, place).form(&fields);
        let answer = stolen.send(request).await;
        assert!(answer.location().starts_with("/login"), "{place}: {}", answer.status);
    }
    assert!(fixture.own.is_signed_in().await, "V's other session was ended");
    fixture.unharmed(&["session.remembered"]).await;
}
