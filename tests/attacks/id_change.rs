//! A028, A029: a change of phone or address requires the password, notifies the owner, and must be confirmed.

use crate::{
    common::{Capabilities, Message, OLD, OTHER, Sent},
    scene::{Scene, V},
    tries::{SITE, SMS},
};

attacks! {
    SMS => a028_a_new_phone_approves_no_reset_of_today;
    SITE => a029_a_confirmation_is_for_its_own_address;
}

async fn a028_a_new_phone_approves_no_reset_of_today(scene: &mut Scene) {
    let (app, number) = (&scene.app, scene.x.phone.clone());
    let stolen = scene.app.signed_in(&scene.v).await;
    let form = stolen.get("/account/phone").await;
    let sent = stolen.fill(&form, &[("tel", &number), ("current-password", OTHER)]);
    assert_eq!(stolen.post(&sent).await.status, 422, "a session alone is enough");
    app.minutes_pass(16);
    let sent = stolen.fill(&form, &[("tel", &number), ("current-password", OLD)]);
    assert_eq!(stolen.post(&sent).await.path(), "/login", "a session of long ago is enough");
    assert!(scene.mails(&number).await.is_empty(), "X's phone got a code");

    let knowing = app.signed_in(&scene.v).await;
    let form = knowing.get("/account/phone").await;
    let page = knowing.submit(&form, &[("tel", &number), ("current-password", OLD)]).await;
    let code = app.mailbox.next_code(&number).await;
    knowing.submit(&page, &[("one-time-code", &code)]).await;
    let told = scene.mails(V).await;
    assert!(told.iter().any(Message::is_notice), "V is told by mail: {told:?}");
    assert_eq!(scene.mails(&scene.v.phone).await.len(), 1, "V is told at the former number");
    scene.may_write_to_x().await;

    let (browser, own) = (scene.app.browser(), scene.strategy().path());
    let page = browser.get(&scene.key().await).await;
    assert!(!page.offers(&format!("{own}/send")), "a number of a minute ago approves: {page}");
    let id = page.forms.iter().find_map(|form| form.action.split_once("?form=")).expect("a form's key").1;
    let send = format!("{own}/send?form={id}");
    let answer = browser.post_only(&Sent { to: send, fields: Vec::new() }).await;
    assert!(answer.status < 500, "{}", answer.text());
    assert!(!browser.get(&own).await.asks(&["code"]));
    scene.unharmed(&["password.refused", "phone.changed", "reset.issued"]).await;
}

async fn a029_a_confirmation_is_for_its_own_address(scene: &mut Scene) {
    let thief = scene.app.signed_in(&scene.x).await;
    let mut links = Vec::new();
    for address in ["first@example.org", V, "second@example.org"] {
        let form = thief.get("/account/email").await;
        thief.submit(&form, &[("email", address), ("current-password", OLD)]).await;
        if address != V {
            links.push(scene.app.mailbox.next(address).await.link());
        }
        let page = thief.get(&links[0]).await;
        if address == "first@example.org" {
            assert!(page.offers("/account/email/confirm"), "{page}");
        } else {
            assert!(page.status == 410 && !page.offers("/account/email/confirm"), "{page}");
        }
    }
    let told = scene.mails(V).await;
    assert!(told.len() == 1 && !told[0].text.contains("/account/email/"), "V got a key for X: {told:?}");
    assert!(scene.app.opens(&scene.x.email, OLD).await, "X has another address by now");
    let page = thief.get(&links[1]).await;
    thief.press(&page, "/account/email/confirm").await;
    assert!(scene.app.opens("second@example.org", OLD).await, "the last one is good, for itself");
    assert!(!scene.app.opens("first@example.org", OLD).await);
    scene.may_write_to_x().await; // its former address gets a notice
    scene.unharmed(&["sign_in.failed"]).await;
}
