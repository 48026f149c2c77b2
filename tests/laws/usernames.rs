//! Usernames and phone numbers in place of the address.

use serde_json::json;

use super::methods::{asked, press};
use crate::common::{
    Browser, Capabilities, NEW, OLD, Page, Person, Setting, TestApp, execute, texts, until_sent,
    ways_in::{ask, choose_username, type_code},
};

for_both_databases! {
    a_username_signs_in_however_it_is_typed,
    a_username_is_no_way_in_where_there_are_none,
    names_that_look_alike_are_one,
    a_former_username_stays_reserved_for_ninety_days,
    of_two_who_want_a_name_one_gets_it,
    what_is_no_username_is_refused_and_kept,
    where_usernames_are_required_nobody_is_without,
    a_username_may_be_given_up_where_it_is_optional,
    this_wasnt_me_brings_a_username_back,
    a_forgotten_username_is_mailed,
    messages_reach_people_by_any_of_their_names,
    an_answer_tells_nothing_of_a_name,
    a_strangers_tries_by_name_use_up_none_by_address,
    a_stranger_ends_no_key_that_its_owner_asked_for_by_name,
    an_account_keeps_ten_former_names,
    a_phone_number_signs_in_only_its_one_owner,
    an_account_tries_ten_names_in_a_day,
    the_name_of_a_removed_account_stays_reserved,
    a_code_of_an_app_signs_in_by_name,
}

async fn naming(setting: &Setting, usernames: &str) -> TestApp {
    let methods = ["password", "email_code", "email_link", "sms_code", "totp"];
    setting
        .app_with(&[
            ("latchkey.sign_in.usernames", json!(usernames)),
            ("latchkey.sign_in.phone_numbers", json!(true)),
            ("latchkey.sign_in.methods", json!(methods)),
            ("latchkey.limits.texts_per_number", json!(20)),
        ])
        .await
}

/// Ann, who has the username `maria.k`, and a browser in which she is signed in.
async fn named(app: &TestApp) -> (Person, Browser) {
    let ann = app.add_phone(&app.account("ann@example.com").await).await;
    let browser = app.signed_in(&ann).await;
    let page = choose_username(&browser, "Maria.K").await;
    assert!(page.path() == "/account" && page.text.contains("maria.k"), "{page}");
    let told = app.mailbox.next_notice(&ann.email).await;
    assert!(told.subject.contains("username") && told.is_notice(), "{told:?}");
    (ann, browser)
}

/// Asks for a reset.
async fn forgot(browser: &Browser, name: &str) -> Page {
    let page = browser.get("/reset").await;
    browser.submit(&page, &[("username", name)]).await
}

fn is_taken(page: &Page) -> bool {
    page.text.contains("is not available")
}

async fn a_username_signs_in_however_it_is_typed(setting: Setting) {
    let app = naming(&setting, "optional").await;
    let (ann, _) = named(&app).await;
    for name in ["maria.k", " MARIA.K ", "ｍａｒｉａ．ｋ", &ann.email] {
        assert!(app.opens(name, OLD).await, "{name}");
        assert!(!app.opens(name, NEW).await, "{name}");
    }
    for other in ["maria_k", "mariak", "maria.k@", "maria.k@example.com"] {
        assert!(!app.opens(other, OLD).await, "{other}");
    }
    assert!(app.told(&["events"]).contains("username.changed"));
    assert!(app.told(&["user", "show", &ann.email]).contains("username  maria.k"));
}

async fn a_username_is_no_way_in_where_there_are_none(setting: Setting) {
    let mut app = naming(&setting, "optional").await;
    let (ann, browser) = named(&app).await;
    let off =
        [("latchkey.sign_in.usernames", json!("off")), ("latchkey.sign_in.phone_numbers", json!(false))];
    app.switch(app.setting.strategy, &off).await;
    assert!(!app.opens("maria.k", OLD).await && !app.opens(&ann.phone, OLD).await);
    assert!(app.opens(&ann.email, OLD).await);
    assert_eq!(browser.get("/account/username").await.path(), "/account");
    assert_eq!(app.browser().get("/login/username").await.path(), "/login");
    let page = forgot(&app.browser(), "maria.k").await;
    assert!(page.text.contains("Enter an email address"), "{page}");
}

async fn names_that_look_alike_are_one(setting: Setting) {
    let app = naming(&setting, "optional").await;
    let (_, _) = named(&app).await;
    let eve = app.signed_in(&app.account("eve@example.com").await).await;
    for name in ["maria.k", "MARIA.K", "rnaria.k", "mar1a.k"] {
        let page = choose_username(&eve, name).await;
        // Of these, the last two differ for a reader: `rn` is like `m`, `1` is like `l`.
        assert_eq!(is_taken(&page), name != "mar1a.k", "{name}: {page}");
    }
}

async fn a_former_username_stays_reserved_for_ninety_days(setting: Setting) {
    let app = naming(&setting, "optional").await;
    let (ann, browser) = named(&app).await;
    let eve = app.account("eve@example.com").await;
    choose_username(&browser, "marta.k").await;
    assert!(!app.opens("maria.k", OLD).await && app.opens("marta.k", OLD).await);
    assert!(is_taken(&choose_username(&app.signed_in(&eve).await, "maria.k").await));
    let page = choose_username(&browser, "maria.k").await;
    assert!(page.text.contains("maria.k"), "its own account gets it back: {page}");
    choose_username(&browser, "marta.k").await;
    app.minutes_pass(90 * 24 * 60 - 1);
    assert!(is_taken(&choose_username(&app.signed_in(&eve).await, "maria.k").await));
    app.minutes_pass(2);
    let page = choose_username(&app.signed_in(&eve).await, "maria.k").await;
    assert!(page.text.contains("maria.k"), "{page}");
    assert!(app.opens("marta.k", OLD).await && app.opens(&ann.email, OLD).await);
}

async fn of_two_who_want_a_name_one_gets_it(setting: Setting) {
    let app = naming(&setting, "optional").await;
    let mut sent = Vec::new();
    for name in ["ann", "bob", "eve"] {
        let browser = app.signed_in(&app.account(&format!("{name}@example.com")).await).await;
        let page = browser.get("/account/username").await;
        let form = browser.fill(&page, &[("username", "maria.k")]);
        sent.push((browser, form));
    }
    let answers =
        rocket::futures::future::join_all(sent.iter().map(|(browser, form)| browser.post_only(form)));
    let won = answers.await.iter().filter(|answer| answer.came_to() == 303).count();
    assert_eq!(won, 1);
    let held =
        texts(&app.setting.database, "SELECT name FROM latchkey_usernames WHERE left_at IS NULL").await;
    assert_eq!(held, ["maria.k"]);
}

async fn what_is_no_username_is_refused_and_kept(setting: Setting) {
    let app = naming(&setting, "optional").await;
    let browser = app.signed_in(&app.account("ann@example.com").await).await;
    for (name, says) in [
        ("abc", "4 to 32"),
        ("ann@example.com", "4 to 32"),
        ("+4915112345678", "4 to 32"),
        ("mаria", "one alphabet"),
        ("Support", "not available"),
        (&"a".repeat(254), "4 to 32"),
    ] {
        let page = choose_username(&browser, name).await;
        assert!(page.status == 422 && page.text.contains(says), "{name}: {page}");
        let kept = page.forms.iter().find_map(|form| form.field("username")).map(|field| field.value.clone());
        assert_eq!(kept.as_deref(), Some(name));
    }
}

async fn where_usernames_are_required_nobody_is_without(setting: Setting) {
    let app = naming(&setting, "required").await;
    let ann = app.account("ann@example.com").await;
    let browser = app.browser();
    let page = app.sign_in(&browser, &ann.email, OLD).await;
    assert!(
        page.path() == "/account/username" && page.text.contains("Choose a username to continue"),
        "{page}"
    );
    assert_eq!(browser.get("/account").await.path(), "/account/username", "nobody gets round it");
    let page = browser.submit(&page, &[("username", "")]).await;
    assert_eq!(page.status, 422, "{page}");
    let page = browser.submit(&page, &[("username", "maria.k")]).await;
    assert_eq!(page.path(), "/account", "it leads on: {page}");
    let page = choose_username(&browser, "").await;
    assert_eq!(page.status, 422, "none can be given up: {page}");
    assert_eq!(app.sign_in(&app.browser(), "maria.k", OLD).await.path(), "/account");

    let invited = app.told(&["user", "add", "eve@example.com"]);
    let page = browser.get(&app.mailbox.next("eve@example.com").await.link()).await;
    let page = browser.submit(&page, &[("new-password", NEW)]).await;
    assert_eq!(page.path(), "/account/username", "{invited}: {page}");
}

async fn a_username_may_be_given_up_where_it_is_optional(setting: Setting) {
    let app = naming(&setting, "optional").await;
    let (ann, browser) = named(&app).await;
    let page = choose_username(&browser, "").await;
    assert!(page.path() == "/account" && !page.text.contains("maria.k"), "{page}");
    assert!(app.mailbox.next_notice(&ann.email).await.subject.contains("username"));
    choose_username(&browser, "").await;
    assert!(app.mailbox.rest(&ann.email).await.is_empty(), "nothing has changed");
    assert!(!app.opens("maria.k", OLD).await && app.opens(&ann.email, OLD).await);
}

async fn this_wasnt_me_brings_a_username_back(setting: Setting) {
    let app = naming(&setting, "optional").await;
    let (ann, _) = named(&app).await;
    let thief = app.signed_in(&ann).await;
    choose_username(&thief, "eves.name").await;
    let told = app.mailbox.next_notice(&ann.email).await;
    choose_username(&thief, "eves.other").await;
    let browser = app.browser();
    let page = browser.get(&told.link()).await;
    browser.press(&page, "/reset/not-me").await;
    assert!(!thief.is_signed_in().await);
    let query = "SELECT name FROM latchkey_usernames WHERE left_at IS NULL";
    assert_eq!(texts(&app.setting.database, query).await, ["maria.k"]);
    let key = app.mailbox.next_key(&ann.email).await;
    let ann = app.recover(&app.browser(), &ann, &key.link(), NEW).await;
    assert!(app.opens("maria.k", &ann.password).await && !app.opens("eves.other", &ann.password).await);
}

async fn a_forgotten_username_is_mailed(setting: Setting) {
    let app = naming(&setting, "optional").await;
    let (ann, _) = named(&app).await;
    app.account("bob@example.com").await;
    for (email, says) in
        [(&*ann.email, "maria.k"), ("bob@example.com", "no username"), ("eve@example.com", "no such account")]
    {
        let browser = app.browser();
        let page = browser.get("/login/username").await;
        let page = browser.submit(&page, &[("email", email)]).await;
        assert!(
            page.path() == "/login/username/sent" && page.text.contains("If there is an account"),
            "{page}"
        );
        let mail = app.mailbox.next(email).await;
        assert!(mail.text.contains(says), "{mail:?}");
        assert!(!mail.is_key());
    }
}

async fn messages_reach_people_by_any_of_their_names(setting: Setting) {
    let app = naming(&setting, "optional").await;
    let (ann, _) = named(&app).await;
    for name in ["MARIA.K", &ann.phone] {
        app.minutes_pass(20);
        let browser = app.browser();
        let page = ask(&browser, "email", name).await;
        assert!(page.text.contains("its email address") && page.text.contains(name), "{page}");
        let mail = app.mailbox.next(&ann.email).await;
        let page = type_code(&browser, &mail.code()).await;
        assert!(browser.is_signed_in().await, "{name}: {page}");
        let elsewhere = app.browser();
        app.minutes_pass(20);
        ask(&elsewhere, "email", name).await;
        press(&elsewhere, &app.mailbox.next(&ann.email).await.link()).await;
        assert!(elsewhere.is_signed_in().await, "{name}");
        let texted = app.browser();
        ask(&texted, "sms", name).await;
        type_code(&texted, &app.mailbox.next(&ann.phone).await.code()).await;
        assert!(texted.is_signed_in().await, "{name}");

        app.minutes_pass(40);
        let page = forgot(&app.browser(), name).await;
        assert!(page.path() == "/reset/sent" && page.text.contains("its email address"), "{page}");
        assert!(app.mailbox.next_key(&ann.email).await.has_link());
    }
    let (_, message) = asked(&app, &app.browser(), &ann).await;
    assert!(message.has_link());
}

async fn an_answer_tells_nothing_of_a_name(setting: Setting) {
    let app = naming(&setting, "optional").await;
    named(&app).await;
    let mut seen = Vec::new();
    for name in ["maria.k", "marla.q"] {
        let browser = app.browser();
        let page = app.sign_in(&browser, name, NEW).await;
        let sent = ask(&browser, "email", name).await;
        let reset = forgot(&browser, name).await;
        let wrong = browser.submit(&sent, &[("one-time-code", "2222-2222-2222-2222")]).await;
        let pages = [&page, &sent, &reset, &wrong].map(|page| page.body.replace(name, "NAME"));
        let cookies: Vec<_> = browser.jar().values().iter().map(String::len).collect();
        seen.push((pages, browser.jar().names(), cookies));
    }
    assert_eq!(seen[0], seen[1]);
    until_sent(&app.setting.database).await;
    assert!(app.mailbox.unread("marla.q").await.is_none(), "nobody can be written to at a name");
}

async fn a_strangers_tries_by_name_use_up_none_by_address(setting: Setting) {
    let mut app = naming(&setting, "optional").await;
    let (ann, own) = named(&app).await;
    app.again(&[
        ("latchkey.sign_in.usernames", json!("optional")),
        ("latchkey.sign_in.phone_numbers", json!(true)),
        ("latchkey.limits.enabled", json!(true)),
        ("latchkey.limits.sign_ins_per_address", json!(3)),
    ])
    .await;
    for name in ["Maria.K", "maria.k", "ｍａｒｉａ．ｋ"] {
        assert_eq!(app.sign_in(&app.browser(), name, NEW).await.status, 422, "{name}");
    }
    assert_eq!(app.sign_in(&app.browser(), "MARIA.K", OLD).await.status, 429, "its spellings are one");
    for name in [&ann.email, &ann.phone] {
        assert_eq!(app.sign_in(&app.browser(), name, OLD).await.status, 200, "{name}");
    }
    let known = own.other();
    known.with_jar(|jar| *jar = own.jar());
    known.press(&known.get("/account").await, "/logout").await;
    assert_eq!(app.sign_in(&known, "maria.k", OLD).await.status, 200, "a known browser is known by name too");
}

async fn a_stranger_ends_no_key_that_its_owner_asked_for_by_name(setting: Setting) {
    let app = naming(&setting, "optional").await;
    let (ann, own) = named(&app).await;
    own.press(&own.get("/account").await, "/logout").await;
    let page = forgot(&own, "maria.k").await;
    let first = app.mailbox.next_key(&ann.email).await;
    forgot(&app.browser(), "maria.k").await;
    app.mailbox.next(&ann.email).await;
    let page = own.submit(&page, &[("one-time-code", &first.code())]).await;
    assert_eq!(page.path(), setting.strategy.path(), "{page}");
    assert_eq!(app.browser().get(&first.link()).await.status, 200);
}

async fn a_phone_number_signs_in_only_its_one_owner(setting: Setting) {
    let app = naming(&setting, "optional").await;
    let (ann, _) = named(&app).await;
    assert!(app.opens(&ann.phone, OLD).await);
    let spaced = format!("{} {}", &ann.phone[..6], &ann.phone[6..]);
    assert!(app.opens(&spaced, OLD).await, "{spaced}");
    app.account("bob@example.com").await;
    let shared = format!(
        "UPDATE latchkey_accounts SET phone = '{}', phone_usable_at = 0 WHERE email_key = 'bob@example.com'",
        ann.phone
    );
    execute(&app.setting.database, &shared).await;
    assert!(!app.opens(&ann.phone, OLD).await, "two people share it");
    let closed = "UPDATE latchkey_accounts SET enabled = FALSE WHERE email_key = 'bob@example.com'";
    execute(&app.setting.database, closed).await;
    assert!(app.opens(&ann.phone, OLD).await && app.opens("maria.k", OLD).await);
}

async fn an_account_tries_ten_names_in_a_day(setting: Setting) {
    let limits =
        [("latchkey.sign_in.usernames", json!("optional")), ("latchkey.limits.enabled", json!(true))];
    let app = setting.app_with(&limits).await;
    let ann = app.signed_in(&app.account("ann@example.com").await).await;
    choose_username(&ann, "maria.k").await;
    let eve = app.signed_in(&app.account("eve@example.com").await).await;
    for _ in 0..10 {
        assert!(is_taken(&choose_username(&eve, "maria.k").await));
    }
    assert_eq!(choose_username(&eve, "maria.k").await.status, 429);
    assert_eq!(choose_username(&eve, "ab").await.status, 422, "a mistake is not counted");
}

async fn an_account_keeps_ten_former_names(setting: Setting) {
    let app = naming(&setting, "optional").await;
    let browser = app.signed_in(&app.account("ann@example.com").await).await;
    for name in 0..11 {
        assert_eq!(choose_username(&browser, &format!("maria.{name}")).await.path(), "/account");
    }
    let page = choose_username(&browser, "maria.k").await;
    assert!(page.status == 422 && page.text.contains("too often"), "{page}");
    app.minutes_pass(90 * 24 * 60);
    let browser = app.browser();
    app.sign_in(&browser, "ann@example.com", OLD).await;
    assert_eq!(choose_username(&browser, "maria.k").await.path(), "/account");
}

async fn the_name_of_a_removed_account_stays_reserved(setting: Setting) {
    let app = naming(&setting, "optional").await;
    let (_, browser) = named(&app).await;
    let page = browser.get("/account/delete").await;
    browser.submit(&page, &[("password", OLD)]).await;
    app.minutes_pass(73 * 60);
    app.until_removed("SELECT email FROM latchkey_accounts WHERE email LIKE 'ann@%'").await;
    let eve = app.account("eve@example.com").await;
    assert!(is_taken(&choose_username(&app.signed_in(&eve).await, "maria.k").await));
    app.minutes_pass(90 * 24 * 60);
    let page = choose_username(&app.signed_in(&eve).await, "maria.k").await;
    assert!(page.text.contains("maria.k"), "{page}");
}

async fn a_code_of_an_app_signs_in_by_name(setting: Setting) {
    let app = naming(&setting, "optional").await;
    let (_, browser) = named(&app).await;
    let (device, _) = app.set_up_app(&browser).await;
    let other = app.browser();
    app.minutes_pass(1);
    let page = other.get("/login/app").await;
    let page = other.submit(&page, &[("username", "maria.k"), ("one-time-code", &device.code(&app))]).await;
    assert!(other.is_signed_in().await, "{page}");
}
