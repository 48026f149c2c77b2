//! A083, A102, A103, A110: oversized forms, and the notices to an owner, with the changes that they can undo.

use crate::{
    common::{Capabilities, NEW, OLD, Person, alone},
    fixture::{AttackFixture, V},
    raw::post,
    secrets::of,
    tries::{EVERY, MAIL},
};

attacks! {
    EVERY => a083_a_long_password_costs_no_hash, a102_the_owner_is_told_of_all_that_matters,
        a110_the_owner_takes_a_stolen_account_back;
    MAIL => a103_whoever_did_not_ask_kills_the_key;
}

async fn a083_a_long_password_costs_no_hash(fixture: &mut AttackFixture) {
    let browser = fixture.app.browser();
    for (length, status) in [(5_000, 422), (33 * 1024, 413), (1 << 20, 413)] {
        for place in ["/login", "/register"] {
            let body = format!("email={V}&password={}", "x".repeat(length));
            assert_eq!(post(&browser, place, body).await.came_to(), status, "{place} {length}");
        }
    }
    fixture.unharmed(&[]).await;
}

/// Subjects of everything sent to `to`; panics if it contains a secret other than a link to undo a change.
async fn told(fixture: &AttackFixture, to: &str) -> Vec<String> {
    let (mails, secrets) = (fixture.mails(to).await, fixture.secrets().await);
    for mail in &mails {
        let own = of(mail);
        let secret = secrets.iter().find(|secret| alone(&mail.text, secret) && !own.contains(secret));
        assert!(secret.is_none(), "{secret:?} is in {mail:?}");
        assert!(mail.has_link() == mail.is_notice() || mail.channel == "sms", "{mail:?}");
    }
    mails.into_iter().map(|mail| mail.subject).collect()
}

async fn a102_the_owner_is_told_of_all_that_matters(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    fixture.recover(&link).await;
    let notices = fixture.mails(V).await;
    let more = usize::from(fixture.strategy().signs_in_once()); // signed in, then set a password
    assert_eq!(notices.len(), 1 + more, "{notices:?}");
    let key = link.rsplit('/').next().expect("a key");
    for notice in &notices {
        assert!(notice.is_notice() && notice.text.contains("127.0.0.1"), "{}", notice.text);
        assert!(!notice.text.contains(key) && !notice.text.contains(&fixture.v.password), "{}", notice.text);
    }

    let app = &fixture.app;
    let ann = app.account(&format!("ann{}@example.com", fixture.strategy().slug())).await;
    let (first, second) = ("+4915112000001", "+4915112000002");
    let own = app.signed_in(&ann).await;
    for (number, texts) in [(first, 0), (second, 1)] {
        let form = own.get("/account/phone").await;
        let form = own.submit(&form, &[("tel", number), ("current-password", OLD)]).await;
        let code = app.mailbox.next(number).await.code();
        own.submit(&form, &[("one-time-code", &code)]).await;
        assert_eq!(told(fixture, &ann.email).await.len(), 1, "a phone is new");
        assert_eq!(told(fixture, first).await.len(), texts, "a phone is replaced");
    }
    let form = own.get("/account/phone").await;
    let remove = form.form_to("/account/phone/remove");
    own.post(&own.sent(&form, remove, &[("current-password", OLD)])).await;
    assert_eq!(told(fixture, &ann.email).await.len(), 1, "a phone is removed");
    assert_eq!(told(fixture, second).await.len(), 1, "a phone is removed");
    let form = own.get("/change").await;
    own.submit(&form, &[("current-password", OLD), ("new_password", NEW)]).await;
    assert_eq!(told(fixture, &ann.email).await.len(), 1, "a password is changed");
    let next = format!("anna{}@example.com", fixture.strategy().slug());
    let form = own.get("/account/email").await;
    own.submit(&form, &[("email", &next), ("current-password", NEW)]).await;
    let page = own.get(&app.mailbox.next(&next).await.link()).await;
    own.press(&page, "/account/email/confirm").await;
    assert_eq!(told(fixture, &ann.email).await.len(), 1, "an address is changed");
    assert_eq!(told(fixture, &next).await.len(), 1, "an address is changed");
    app.register(&app.browser(), &next, NEW).await;
    fixture.quiet().await;
    assert!(app.mailbox.unread(&next).await.is_some(), "somebody registers with the address");
    let own = app.signed_in(&Person { email: next.clone(), password: NEW.into(), ..ann }).await;
    let form = own.get("/account/delete").await;
    own.submit(&form, &[("current-password", NEW)]).await;
    assert_eq!(told(fixture, &next).await.len(), 1, "an account is deleted");
    fixture.unharmed(&["reset.issued", "reset.completed"]).await;
}

async fn a103_whoever_did_not_ask_kills_the_key(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    let browser = fixture.app.browser();
    let page = browser.get(&link).await;
    browser.get("/reset/cancel").await;
    assert_eq!(browser.get(&link).await.path(), fixture.strategy().path(), "looking killed the key");
    assert_eq!(browser.press(&page, "/reset/cancel").await.status, 200);
    fixture.is_unusable(&fixture.app.browser().get(&link).await).await;
    fixture.is_unusable(&browser.get(&page.place).await).await;
    fixture.unharmed(&["reset.issued", "reset.cancelled"]).await;
}

async fn a110_the_owner_takes_a_stolen_account_back(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    let stolen = "what the thief has set by now";
    let thief = fixture.app.browser();
    fixture.app.recover(&thief, &fixture.v, &link, stolen).await;
    let notice = fixture.app.mailbox.next_notice(V).await.link();
    let further = fixture.key().await;
    let owner = fixture.app.browser();
    let page = owner.get(&notice).await;
    let page = owner.press(&page, "/reset/not-me").await;
    assert_eq!(page.status, 200, "{page}");
    assert!(!thief.is_signed_in().await && !fixture.app.opens(V, stolen).await, "X is still there");
    fixture.is_unusable(&fixture.app.browser().get(&further).await).await;
    let own = fixture.app.mailbox.next_key(V).await.link();
    fixture.app.ask_reset(V).await;
    fixture.mails(V).await; // a notice of the hold
    let was = Person { password: stolen.into(), ..fixture.v.clone() };
    fixture.v = was;
    fixture.recover(&own).await;
    fixture.unharmed(&["reset.undone", "reset.completed", "sign_in.failed"]).await;
}
