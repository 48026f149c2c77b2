//! A018, A040 to A042: a reset gives no session until it is complete, and ends everything older.

use crate::{fixture::AttackFixture, tries::EVERY};

attacks! {
    EVERY => a018_a_reset_under_way_opens_nothing_else, a040_a_change_of_address_dies_with_a_reset,
        a041_every_session_ends_with_a_reset, a042_no_remembered_browser_outlives_a_reset;
}

async fn a018_a_reset_under_way_opens_nothing_else(fixture: &mut AttackFixture) {
    let asking = fixture.app.browser();
    let form = asking.get("/reset").await;
    asking.submit(&form, &[("email", &fixture.v.email)]).await;
    let link = fixture.app.mailbox.next_key(&fixture.v.email).await.link();
    let opened = fixture.app.browser();
    fixture.app.prepare(&opened, &link, &fixture.v).await;
    for browser in [&asking, &opened] {
        for place in [
            "/account",
            "/change",
            "/account/email",
            "/account/phone",
            "/account/sessions",
            "/account/delete",
            "/admin",
        ] {
            let page = browser.get(place).await;
            assert_eq!(page.path(), "/login", "{place} opens during a reset: {page}");
        }
        assert!(!browser.get("/reset/new-password").await.asks(&["new_password"]));
    }
    let code = fixture.events().await.iter().any(|kind| kind == "reset.code_sent");
    fixture.unharmed(if code { &["reset.issued", "reset.code_sent"] } else { &["reset.issued"] }).await;
}

async fn a040_a_change_of_address_dies_with_a_reset(fixture: &mut AttackFixture) {
    let stolen = fixture.app.signed_in(&fixture.v).await;
    let form = stolen.get("/account/email").await;
    let fields = [("email", "elsewhere@example.org"), ("current-password", &*fixture.v.password)];
    stolen.submit(&form, &fields).await;
    let change = fixture.app.mailbox.next("elsewhere@example.org").await.link();
    let opened = fixture.app.browser();
    let confirm = opened.get(&change).await;
    let link = fixture.key().await;
    fixture.recover(&link).await;
    for page in [opened.press(&confirm, "/account/email/confirm").await, stolen.get(&change).await] {
        assert!(page.status >= 400 && !page.offers("/account/email/confirm"), "{page}");
    }
    fixture.unharmed(&["reset.completed"]).await;
}

async fn a041_every_session_ends_with_a_reset(fixture: &mut AttackFixture) {
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(fixture.app.signed_in(&fixture.v).await);
    }
    let link = fixture.key().await;
    let browser = fixture.recover(&link).await;
    for other in &others {
        assert!(!other.is_signed_in().await, "a session outlives the reset");
    }
    assert!(browser.is_signed_in().await);
    fixture.unharmed(&["reset.completed"]).await;
}

async fn a042_no_remembered_browser_outlives_a_reset(fixture: &mut AttackFixture) {
    let stolen = fixture.app.browser();
    let form = stolen.get("/login").await;
    let fields = [("email", &*fixture.v.email), ("password", &fixture.v.password), ("remember", "on")];
    stolen.submit(&form, &fields).await;
    let copy = stolen.copy();
    let link = fixture.key().await;
    fixture.recover(&link).await;
    for browser in [&stolen, &copy] {
        browser.close();
        let remembered = || browser.jar().names().iter().any(|name| name == "latchkey_remembered");
        assert!(remembered(), "the browser is remembered");
        assert!(!browser.is_signed_in().await && !remembered(), "a dead token is kept");
    }
    fixture.unharmed(&["reset.completed"]).await;
}
