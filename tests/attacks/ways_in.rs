//! A136 to A139: a message to sign in with lets in once, tells nothing, and takes nobody into somebody else's account.

use reqwest::Method;
use rocket::futures::future::join_all;
use serde_json::json;

use crate::{
    common::{
        Browser, Change, Message, OTHER, Page,
        ways_in::{ask, type_code},
    },
    enumeration::alike_when,
    fixture::{AttackFixture, V, X},
    tries::SITE,
};

attacks! {
    SITE.with(every_way) => a136_a_code_and_its_link_are_one, a137_no_way_in_tells_who_has_it,
        a138_a_link_of_x_takes_nobody_by_surprise, a139_nothing_that_is_removed_locks_its_owner_out;
}

/// Changes for a site that offers each way to sign in.
fn every_way() -> Vec<Change<'static>> {
    let methods = ["password", "passkey", "email_code", "email_link", "sms_code", "totp"];
    vec![("latchkey.sign_in.methods", json!(methods))]
}

async fn press(browser: &Browser, message: &Message) -> Page {
    let page = browser.get(&message.link()).await;
    if page.offers("/login/link") { browser.press(&page, "/login/link").await } else { page }
}

async fn a136_a_code_and_its_link_are_one(fixture: &mut AttackFixture) {
    for code_first in [true, false] {
        let (here, there) = (fixture.app.browser(), fixture.app.browser());
        ask(&here, "email", V).await;
        let message = fixture.app.mailbox.next(V).await;
        let again = here.copy();
        if code_first {
            type_code(&here, &message.code()).await;
        } else {
            press(&there, &message).await;
        }
        assert!(here.is_signed_in().await != there.is_signed_in().await);
        let (late, later) = (fixture.app.browser(), again.copy());
        press(&late, &message).await;
        type_code(&later, &message.code()).await;
        assert!(!late.is_signed_in().await && !later.is_signed_in().await, "{message:?}");
    }
    // A newer message carries the same key while that lives: used in one, it is used in both.
    let (first, second) = (fixture.app.browser(), fixture.app.browser());
    ask(&first, "email", V).await;
    let older = fixture.app.mailbox.next(V).await;
    ask(&second, "email", V).await;
    let newer = fixture.app.mailbox.next(V).await;
    type_code(&second, &newer.code()).await;
    type_code(&first, &older.code()).await;
    assert!(second.is_signed_in().await && !first.is_signed_in().await);
    // Both together.
    let browsers: Vec<_> = (0..8).map(|_| fixture.app.browser()).collect();
    ask(&fixture.app.browser(), "email", V).await;
    let message = fixture.app.mailbox.next(V).await;
    join_all(browsers.iter().map(|browser| press(browser, &message))).await;
    let mut entered = 0;
    for browser in &browsers {
        entered += usize::from(browser.is_signed_in().await);
    }
    assert_eq!(entered, 1);
    fixture.unharmed(&["sign_in.sent", "code.failed"]).await;
}

async fn a137_no_way_in_tells_who_has_it(fixture: &mut AttackFixture) {
    const NOBODY: &str = "nobody@example.com";
    let named = [V, NOBODY];
    for by in ["email", "sms"] {
        alike_when(fixture, "/login", &named, &[], Some(by)).await;
    }
    alike_when(fixture, "/login", &named, &[("password", OTHER)], None).await;
    alike_when(fixture, "/login/app", &named, &[("one-time-code", "000000")], None).await;
    let browser = fixture.app.browser();
    for email in named {
        ask(&browser, "email", email).await;
        let page = type_code(&browser, "0000-0000").await;
        assert!(page.status == 422 && page.text.contains("does not work"), "{email}: {page}");
    }
    fixture.unharmed(&["sign_in.sent", "sign_in.failed", "code.failed"]).await;
}

async fn a138_a_link_of_x_takes_nobody_by_surprise(fixture: &mut AttackFixture) {
    ask(&fixture.app.browser(), "email", X).await;
    let message = fixture.app.mailbox.next(X).await;
    let page = fixture.own.get(&message.link()).await;
    assert!(page.text.contains(X) && page.text.contains("You are signed in as"), "{page}");
    assert!(fixture.own.get("/account").await.text.contains(V), "opening a link signs in");
    // A page of X's cannot press the button.
    let sent = fixture.own.sent(&page, page.form_to("/login/link"), &[]);
    let request = fixture.own.request(Method::POST, &sent.to).header("Origin", "https://evil.example");
    let answer = fixture.own.send(request.form(&sent.fields)).await;
    assert_eq!(answer.status, 403);
    assert!(fixture.own.get("/account").await.text.contains(V));
    fixture.may_write_to_x().await;
    fixture.unharmed(&[]).await;
}

async fn a139_nothing_that_is_removed_locks_its_owner_out(fixture: &mut AttackFixture) {
    const BARE: &str = "bare@example.com";
    let (app, browser) = (&fixture.app, fixture.app.browser());
    browser.submit(&browser.get("/register").await, &[("email", BARE)]).await;
    let page = browser.get(&app.mailbox.next(BARE).await.link()).await;
    browser.press(&page, "/confirm/address").await;
    app.set_up_app(&browser).await;
    let list = browser.get("/account/factors").await;
    let removing: Vec<_> = list.forms.iter().filter(|form| form.path().ends_with("/remove")).collect();
    let sent: Vec<_> = removing.iter().map(|form| browser.sent(&list, form, &[])).collect();
    assert!(!sent.is_empty(), "{list}");
    let tries: Vec<_> = (0..32).map(|turn| (browser.copy(), &sent[turn % sent.len()])).collect();
    join_all(tries.iter().map(|(copy, sent)| copy.post_only(sent))).await;
    assert!(browser.get("/account/factors").await.forms.iter().all(|form| !form.path().ends_with("/remove")));
    let other = app.browser();
    ask(&other, "email", BARE).await;
    app.mailbox.rest(BARE).await;
    ask(&other, "email", BARE).await;
    fixture.quiet().await;
    let mails = app.mailbox.all().await;
    let last = mails.iter().rev().find(|mail| mail.to == BARE && mail.find_code().is_some());
    type_code(&other, &last.expect("a message").code()).await;
    assert!(other.is_signed_in().await, "the mailbox always lets in: {last:?}");
    let page = other.get("/change").await;
    other.submit(&page, &[("new-password", OTHER)]).await;
    assert!(app.opens(BARE, OTHER).await);
    fixture.unharmed(&[]).await;
}
