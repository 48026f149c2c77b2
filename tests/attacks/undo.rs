//! A110: a thief's next steps to defeat "this wasn't me", or to turn it into a theft.

use crate::{
    common::{Browser, NEW, OLD, OTHER, Page, Person, texts},
    scene::{Scene, V},
    tries::{EVERY, SITE},
};

attacks! {
    EVERY => a110_nobody_settles_at_the_address_that_a_thief_made_the_owner_leave,
        a110_nobody_deletes_a_stolen_account_for_good,
        a110_no_hoarded_link_throws_the_owner_out_again;
    SITE => a110_nobody_takes_back_what_they_gave_away_and_somebody_else_proved,
        a110_no_link_of_the_thief_ends_the_one_of_the_owner,
        a110_no_chain_of_addresses_drops_the_owner,
        a110_no_step_leads_out_of_a_freeze;
}

/// Password set by the thief, who reads V's mail for a few minutes.
const STOLEN: &str = "what the thief has set by now";
/// Addresses of the thief.
const LAIR: &str = "lair@example.org";
const DEN: &str = "den@example.org";

/// Moves the account signed in at `thief` to `to`.
async fn moves(scene: &Scene, thief: &Browser, password: &str, to: &str) {
    let form = thief.get("/account/email").await;
    thief.submit(&form, &[("email", to), ("current-password", password)]).await;
    let page = thief.get(&scene.app.mailbox.next(to).await.link()).await;
    let page = thief.press(&page, "/account/email/confirm").await;
    assert_eq!(page.status, 200, "{page}");
}

/// Resets the account of `person`; returns its new owner, the browser, and the link of the notice.
async fn resets(scene: &Scene, person: &Person, password: &str) -> (Person, Browser, String) {
    let app = &scene.app;
    let (link, browser) = (app.key(person).await.link(), app.browser());
    let person = app.recover(&browser, person, &link, password).await;
    let notice = app.mailbox.next_notice(&person.email).await.link();
    (person, browser, notice)
}

async fn press(scene: &Scene, link: &str) -> Page {
    let browser = scene.app.browser();
    let page = browser.get(link).await;
    assert_eq!(page.path(), "/reset/not-me", "{page}");
    browser.press(&page, "/reset/not-me").await
}

/// Keys sent to `address`, on request or before.
async fn keys(scene: &Scene, address: &str) -> Vec<String> {
    scene.app.ask_reset(address).await;
    let mails = scene.mails(address).await;
    mails.iter().filter(|mail| mail.is_key()).map(|mail| mail.link()).collect()
}

/// V uses "this wasn't me", and completes the reset that it opens.
async fn takes_back(scene: &mut Scene, notice: &str) {
    let page = press(scene, notice).await;
    assert_eq!(page.status, 200, "{page}");
    assert!(!scene.app.opens(V, STOLEN).await, "X is still there");
    let key = scene.app.mailbox.next_key(V).await.link();
    scene.recover(&key).await;
}

async fn a110_nobody_settles_at_the_address_that_a_thief_made_the_owner_leave(scene: &mut Scene) {
    let (_, thief, notice) = resets(scene, &scene.v, STOLEN).await;
    moves(scene, &thief, STOLEN, LAIR).await;
    scene.app.register(&thief, V, OTHER).await;
    let read = scene.mails(V).await;
    assert!(!read.iter().any(|mail| mail.text.contains("/confirm/")), "V's address is free: {read:?}");
    let x = scene.app.signed_in(&scene.x).await;
    let form = x.get("/account/email").await;
    x.submit(&form, &[("email", V), ("current-password", OLD)]).await;
    let read = scene.mails(V).await;
    assert!(!read.iter().any(|mail| mail.text.contains("/account/email/")), "V's address is free: {read:?}");
    takes_back(scene, &notice).await;
    assert!(keys(scene, LAIR).await.is_empty(), "X is let in at another address");
    scene.unharmed(&["email.changed", "reset.undone", "reset.completed", "sign_in.failed"]).await;
}

async fn a110_nobody_deletes_a_stolen_account_for_good(scene: &mut Scene) {
    let (_, thief, notice) = resets(scene, &scene.v, STOLEN).await;
    let form = thief.get("/account/delete").await;
    thief.submit(&form, &[("current-password", STOLEN)]).await;
    assert!(!thief.is_signed_in().await);
    scene.app.minutes_pass(71 * 60);
    takes_back(scene, &notice).await;
    let events = ["account.deletion_requested", "reset.undone", "reset.completed", "sign_in.failed"];
    scene.unharmed(&events).await;
}

async fn a110_no_hoarded_link_throws_the_owner_out_again(scene: &mut Scene) {
    let mut hoard = Vec::new();
    for _ in 0..3 {
        hoard.push(resets(scene, &scene.v, STOLEN).await.2);
    }
    let last = hoard.pop().expect("a link");
    takes_back(scene, &last).await;
    for link in &hoard {
        scene.is_unusable(&scene.app.browser().get(link).await).await;
    }
    scene.unharmed(&["reset.undone", "reset.completed", "sign_in.failed"]).await;
}

/// Another account, for attacks that do not end with V back in.
async fn somebody(scene: &Scene) -> (Person, Browser) {
    let ann = scene.app.account("ann@example.com").await;
    let own = scene.app.signed_in(&ann).await;
    (ann, own)
}

fn at(person: &Person, email: &str) -> Person {
    Person { email: email.into(), ..person.clone() }
}

async fn a110_nobody_takes_back_what_they_gave_away_and_somebody_else_proved(scene: &mut Scene) {
    let (giver, own) = somebody(scene).await;
    moves(scene, &own, OLD, DEN).await;
    let link = scene.app.mailbox.next_notice(&giver.email).await.link();
    let (owner, browser, _) = resets(scene, &at(&giver, DEN), NEW).await;
    // Wherever the account moves next, its owner has proved that address.
    moves(scene, &browser, NEW, LAIR).await;
    scene.mails(&giver.email).await;
    press(scene, &link).await;
    assert!(keys(scene, &giver.email).await.is_empty(), "who gave an account away has it, with all in it");
    assert!(!scene.app.opens(&giver.email, OLD).await && !scene.app.opens(&giver.email, NEW).await);
    assert!(!scene.app.opens(LAIR, &owner.password).await);
    scene.unharmed(&["sign_in.failed"]).await;
}

async fn a110_no_link_of_the_thief_ends_the_one_of_the_owner(scene: &mut Scene) {
    let (ann, thief) = somebody(scene).await;
    moves(scene, &thief, OLD, LAIR).await;
    let link = scene.app.mailbox.next_notice(&ann.email).await.link();
    let (stolen, _, own) = resets(scene, &at(&ann, LAIR), STOLEN).await;
    press(scene, &own).await;
    let key = scene.app.mailbox.next_key(LAIR).await.link();
    scene.app.recover(&scene.app.browser(), &stolen, &key, OTHER).await;
    let page = press(scene, &link).await;
    assert_eq!(page.status, 200, "{page}");
    assert!(!scene.app.opens(LAIR, OTHER).await && keys(scene, LAIR).await.is_empty(), "X is still there");
    scene.unharmed(&[]).await;
}

async fn a110_no_chain_of_addresses_drops_the_owner(scene: &mut Scene) {
    let (ann, thief) = somebody(scene).await;
    moves(scene, &thief, OLD, LAIR).await;
    let link = scene.app.mailbox.next_notice(&ann.email).await.link();
    let thief = scene.app.signed_in(&at(&ann, LAIR)).await;
    moves(scene, &thief, OLD, DEN).await;
    let between = scene.app.mailbox.next_notice(LAIR).await.link();
    resets(scene, &at(&ann, DEN), STOLEN).await;
    // X freezes the account from one address of X's against another one, and V's link still works.
    press(scene, &between).await;
    press(scene, &link).await;
    let claims =
        texts(&scene.app.setting.database, "SELECT email_key FROM latchkey_claims ORDER BY email_key").await;
    assert_eq!(claims, [ann.email.as_str(), LAIR]);
    for address in [LAIR, DEN, &ann.email] {
        assert!(keys(scene, address).await.is_empty(), "{address} is let in before anybody has decided");
    }
    scene.unharmed(&[]).await;
}

async fn a110_no_step_leads_out_of_a_freeze(scene: &mut Scene) {
    let (ann, thief) = somebody(scene).await;
    moves(scene, &thief, OLD, LAIR).await;
    let link = scene.app.mailbox.next_notice(&ann.email).await.link();
    let (stolen, thief, own) = resets(scene, &at(&ann, LAIR), STOLEN).await;
    let form = thief.get("/change").await;
    let key = scene.app.key(&stolen).await.link();
    let opened = scene.app.browser();
    let held = opened.get(&key).await;
    press(scene, &link).await;
    thief.submit(&form, &[("current-password", STOLEN), ("new_password", OTHER)]).await;
    opened.submit(&held, &[("new-password", OTHER)]).await;
    press(scene, &own).await;
    for address in [LAIR, &ann.email] {
        scene.app.register(&scene.app.browser(), address, OTHER).await;
        let told = scene.mails(address).await;
        assert!(!told.iter().any(|mail| mail.has_link()), "{told:?}");
    }
    scene.app.minutes_pass(100 * 24 * 60);
    for password in [STOLEN, OTHER, OLD] {
        assert!(!scene.app.opens(LAIR, password).await && !scene.app.opens(&ann.email, password).await);
    }
    assert!(keys(scene, LAIR).await.is_empty() && keys(scene, &ann.email).await.is_empty());
    scene.own = scene.app.signed_in(&scene.v).await;
    scene.unharmed(&["sign_in.failed"]).await;
}
