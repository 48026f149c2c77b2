//! "This wasn't me" against a thief who goes on after the first change: moves, deletes, proves, hoards links.

use serde_json::json;

use crate::{
    admin::{admin, place},
    common::{Browser, NEW, OLD, OTHER, Page, Person, Setting, Site},
};

for_every_strategy! {
    a_deleted_account_is_brought_back_by_any_of_its_links,
    a_link_freezes_an_account_that_was_proved_elsewhere,
    older_links_end_after_a_recovery_that_began_with_one,
}

for_both_databases! {
    an_address_that_was_left_is_kept_for_three_days,
    an_address_that_was_left_is_no_goal_for_a_change_on_its_way,
    an_account_may_move_back_to_an_address_that_is_kept,
    a_deleted_account_is_closed_at_once_and_gone_three_days_later,
    an_admin_brings_a_deleted_account_back,
    a_change_with_no_proof_after_it_is_undone,
    a_proof_counts_wherever_the_account_goes_next,
    a_frozen_account_opens_for_nobody,
    an_admin_leaves_a_frozen_account_where_it_is,
    an_admin_gives_a_frozen_account_back,
    a_frozen_admin_is_decided_on_the_command_line_alone,
    no_notice_opens_an_account_that_an_admin_closed,
    no_notice_opens_a_frozen_account_that_is_deleted,
    links_to_other_addresses_outlive_a_recovery,
    a_link_sealed_with_a_key_that_is_gone_is_none,
}

const THIRD: &str = "old clocks hum in the hallway";

/// Moves the account signed in at `own` with `password` to the address `to`, and confirms it there.
async fn moves(app: &Site, own: &Browser, password: &str, to: &str) {
    let form = own.get("/account/email").await;
    own.submit(&form, &[("email", to), ("current-password", password)]).await;
    let page = own.get(&app.mailbox.next(to).await.link()).await;
    let page = own.press(&page, "/account/email/confirm").await;
    assert_eq!(page.status, 200, "{page}");
}

/// The same from a new session of `person`; returns the person there, and the link sent to the old address.
async fn moved(app: &Site, person: &Person, to: &str) -> (Person, String) {
    app.mailbox.rest(&person.email).await;
    moves(app, &app.signed_in(person).await, &person.password, to).await;
    let link = app.mailbox.next_notice(&person.email).await.link();
    app.mailbox.rest(to).await;
    (Person { email: to.into(), ..person.clone() }, link)
}

/// Presses "this wasn't me".
async fn press(app: &Site, link: &str) -> Page {
    let own = app.browser();
    let page = own.get(link).await;
    assert_eq!(page.path(), "/reset/not-me", "{page}");
    own.press(&page, "/reset/not-me").await
}

/// Resets the password of `person`; returns the person with it, and the link of the notice.
async fn reset(app: &Site, person: &Person, password: &str) -> (Person, String) {
    let link = app.key(person).await.link();
    let person = app.recover(&app.browser(), person, &link, password).await;
    (person.clone(), app.mailbox.next_notice(&person.email).await.link())
}

async fn deletes(app: &Site, person: &Person) {
    let own = app.signed_in(person).await;
    let form = own.get("/account/delete").await;
    assert!(form.text.contains("72 hours later"), "{form}");
    own.submit(&form, &[("current-password", &person.password)]).await;
    assert!(!own.is_signed_in().await);
}

/// True if a request for a reset of `email` brings a key.
async fn gets_a_key(app: &Site, email: &str) -> bool {
    app.mailbox.rest(email).await;
    app.ask_reset(email).await;
    app.mailbox.rest(email).await.iter().any(|mail| mail.is_key())
}

/// Registers with `email`, and returns the subject of the answer, which must not confirm it.
async fn is_refused(app: &Site, email: &str) -> String {
    app.mailbox.rest(email).await;
    app.register(&app.browser(), email, OTHER).await;
    let told = app.mailbox.next(email).await;
    assert!(!told.text.contains("/confirm/"), "{told:?}");
    told.subject
}

async fn an_address_that_was_left_is_kept_for_three_days(setting: Setting) {
    let app = setting.app().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    moved(&app, &ann, "anna@example.org").await;
    assert!(is_refused(&app, &ann.email).await.contains("not free yet"));
    let own = app.signed_in(&bob).await;
    let form = own.get("/account/email").await;
    let answer = own.submit(&form, &[("email", &ann.email), ("current-password", OLD)]).await;
    assert_eq!(answer.status, 200, "{answer}");
    let told = app.mailbox.next(&ann.email).await;
    assert!(told.subject.contains("not free yet") && !told.has_link(), "{told:?}");
    app.minutes_pass(72 * 60 + 1);
    app.account(&ann.email).await;
}

async fn an_address_that_was_left_is_no_goal_for_a_change_on_its_way(setting: Setting) {
    let app = setting.app().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let own = app.signed_in(&bob).await;
    let form = own.get("/account/email").await;
    own.submit(&form, &[("email", "free@example.org"), ("current-password", OLD)]).await;
    let page = own.get(&app.mailbox.next("free@example.org").await.link()).await;
    let (anna, _) = moved(&app, &ann, "free@example.org").await;
    moved(&app, &anna, "gone@example.org").await;
    let answer = own.press(&page, "/account/email/confirm").await;
    assert_eq!(answer.status, 410, "{answer}");
    assert!(!app.opens("free@example.org", OLD).await && app.opens(&bob.email, OLD).await);
}

async fn an_account_may_move_back_to_an_address_that_is_kept(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (anna, first) = moved(&app, &ann, "anna@example.org").await;
    let (ann, second) = moved(&app, &anna, &ann.email).await;
    assert!(app.opens(&ann.email, OLD).await);
    assert!(is_refused(&app, &anna.email).await.contains("not free yet"), "the address between is kept");
    app.mailbox.rest(&ann.email).await;
    let answer = press(&app, &first).await;
    assert_eq!(answer.status, 200, "{answer}");
    assert!(app.browser().get(&second).await.status >= 400, "a link outlives the undoing of its change");
    assert!(app.mailbox.next_key(&ann.email).await.has_link());
}

/// Waits until a deleted account has been removed.
async fn removed(app: &Site, email: &str) {
    for _ in 0..150 {
        if !app.told(&["user", "list"]).contains(email) {
            return;
        }
        rocket::tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("{email} is still there");
}

async fn a_deleted_account_is_closed_at_once_and_gone_three_days_later(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (own, other) = (app.signed_in(&ann).await, app.signed_in(&ann).await);
    let link = app.key(&ann).await.link();
    let form = own.get("/account/delete").await;
    let wrong = own.submit(&form, &[("current-password", OTHER)]).await;
    assert!((400..500).contains(&wrong.status) && own.is_signed_in().await, "{wrong}");
    own.submit(&form, &[("current-password", OLD)]).await;
    assert!(!own.is_signed_in().await && !other.is_signed_in().await && !app.opens(&ann.email, OLD).await);
    assert!(app.browser().get(&link).await.status >= 400, "a key outlives the account");
    let notice = app.mailbox.next_notice(&ann.email).await.link();
    assert!(app.told(&["user", "list"]).contains("deletion_pending"));
    assert!(is_refused(&app, &ann.email).await.contains("not free yet"));
    assert!(!gets_a_key(&app, &ann.email).await);
    app.minutes_pass(72 * 60 + 1);
    removed(&app, &ann.email).await;
    assert!(app.browser().get(&notice).await.status >= 400);
    app.account(&ann.email).await;
    assert!(!app.told(&["user", "list"]).contains("deletion_pending"));
}

async fn a_deleted_account_is_brought_back_by_any_of_its_links(setting: Setting) {
    let app = setting.app().await;
    for (name, nth) in [("ann", 0), ("bob", 1)] {
        let person = app.person(name).await;
        let (stolen, first) = reset(&app, &person, NEW).await;
        deletes(&app, &stolen).await;
        let second = app.mailbox.next_notice(&person.email).await.link();
        let page = press(&app, [&first, &second][nth]).await;
        assert_eq!(page.status, 200, "{page}");
        let key = app.mailbox.next_key(&person.email).await.link();
        let back = app.recover(&app.browser(), &person, &key, OTHER).await;
        app.minutes_pass(72 * 60 + 1);
        rocket::tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        assert!(app.opens(&back.email, OTHER).await, "the account that was brought back is gone");
    }
}

async fn an_admin_brings_a_deleted_account_back(setting: Setting) {
    let app = setting.app().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    for person in [&ann, &bob] {
        deletes(&app, person).await;
    }
    app.latchkey(&["user", "enable", &ann.email]);
    app.latchkey(&["user", "disable", &bob.email]);
    assert!(app.opens(&ann.email, OLD).await && !app.opens(&bob.email, OLD).await);
    let link = app.mailbox.next_notice(&bob.email).await.link();
    assert!(app.browser().get(&link).await.status >= 400, "a link opens what an admin has disabled");
    app.minutes_pass(72 * 60 + 1);
    removed(&app, &bob.email).await;
    assert!(app.opens(&ann.email, OLD).await);
    let listed = app.told(&["user", "list"]);
    assert!(listed.contains(&ann.email) && !listed.contains(&bob.email), "{listed}");
}

async fn a_change_with_no_proof_after_it_is_undone(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (stolen, first) = reset(&app, &ann, NEW).await;
    let (thief, second) = moved(&app, &stolen, "thief@example.org").await;
    assert!(app.opens(&thief.email, NEW).await, "a sign-in with the password of before the change");
    let page = press(&app, &second).await;
    assert_eq!(page.status, 200, "{page}");
    assert!(!app.opens(&thief.email, NEW).await && !gets_a_key(&app, &thief.email).await);
    let key = app.mailbox.next_key(&ann.email).await.link();
    app.recover(&app.browser(), &ann, &key, OTHER).await;
    assert!(app.browser().get(&first).await.status >= 400, "an older link throws the owner out again");
    app.account(&thief.email).await;
}

/// An account that its owner gave away and its new owner has reset; returns both, and the former's link.
pub async fn given(app: &Site) -> (Person, Person, String) {
    let ann = app.person("ann").await;
    let (bob, link) = moved(app, &ann, "bob@example.org").await;
    let (bob, _) = reset(app, &bob, NEW).await;
    (ann, bob, link)
}

/// Presses the button behind `link`, and reads the messages to both.
pub async fn freeze(app: &Site, link: &str, both: [&Person; 2]) {
    press(app, link).await;
    for person in both {
        app.mailbox.rest(&person.email).await;
    }
}

async fn a_link_freezes_an_account_that_was_proved_elsewhere(setting: Setting) {
    let app = setting.app().await;
    let (ann, bob, link) = given(&app).await;
    app.mailbox.rest(&ann.email).await;
    let page = app.browser().get(&link).await;
    assert!(page.text.contains("used with another email address"), "{page}");
    let page = press(&app, &link).await;
    assert!(page.status == 200 && page.text.contains("on hold"), "{page}");
    assert!(app.browser().get(&link).await.status >= 400, "the link works twice");
    assert!(!app.opens(&bob.email, &bob.password).await);
    for (person, subject) in [(&ann, "The "), (&bob, "Your ")] {
        let told = app.mailbox.rest(&person.email).await;
        let told: Vec<_> = told.iter().filter(|mail| mail.subject.contains("on hold")).collect();
        assert!(told.len() == 1 && told[0].subject.starts_with(subject) && !told[0].has_link(), "{told:?}");
        assert!(!gets_a_key(&app, &person.email).await);
    }
}

async fn a_proof_counts_wherever_the_account_goes_next(setting: Setting) {
    let app = setting.app().await;
    let (ann, bob, link) = given(&app).await;
    let (carl, _) = moved(&app, &bob, "carl@example.org").await;
    app.mailbox.rest(&ann.email).await;
    press(&app, &link).await;
    assert!(!gets_a_key(&app, &ann.email).await, "who gave the account away has it again");
    assert!(!app.opens(&carl.email, &carl.password).await);
}

async fn a_frozen_account_opens_for_nobody(setting: Setting) {
    let app = setting.app().await;
    let (ann, bob, link) = given(&app).await;
    let (root, console) = admin(&app).await;
    let (bob, own_link) = reset(&app, &bob, THIRD).await;
    freeze(&app, &link, [&ann, &bob]).await;
    let page = press(&app, &own_link).await;
    assert!(page.text.contains("on hold"), "{page}");
    let at = place(&console, &bob.email).await;
    let send = crate::common::Sent { to: format!("{at}/send-reset"), fields: Vec::new() };
    assert_eq!(console.post(&send).await.status, 422, "an admin sends a reset past the hold");
    app.minutes_pass(30 * 24 * 60);
    for person in [&ann, &bob] {
        let told = app.mailbox.rest(&person.email).await;
        assert!(!told.iter().any(|mail| mail.has_link()), "{told:?}");
        assert!(!gets_a_key(&app, &person.email).await && !app.opens(&person.email, &person.password).await);
        assert!(is_refused(&app, &person.email).await.contains("on hold"), "an address in dispute is free");
    }
    assert!(app.opens(&root.email, OLD).await);
}

async fn an_admin_leaves_a_frozen_account_where_it_is(setting: Setting) {
    let app = setting.app().await;
    let (ann, bob, link) = given(&app).await;
    let (_, console) = admin(&app).await;
    freeze(&app, &link, [&ann, &bob]).await;
    let at = place(&console, &bob.email).await;
    let page = console.get(&at).await;
    assert!(page.text.contains(&ann.email) && page.text.contains("Claimed by"), "{page}");
    console.press(&page, &format!("{at}/lift-hold")).await;
    let key = app.mailbox.next_key(&bob.email).await.link();
    app.recover(&app.browser(), &bob, &key, OTHER).await;
    assert!(app.mailbox.rest(&ann.email).await.is_empty());
    app.account(&ann.email).await;
}

async fn an_admin_gives_a_frozen_account_back(setting: Setting) {
    let app = setting.app().await;
    let (ann, bob, link) = given(&app).await;
    let (_, console) = admin(&app).await;
    let (bob, own_link) = reset(&app, &bob, THIRD).await;
    freeze(&app, &link, [&ann, &bob]).await;
    let at = place(&console, &bob.email).await;
    console.press(&console.get(&at).await, &format!("{at}/give-back")).await;
    let key = app.mailbox.next_key(&ann.email).await.link();
    app.recover(&app.browser(), &ann, &key, OTHER).await;
    assert!(app.browser().get(&own_link).await.status >= 400, "a link outlives the decision");
    assert!(!gets_a_key(&app, &bob.email).await);
    app.account(&bob.email).await;
}

async fn a_frozen_admin_is_decided_on_the_command_line_alone(setting: Setting) {
    let app = setting.app().await;
    let (ann, bob, link) = given(&app).await;
    app.latchkey(&["user", "role", &bob.email, "--add", "admin"]);
    let (_, console) = admin(&app).await;
    freeze(&app, &link, [&ann, &bob]).await;
    let at = place(&console, &bob.email).await;
    let page = console.get(&at).await;
    assert!(page.text.contains("only from the command line"), "{page}");
    for (act, fields) in [("lift-hold", vec![]), ("give-back", vec![("email".to_owned(), ann.email.clone())])]
    {
        assert!(!page.offers(&format!("{at}/{act}")), "{page}");
        let sent = crate::common::Sent { to: format!("{at}/{act}"), fields };
        assert_eq!(console.post(&sent).await.status, 422, "{act}: an admin opens an admin's account");
    }
    assert!(app.told(&["user", "show", &bob.email]).contains(&ann.email));
    app.latchkey(&["user", "give-back", &bob.email, "--to", &ann.email]);
    let key = app.mailbox.next_key(&ann.email).await.link();
    app.recover(&app.browser(), &ann, &key, OTHER).await;
}

/// Runs a command about an account, and returns the one mail about it, which must not have a link.
async fn told_without_a_link(app: &Site, person: &Person, command: &[&str]) -> String {
    app.mailbox.rest(&person.email).await;
    app.latchkey(command);
    let told = app.mailbox.next(&person.email).await;
    assert!(!told.has_link() && told.text.contains("support"), "{command:?}: {told:?}");
    told.text
}

/// Adds a phone, which cannot be used yet: commands have the system's time, so none may pass.
async fn adds_a_phone(app: &Site, person: &Person) {
    let phone = "+4915112345678";
    let own = app.signed_in(person).await;
    let form = own.get("/account/phone").await;
    let form = own.submit(&form, &[("tel", phone), ("current-password", &person.password)]).await;
    let code = app.mailbox.next_code(phone).await;
    own.submit(&form, &[("one-time-code", &code)]).await;
    assert!(app.mailbox.next(&person.email).await.is_notice());
}

async fn no_notice_opens_an_account_that_an_admin_closed(setting: Setting) {
    let app = setting.app().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    for person in [&ann, &bob] {
        adds_a_phone(&app, person).await;
        let (person, earlier) = reset(&app, person, NEW).await;
        let email = person.email.as_str();
        // One is disabled and then deleted; the other is deleted by its owner, then by an admin's word for good.
        if email == ann.email {
            app.latchkey(&["user", "disable", email]);
            told_without_a_link(&app, &person, &["user", "delete", email, "--yes"]).await;
        } else {
            deletes(&app, &person).await;
            app.latchkey(&["user", "disable", email]);
        }
        let lost = ["user", "remove-phone", email, "--reason", "lost"];
        assert!(told_without_a_link(&app, &person, &lost).await.contains("The phone was changed"));
        assert!(app.browser().get(&earlier).await.status >= 400, "a link opens what an admin has disabled");
        assert!(!app.opens(email, &person.password).await && !gets_a_key(&app, email).await);
        assert!(app.told(&["user", "show", email]).contains("deletion_pending"));
    }
}

async fn no_notice_opens_a_frozen_account_that_is_deleted(setting: Setting) {
    let app = setting.app().await;
    let (ann, bob, link) = given(&app).await;
    let (bob, own_link) = reset(&app, &bob, THIRD).await;
    freeze(&app, &link, [&ann, &bob]).await;
    told_without_a_link(&app, &bob, &["user", "delete", &bob.email, "--yes"]).await;
    assert!(app.browser().get(&own_link).await.status >= 400, "its holder undoes the claim");
    // Whoever brings it back still has to decide whose it is.
    app.latchkey(&["user", "enable", &bob.email]);
    for person in [&ann, &bob] {
        assert!(!app.opens(&person.email, &person.password).await && !gets_a_key(&app, &person.email).await);
    }
    app.latchkey(&["user", "give-back", &bob.email, "--to", &ann.email]);
    let key = app.mailbox.next_key(&ann.email).await.link();
    app.recover(&app.browser(), &ann, &key, OTHER).await;
}

async fn older_links_end_after_a_recovery_that_began_with_one(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let mut links = Vec::new();
    for password in [NEW, OTHER, THIRD] {
        links.push(reset(&app, &ann, password).await.1);
    }
    press(&app, &links[1]).await;
    assert!(app.browser().get(&links[2]).await.status >= 400, "a link outlives the undoing of its change");
    assert!(
        app.browser().get(&links[0]).await.status < 400,
        "an older link ends before the owner is back in"
    );
    let key = app.mailbox.next_key(&ann.email).await.link();
    let back = app.recover(&app.browser(), &ann, &key, "four grey herons at noon").await;
    assert!(app.browser().get(&links[0]).await.status >= 400, "an older link throws the owner out again");
    assert!(app.opens(&back.email, &back.password).await);
}

async fn links_to_other_addresses_outlive_a_recovery(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (thief, link) = moved(&app, &ann, "thief@example.org").await;
    let (thief, own_link) = reset(&app, &thief, NEW).await;
    press(&app, &own_link).await;
    let key = app.mailbox.next_key(&thief.email).await.link();
    app.recover(&app.browser(), &thief, &key, OTHER).await;
    let page = press(&app, &link).await;
    assert!(page.text.contains("on hold"), "a thief's link ended the owner's: {page}");
    assert!(!app.opens(&thief.email, OTHER).await);
}

async fn a_link_sealed_with_a_key_that_is_gone_is_none(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let own = app.signed_in(&ann).await;
    let form = own.get("/account/email").await;
    own.submit(&form, &[("email", "anna@example.org"), ("current-password", OLD)]).await;
    let change = app.mailbox.next("anna@example.org").await.link();
    let (ann, notice) = reset(&app, &ann, NEW).await;
    let own = app.signed_in(&ann).await;
    let form = own.get("/account/email").await;
    own.submit(&form, &[("email", "anne@example.org"), ("current-password", NEW)]).await;
    let fresh = app.mailbox.next("anne@example.org").await.link();
    let other = "q0tYyVRiMyxpw5sBB1XeCMN1kFsDCqKvBi2QJxBVHQk=";
    let app = app.restart(&[("secret_key", json!(other))]).await;
    for link in [change, notice, fresh] {
        let page = app.browser().get(&link).await;
        assert_eq!(page.status, 410, "{page}");
    }
    let own = app.signed_in(&ann).await;
    assert!(own.get("/account/phone/code").await.status < 500);
}
