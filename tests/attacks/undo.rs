//! A110: a thief's next steps to defeat "this wasn't me", or to turn it into a theft.

use crate::{
    common::{Browser, NEW, OLD, OTHER, Page, Person, texts},
    fixture::{AttackFixture, V},
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
async fn moves(fixture: &AttackFixture, thief: &Browser, password: &str, to: &str) {
    let form = thief.get("/account/email").await;
    thief.submit(&form, &[("email", to), ("current-password", password)]).await;
    let page = thief.get(&fixture.app.mailbox.next(to).await.link()).await;
    let page = thief.press(&page, "/account/email/confirm").await;
    assert_eq!(page.status, 200, "{page}");
}

/// Resets the account of `person`; returns its new owner, the browser, and the link of the notice.
async fn resets(fixture: &AttackFixture, person: &Person, password: &str) -> (Person, Browser, String) {
    let app = &fixture.app;
    let (link, browser) = (app.key(person).await.link(), app.browser());
    let person = app.recover(&browser, person, &link, password).await;
    let notice = app.mailbox.next_notice(&person.email).await.link();
    (person, browser, notice)
}

async fn press(fixture: &AttackFixture, link: &str) -> Page {
    let browser = fixture.app.browser();
    let page = browser.get(link).await;
    assert_eq!(page.path(), "/reset/not-me", "{page}");
    browser.press(&page, "/reset/not-me").await
}

/// Keys sent to `address`, on request or before.
async fn keys(fixture: &AttackFixture, address: &str) -> Vec<String> {
    fixture.app.ask_reset(address).await;
    let mails = fixture.mails(address).await;
    mails.iter().filter(|mail| mail.is_key()).map(|mail| mail.link()).collect()
}

/// V uses "this wasn't me", and completes the reset that it opens.
async fn takes_back(fixture: &mut AttackFixture, notice: &str) {
    let page = press(fixture, notice).await;
    assert_eq!(page.status, 200, "{page}");
    assert!(!fixture.app.opens(V, STOLEN).await, "X is still there");
    let key = fixture.app.mailbox.next_key(V).await.link();
    fixture.recover(&key).await;
}

async fn a110_nobody_settles_at_the_address_that_a_thief_made_the_owner_leave(fixture: &mut AttackFixture) {
    let (_, thief, notice) = resets(fixture, &fixture.v, STOLEN).await;
    moves(fixture, &thief, STOLEN, LAIR).await;
    fixture.app.register(&thief, V, OTHER).await;
    let read = fixture.mails(V).await;
    assert!(!read.iter().any(|mail| mail.text.contains("/confirm/")), "V's address is free: {read:?}");
    let x = fixture.app.signed_in(&fixture.x).await;
    let form = x.get("/account/email").await;
    x.submit(&form, &[("email", V), ("current-password", OLD)]).await;
    let read = fixture.mails(V).await;
    assert!(!read.iter().any(|mail| mail.text.contains("/account/email/")), "V's address is free: {read:?}");
    takes_back(fixture, &notice).await;
    assert!(keys(fixture, LAIR).await.is_empty(), "X is let in at another address");
    fixture.unharmed(&["email.changed", "reset.undone", "reset.completed", "sign_in.failed"]).await;
}

async fn a110_nobody_deletes_a_stolen_account_for_good(fixture: &mut AttackFixture) {
    let (_, thief, notice) = resets(fixture, &fixture.v, STOLEN).await;
    let form = thief.get("/account/delete").await;
    thief.submit(&form, &[("current-password", STOLEN)]).await;
    assert!(!thief.is_signed_in().await);
    fixture.app.minutes_pass(71 * 60);
    takes_back(fixture, &notice).await;
    let events = ["account.deletion_requested", "reset.undone", "reset.completed", "sign_in.failed"];
    fixture.unharmed(&events).await;
}

async fn a110_no_hoarded_link_throws_the_owner_out_again(fixture: &mut AttackFixture) {
    let mut hoard = Vec::new();
    for _ in 0..3 {
        hoard.push(resets(fixture, &fixture.v, STOLEN).await.2);
    }
    let last = hoard.pop().expect("a link");
    takes_back(fixture, &last).await;
    for link in &hoard {
        fixture.is_unusable(&fixture.app.browser().get(link).await).await;
    }
    fixture.unharmed(&["reset.undone", "reset.completed", "sign_in.failed"]).await;
}

/// Another account, for attacks that do not end with V back in.
async fn somebody(fixture: &AttackFixture) -> (Person, Browser) {
    let ann = fixture.app.account("ann@example.com").await;
    let own = fixture.app.signed_in(&ann).await;
    (ann, own)
}

fn at(person: &Person, email: &str) -> Person {
    Person { email: email.into(), ..person.clone() }
}

async fn a110_nobody_takes_back_what_they_gave_away_and_somebody_else_proved(fixture: &mut AttackFixture) {
    let (giver, own) = somebody(fixture).await;
    moves(fixture, &own, OLD, DEN).await;
    let link = fixture.app.mailbox.next_notice(&giver.email).await.link();
    let (owner, browser, _) = resets(fixture, &at(&giver, DEN), NEW).await;
    // Wherever the account moves next, its owner has proved that address.
    moves(fixture, &browser, NEW, LAIR).await;
    fixture.mails(&giver.email).await;
    press(fixture, &link).await;
    assert!(keys(fixture, &giver.email).await.is_empty(), "who gave an account away has it, with all in it");
    assert!(!fixture.app.opens(&giver.email, OLD).await && !fixture.app.opens(&giver.email, NEW).await);
    assert!(!fixture.app.opens(LAIR, &owner.password).await);
    fixture.unharmed(&["sign_in.failed"]).await;
}

async fn a110_no_link_of_the_thief_ends_the_one_of_the_owner(fixture: &mut AttackFixture) {
    let (ann, thief) = somebody(fixture).await;
    moves(fixture, &thief, OLD, LAIR).await;
    let link = fixture.app.mailbox.next_notice(&ann.email).await.link();
    let (stolen, _, own) = resets(fixture, &at(&ann, LAIR), STOLEN).await;
    press(fixture, &own).await;
    let key = fixture.app.mailbox.next_key(LAIR).await.link();
    fixture.app.recover(&fixture.app.browser(), &stolen, &key, OTHER).await;
    let page = press(fixture, &link).await;
    assert_eq!(page.status, 200, "{page}");
    assert!(
        !fixture.app.opens(LAIR, OTHER).await && keys(fixture, LAIR).await.is_empty(),
        "X is still there"
    );
    fixture.unharmed(&[]).await;
}

async fn a110_no_chain_of_addresses_drops_the_owner(fixture: &mut AttackFixture) {
    let (ann, thief) = somebody(fixture).await;
    moves(fixture, &thief, OLD, LAIR).await;
    let link = fixture.app.mailbox.next_notice(&ann.email).await.link();
    let thief = fixture.app.signed_in(&at(&ann, LAIR)).await;
    moves(fixture, &thief, OLD, DEN).await;
    let between = fixture.app.mailbox.next_notice(LAIR).await.link();
    resets(fixture, &at(&ann, DEN), STOLEN).await;
    // X freezes the account from one address of X's against another one, and V's link still works.
    press(fixture, &between).await;
    press(fixture, &link).await;
    let claims =
        texts(&fixture.app.setting.database, "SELECT email_key FROM latchkey_claims ORDER BY email_key")
            .await;
    assert_eq!(claims, [ann.email.as_str(), LAIR]);
    for address in [LAIR, DEN, &ann.email] {
        assert!(keys(fixture, address).await.is_empty(), "{address} is let in before anybody has decided");
    }
    fixture.unharmed(&[]).await;
}

async fn a110_no_step_leads_out_of_a_freeze(fixture: &mut AttackFixture) {
    let (ann, thief) = somebody(fixture).await;
    moves(fixture, &thief, OLD, LAIR).await;
    let link = fixture.app.mailbox.next_notice(&ann.email).await.link();
    let (stolen, thief, own) = resets(fixture, &at(&ann, LAIR), STOLEN).await;
    let form = thief.get("/change").await;
    let key = fixture.app.key(&stolen).await.link();
    let opened = fixture.app.browser();
    let held = opened.get(&key).await;
    press(fixture, &link).await;
    thief.submit(&form, &[("current-password", STOLEN), ("new_password", OTHER)]).await;
    opened.submit(&held, &[("new-password", OTHER)]).await;
    press(fixture, &own).await;
    for address in [LAIR, &ann.email] {
        fixture.app.register(&fixture.app.browser(), address, OTHER).await;
        let told = fixture.mails(address).await;
        assert!(!told.iter().any(|mail| mail.has_link()), "{told:?}");
    }
    fixture.app.minutes_pass(100 * 24 * 60);
    for password in [STOLEN, OTHER, OLD] {
        assert!(!fixture.app.opens(LAIR, password).await && !fixture.app.opens(&ann.email, password).await);
    }
    assert!(keys(fixture, LAIR).await.is_empty() && keys(fixture, &ann.email).await.is_empty());
    fixture.own = fixture.app.signed_in(&fixture.v).await;
    fixture.unharmed(&["sign_in.failed"]).await;
}
