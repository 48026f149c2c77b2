//! Limits slow down guessing and excessive requests, but never the owner in a known browser.

use reqwest::header::RETRY_AFTER;
use serde_json::json;

use crate::common::{Browser, Change, NEW, OLD, OTHER, Page, Person, Setting, Site};

for_both_databases! {
    a_known_browser_has_a_count_of_its_own,
    a_known_browser_is_known_for_who_signed_in_there,
    known_browsers_are_counted_together_as_well,
    known_browsers_that_have_used_up_their_texts_get_those_of_strangers,
    wrong_passwords_of_a_registration_are_counted,
    what_is_refused_unseen_or_changes_nothing_is_not_written_down,
    who_said_it_was_not_them_is_not_starved_by_the_thief,
    a_number_of_another_country_gets_no_text,
    a_limit_that_is_reached_is_written_down_once,
    right_passwords_are_counted_as_work,
    guesses_by_programs_count_with_those_on_pages,
    requests_by_programs_count_with_those_on_pages,
}

fn limited(changes: &[Change<'static>]) -> Vec<Change<'static>> {
    [&[("latchkey.limits.enabled", true.into())], changes].concat()
}

/// A browser in which `person` has signed in and out.
async fn known(app: &Site, person: &Person) -> Browser {
    let browser = app.signed_in(person).await;
    let page = browser.get("/logout").await;
    browser.press(&page, "/logout").await;
    assert!(!browser.is_signed_in().await);
    browser
}

async fn ask(browser: &Browser, email: &str) -> Page {
    let form = browser.get("/reset").await;
    browser.submit(&form, &[("email", email)]).await
}

async fn guess(app: &Site, browser: &Browser, person: &Person) -> u16 {
    app.sign_in(browser, &person.email, OTHER).await.status
}

async fn a_known_browser_has_a_count_of_its_own(setting: Setting) {
    let app = setting.app_with(&limited(&[("latchkey.limits.sign_ins_per_address", 3.into())])).await;
    let ann = app.account("ann@example.com").await;
    let browser = known(&app, &ann).await;
    for _ in 0..3 {
        assert_eq!(guess(&app, &browser, &ann).await, 422);
    }
    assert_eq!(guess(&app, &browser, &ann).await, 429, "a stolen browser guesses without end");
    let copy = browser.copy();
    assert_eq!(guess(&app, &copy, &ann).await, 429, "a copy of its cookies begins anew");
    assert!(app.opens(&ann.email, OLD).await, "what a known browser does counts against nobody else");
}

/// Anybody with the password can make any number of known browsers.
async fn known_browsers_are_counted_together_as_well(setting: Setting) {
    let app = setting.app_with(&limited(&[("latchkey.limits.sign_ins_per_address", 2.into())])).await;
    let ann = app.account("ann@example.com").await;
    let mut browsers = Vec::new();
    for _ in 0..5 {
        browsers.push(known(&app, &ann).await);
    }
    let mut looked_at = 0;
    for browser in &browsers {
        for _ in 0..2 {
            looked_at += usize::from(guess(&app, browser, &ann).await == 422);
        }
    }
    assert_eq!(looked_at, 3 * 2 + 2, "those of three browsers, and then those of strangers");
}

async fn known_browsers_that_have_used_up_their_texts_get_those_of_strangers(setting: Setting) {
    let texts = [("latchkey.limits.texts_per_number", 1.into()), ("latchkey.reset.channel", "sms".into())];
    let app = setting.app_with(&limited(&texts)).await;
    let ann = app.account("ann@example.com").await;
    let ann = app.add_phone(&ann).await;
    app.mailbox.rest(&ann.phone).await;
    let mut browsers = Vec::new();
    for _ in 0..5 {
        browsers.push(known(&app, &ann).await);
    }
    let last = browsers.pop().expect("the fifth");
    // Three as known browsers, and one as a stranger; the next key would drop a text that has not been sent.
    for browser in &browsers {
        ask(browser, &ann.email).await;
        app.mailbox.next(&ann.phone).await;
    }
    ask(&last, &ann.email).await;
    assert!(app.mailbox.rest(&ann.phone).await.is_empty(), "known browsers get texts without end");
}

async fn wrong_passwords_of_a_registration_are_counted(setting: Setting) {
    let app = setting.app_with(&limited(&[("latchkey.limits.sign_ins_per_address", 3.into())])).await;
    app.register(&app.browser(), "ann@example.com", OLD).await;
    let link = app.mailbox.next("ann@example.com").await.link();
    let other = app.browser();
    let page = other.get(&link).await;
    for _ in 0..3 {
        other.submit(&page, &[("current-password", OTHER)]).await;
    }
    other.submit(&page, &[("current-password", OLD)]).await;
    assert!(!app.opens("ann@example.com", OLD).await, "a password is looked at without end");
    other.submit(&page, &[("new_password", NEW)]).await;
    assert!(app.opens("ann@example.com", NEW).await, "a new one can be chosen all the same");
}

/// Otherwise anybody with an account could fill the disk.
async fn what_is_refused_unseen_or_changes_nothing_is_not_written_down(setting: Setting) {
    let app = setting.app_with(&limited(&[("latchkey.limits.sign_ins_per_address", 3.into())])).await;
    let ann = app.account("ann@example.com").await;
    let (browser, other) = (app.signed_in(&ann).await, app.signed_in(&ann).await);
    let form = browser.get("/change").await;
    for _ in 0..6 {
        browser.submit(&form, &[("current-password", OTHER), ("new_password", NEW)]).await;
    }
    let list = browser.get("/account/sessions").await;
    for _ in 0..3 {
        browser.press(&list, "/account/sessions").await;
    }
    assert!(!other.is_signed_in().await);
    for (kind, times) in [("password.refused", 3), ("sessions.ended", 1)] {
        let told = app.told(&["events", "--kind", kind]);
        assert_eq!(told.matches(kind).count(), times, "{told}");
    }
}

async fn a_known_browser_is_known_for_who_signed_in_there(setting: Setting) {
    let app = setting.app_with(&limited(&[("latchkey.limits.sign_ins_per_address", 3.into())])).await;
    let (ann, bob) = (app.account("ann@example.com").await, app.account("bob@example.com").await);
    let thief = known(&app, &bob).await;
    for _ in 0..3 {
        guess(&app, &thief, &ann).await;
    }
    assert_eq!(guess(&app, &thief, &ann).await, 429);
    let device =
        |jar: &crate::common::Jar| jar.values().into_iter().max_by_key(String::len).expect("a cookie");
    thief.with_jar(|jar| {
        let forged = format!("{}A", device(jar));
        jar.put("latchkey_device", &forged);
    });
    assert_eq!(guess(&app, &thief, &ann).await, 429, "a forged cookie is known");
}

async fn who_said_it_was_not_them_is_not_starved_by_the_thief(setting: Setting) {
    let app = setting.app().await;
    let ann = app.account("ann@example.com").await;
    let thief = known(&app, &ann).await;
    let browser = app.signed_in(&ann).await;
    let form = browser.get("/change").await;
    browser.submit(&form, &[("current-password", OLD), ("new-password", NEW)]).await;
    let notice = app.mailbox.next(&ann.email).await.link();
    let owner = app.browser();
    let page = owner.get(&notice).await;
    owner.press(&page, "/reset/not-me").await;
    let link = app.mailbox.next_key(&ann.email).await.link();
    app.recover(&owner, &ann, &link, OTHER).await;
    app.mailbox.rest(&ann.email).await;
    app.minutes_pass(61);
    let again = Person { password: OTHER.into(), ..ann.clone() };
    let browser = known(&app, &again).await;
    ask(&browser, &ann.email).await;
    let link = app.mailbox.next_key(&ann.email).await.link();
    ask(&thief, &ann.email).await;
    let again = app.mailbox.rest(&ann.email).await;
    assert!(
        again.iter().all(|mail| mail.link() == link),
        "a thief's browser counts as the owner's: {again:?}"
    );
}

async fn a_number_of_another_country_gets_no_text(setting: Setting) {
    let gateway = [
        ("latchkey.sms.url", "http://127.0.0.1:9/send".into()),
        ("latchkey.sms.fields", serde_json::json!({ "to": "{to}", "text": "{text}" })),
        ("latchkey.sms.countries", serde_json::json!(["DE"])),
    ];
    let app = setting.app_with(&gateway).await;
    let ann = app.account("ann@example.com").await;
    let browser = app.signed_in(&ann).await;
    let form = browser.get("/account/phone").await;
    for (number, taken) in [("+12125550123", false), ("+881612345678", false), ("+4915112345678", true)] {
        let page = browser.submit(&form, &[("tel", number), ("current-password", OLD)]).await;
        assert_eq!(page.path() == "/account/phone/code", taken, "{number}: {page}");
    }
}

async fn right_passwords_are_counted_as_work(setting: Setting) {
    let app = setting.app_with(&limited(&[("latchkey.limits.sign_ins_per_client", 1.into())])).await;
    let (ann, bob) = (app.account("ann@example.com").await, app.account("bob@example.com").await);
    let browser = known(&app, &ann).await;
    let mut statuses = Vec::new();
    for _ in 0..26 {
        statuses.push(app.sign_in(&app.browser(), &bob.email, OLD).await.status);
    }
    assert!(statuses[..24].iter().all(|status| *status == 200) && statuses[25] == 429, "{statuses:?}");
    app.sign_in(&browser, &ann.email, OLD).await;
    assert!(browser.is_signed_in().await, "what strangers do counts against a browser that is known");
}

async fn a_limit_that_is_reached_is_written_down_once(setting: Setting) {
    let app = setting.app_with(&limited(&[("latchkey.limits.sign_ins_per_address", 3.into())])).await;
    let ann = app.account("ann@example.com").await;
    let thief = app.browser();
    for _ in 0..6 {
        guess(&app, &thief, &ann).await;
    }
    let told = app.told(&["events", "--kind", "limit.reached"]);
    assert_eq!(told.matches("limit.reached").count(), 1, "{told}");
    assert!(told.contains("sign_in_to"), "{told}");
}

async fn guesses_by_programs_count_with_those_on_pages(setting: Setting) {
    let app = setting.app_with(&limited(&[("latchkey.limits.sign_ins_per_address", 3.into())])).await;
    let ann = app.account("ann@example.com").await;
    let by_form = |password: &str| json!({ "email": ann.email, "password": password });
    let unified = |password: &str| json!({ "identity": ann.email, "passcode": password });
    assert_eq!(guess(&app, &app.browser(), &ann).await, 422);
    assert_eq!(app.program().post("/login", by_form(OTHER)).await.status, 400);
    assert_eq!(app.program().post("/us-signin", unified(OTHER)).await.status, 400);
    for password in [OTHER, OLD] {
        for (place, body) in [("/login", by_form(password)), ("/us-signin", unified(password))] {
            let reply = app.program().post(place, body).await;
            assert!(reply.headers.contains_key(RETRY_AFTER), "{place}: {reply:?}");
            reply.refused(429, "RATE_LIMITED");
        }
    }
    assert_eq!(guess(&app, &app.browser(), &ann).await, 429, "a page has a count of its own");
}

async fn requests_by_programs_count_with_those_on_pages(setting: Setting) {
    // One is for the registration.
    let app = setting.app_with(&limited(&[("latchkey.limits.messages_per_address", 3.into())])).await;
    let ann = app.account("ann@example.com").await;
    ask(&app.browser(), &ann.email).await;
    app.mailbox.next_key(&ann.email).await;
    for _ in 0..4 {
        app.minutes_pass(2);
        app.program().post("/reset", json!({ "email": ann.email })).await.done();
    }
    let sent = app.mailbox.rest(&ann.email).await;
    assert_eq!(sent.iter().filter(|message| message.is_key()).count(), 1, "{sent:?}");
}
