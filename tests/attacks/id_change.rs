//! A028, A029: a change of phone or address requires the password, notifies the owner, and must be confirmed.

use crate::{
    common::{Capabilities, Message, OLD, OTHER, Sent},
    fixture::{AttackFixture, V},
    tries::{SITE, SMS},
};

attacks! {
    SMS => a028_a_new_phone_approves_no_reset_of_today;
    SITE => a029_a_confirmation_is_for_its_own_address;
}

async fn a028_a_new_phone_approves_no_reset_of_today(fixture: &mut AttackFixture) {
    let (app, number) = (&fixture.app, fixture.x.phone.clone());
    let stolen = fixture.app.signed_in(&fixture.v).await;
    let form = stolen.get("/account/phone").await;
    let sent = stolen.fill(&form, &[("tel", &number), ("current-password", OTHER)]);
    assert_eq!(stolen.post(&sent).await.status, 422, "a session alone is enough");
    app.minutes_pass(16);
    let sent = stolen.fill(&form, &[("tel", &number), ("current-password", OLD)]);
    assert_eq!(stolen.post(&sent).await.path(), "/login", "a session of long ago is enough");
    assert!(fixture.mails(&number).await.is_empty(), "X's phone got a code");

    let knowing = app.signed_in(&fixture.v).await;
    let form = knowing.get("/account/phone").await;
    let page = knowing.submit(&form, &[("tel", &number), ("current-password", OLD)]).await;
    let code = app.mailbox.next_code(&number).await;
    knowing.submit(&page, &[("one-time-code", &code)]).await;
    let told = fixture.mails(V).await;
    assert!(told.iter().any(Message::is_notice), "V is told by mail: {told:?}");
    assert_eq!(fixture.mails(&fixture.v.phone).await.len(), 1, "V is told at the former number");
    fixture.may_write_to_x().await;

    let (browser, own) = (fixture.app.browser(), fixture.strategy().path());
    let page = browser.get(&fixture.key().await).await;
    assert!(!page.offers(&format!("{own}/send")), "a number of a minute ago approves: {page}");
    let id = page.forms.iter().find_map(|form| form.action.split_once("?form=")).expect("a form's key").1;
    let send = format!("{own}/send?form={id}");
    let answer = browser.post_only(&Sent { to: send, fields: Vec::new() }).await;
    assert!(answer.status < 500, "{}", answer.text());
    assert!(!browser.get(&own).await.asks(&["code"]));
    fixture.unharmed(&["password.refused", "phone.changed", "reset.issued"]).await;
}

async fn a029_a_confirmation_is_for_its_own_address(fixture: &mut AttackFixture) {
    let thief = fixture.app.signed_in(&fixture.x).await;
    let mut links = Vec::new();
    for address in ["first@example.org", V, "second@example.org"] {
        let form = thief.get("/account/email").await;
        thief.submit(&form, &[("email", address), ("current-password", OLD)]).await;
        if address != V {
            links.push(fixture.app.mailbox.next(address).await.link());
        }
        let page = thief.get(&links[0]).await;
        if address == "first@example.org" {
            assert!(page.offers("/account/email/confirm"), "{page}");
        } else {
            assert!(page.status == 410 && !page.offers("/account/email/confirm"), "{page}");
        }
    }
    let told = fixture.mails(V).await;
    assert!(told.len() == 1 && !told[0].text.contains("/account/email/"), "V got a key for X: {told:?}");
    assert!(fixture.app.opens(&fixture.x.email, OLD).await, "X has another address by now");
    let page = thief.get(&links[1]).await;
    thief.press(&page, "/account/email/confirm").await;
    assert!(fixture.app.opens("second@example.org", OLD).await, "the last one is good, for itself");
    assert!(!fixture.app.opens("first@example.org", OLD).await);
    fixture.may_write_to_x().await; // its former address gets a notice
    fixture.unharmed(&["sign_in.failed"]).await;
}
