//! Second factors: asked for at every door, each proof good once, and never a way around them.

use rocket::futures::future::join_all;
use serde_json::json;

use crate::common::{
    Authenticator, Browser, NEW, OLD, OTHER, Page, Person, Setting, TestApp,
    factors::{finish, half_way, prove, remove, to_the_factor, undo, with_app, with_recovery_code},
    recovery_codes, texts,
};

for_both_databases! {
    an_app_is_set_up_and_asked_for,
    a_code_counts_once,
    of_thirty_two_at_once_one_gets_in,
    only_codes_of_now_count,
    a_code_is_read_as_people_type_it,
    another_accounts_code_is_wrong,
    a_pending_sign_in_reaches_nothing_else,
    a_pending_sign_in_ends,
    wrong_codes_are_counted_whatever_the_sign_in,
    an_owner_in_a_known_browser_is_not_shut_out,
    each_recovery_code_works_once,
    new_recovery_codes_replace_the_old,
    recovery_codes_are_shown_once,
    an_abandoned_set_up_changes_nothing,
    a_set_up_belongs_to_its_browser,
    removing_takes_the_factor,
    the_last_factor_takes_its_codes_along,
    who_added_a_factor_is_undone,
    who_removed_a_factor_is_undone,
    a_remembered_browser_is_asked_once_there_is_a_factor,
    a_browser_remembered_with_a_factor_is_not_asked,
    who_must_have_a_factor_sets_it_up_when_signing_in,
    who_must_have_one_cannot_remove_the_last,
    a_switched_policy_counts_at_once,
    a_used_recovery_code_stays_used,
    the_page_of_a_finished_sign_in_leads_on,
    a_new_password_keeps_the_factor,
    a_factor_is_named,
}

for_every_strategy! {
    no_reset_goes_round_the_factor,
    a_reset_ends_by_a_recovery_code,
    a_reset_sets_up_what_is_required,
}

for_every_strategy_that! {
    !needs_phone:
    who_is_let_in_leaves_their_factors_behind,
}

/// True if the password and this code sign in.
async fn gets_in(app: &TestApp, ann: &Person, code: &str) -> bool {
    let (browser, page) = half_way(app, ann).await;
    let page = prove(&browser, &page, code).await;
    assert_ne!(page.status, 429, "{page}");
    browser.is_signed_in().await
}

async fn an_app_is_set_up_and_asked_for(setting: Setting) {
    let app = setting.app().await;
    let (ann, authenticator, browser, _) = with_app(&app).await;
    assert!(browser.get("/account").await.text.contains("on, with one method"));
    let (other, page) = half_way(&app, &ann).await;
    assert!(!other.is_signed_in().await, "the password alone signs in");
    let page = prove(&other, &page, "000000").await;
    assert!(page.text.contains("wrong") && !other.is_signed_in().await, "{page}");
    let page = prove(&other, &page, &authenticator.code(&app)).await;
    assert!(other.is_signed_in().await, "{page}");
    for kind in ["factor.added", "factor.failed", "factor.proved", "sign_in.completed"] {
        assert!(app.told(&["events"]).contains(kind), "no event {kind}");
    }
}

async fn a_code_counts_once(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.signed_in(&ann).await;
    let (authenticator, _) = app.set_up_app(&browser).await;
    assert!(!gets_in(&app, &ann, &authenticator.code(&app)).await, "the code of the set-up signs in");
    app.next_code_is_shown();
    let code = authenticator.code(&app);
    assert!(gets_in(&app, &ann, &code).await);
    assert!(!gets_in(&app, &ann, &code).await, "a code signs in twice");
    let page = browser.get("/verify").await;
    let page = prove(&browser, &page, &code).await;
    assert_eq!(page.path(), "/verify", "a used code verifies: {page}");
    assert!(page.text.contains("used already"), "{page}");
}

async fn of_thirty_two_at_once_one_gets_in(setting: Setting) {
    let app = setting.app().await;
    let (ann, authenticator, _, codes) = with_app(&app).await;
    for (with, code) in [("totp", authenticator.code(&app)), ("recovery_code", codes[0].clone())] {
        let halves = join_all((0..8).map(|_| half_way(&app, &ann))).await;
        // All are filled in before the first is sent, which ends the sign-in that it belongs to.
        let filled = halves.iter().flat_map(|(browser, _)| [browser; 4]).map(|browser| async {
            let tab = browser.copy();
            let page = tab.get(&format!("/login/factor?with={with}")).await;
            (tab.fill(&page, &[("one-time-code", &code)]), tab)
        });
        let filled = join_all(filled).await;
        let tries = filled.into_iter().map(|(sent, tab)| async move { (tab.post_only(&sent).await, tab) });
        let mut inside = 0;
        for (_, tab) in join_all(tries).await {
            inside += usize::from(tab.is_signed_in().await);
        }
        assert_eq!(inside, 1, "{with}");
    }
}

async fn only_codes_of_now_count(setting: Setting) {
    let app = setting.app().await;
    let (ann, authenticator, ..) = with_app(&app).await;
    for (steps, counts) in
        [-3, -2, 2, 3].map(|far| (far, false)).into_iter().chain([-1, 0, 1].map(|near| (near, true)))
    {
        loop {
            let step = Authenticator::step(app.clock.now());
            let entered = gets_in(&app, &ann, &authenticator.code_after(&app, steps)).await;
            let is_over = step == Authenticator::step(app.clock.now());
            app.minutes_pass(3);
            // Otherwise a step ended while it was tried.
            if is_over {
                assert_eq!(entered, counts, "{steps} steps away");
                break;
            }
        }
    }
    let (browser, page) = half_way(&app, &ann).await;
    let page = prove(&browser, &page, &authenticator.code_after(&app, 4)).await;
    assert!(page.text.contains("clock"), "{page}");
}

async fn a_code_is_read_as_people_type_it(setting: Setting) {
    let app = setting.app().await;
    let (ann, authenticator, _, codes) = with_app(&app).await;
    let code = authenticator.code(&app);
    let wide: String = code.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
    assert!(gets_in(&app, &ann, &format!(" {}-{} ", &wide[..9], &wide[9..])).await);
    let (browser, _) = half_way(&app, &ann).await;
    with_recovery_code(&browser, &format!("  {} ", codes[3].to_uppercase().replace('-', " "))).await;
    assert!(browser.is_signed_in().await);
}

async fn another_accounts_code_is_wrong(setting: Setting) {
    let app = setting.app().await;
    let (ann, ..) = with_app(&app).await;
    let bob = app.account("bob@example.com").await;
    let (authenticator, page) = app.set_up_app(&app.signed_in(&bob).await).await;
    let codes = recovery_codes(&page);
    app.next_code_is_shown();
    assert!(!gets_in(&app, &ann, &authenticator.code(&app)).await);
    let (browser, _) = half_way(&app, &ann).await;
    with_recovery_code(&browser, &codes[0]).await;
    assert!(!browser.is_signed_in().await);
}

async fn a_pending_sign_in_reaches_nothing_else(setting: Setting) {
    let app = setting.app().await;
    let (ann, ..) = with_app(&app).await;
    let (browser, _) = half_way(&app, &ann).await;
    for (method, path) in app.routes.clone() {
        let place = path.replace("/<_>", "/x").replace("/<id>", "/x").split('?').next().unwrap().to_owned();
        let own = ["/login", "/reset", "/register", "/confirm", "/logout", "/dev"];
        if method != reqwest::Method::GET || own.iter().any(|own| place.starts_with(own)) {
            continue;
        }
        let answer = browser.ask(method.clone(), &place).await;
        assert!(!answer.text().contains(&ann.email), "{place} shows the account");
    }
    for place in ["/account", "/account/factors", "/account/sessions", "/change", "/verify", "/admin"] {
        let page = browser.get(place).await;
        assert!(page.path() == "/login" || page.status == 404, "{place} opens: {page}");
    }
    for place in ["/account/factors/totp/start", "/account/factors/codes/renew"] {
        let sent = crate::common::Sent { to: place.into(), fields: vec![("next".into(), String::new())] };
        let answer = browser.post_only(&sent).await;
        assert!(answer.location().starts_with("/login") || answer.is_refused(), "{place}");
    }
    assert!(!browser.is_signed_in().await);
}

async fn a_pending_sign_in_ends(setting: Setting) {
    let app = setting.app().await;
    let (ann, authenticator, ..) = with_app(&app).await;
    let (browser, page) = half_way(&app, &ann).await;
    let other = browser.copy();
    let left = browser.press(&page, "/login/factor/cancel").await;
    assert_eq!(left.path(), "/login", "{left}");
    let page = prove(&other, &page, &authenticator.code(&app)).await;
    assert!(page.path() == "/login" && !other.is_signed_in().await, "a cancelled sign-in goes on: {page}");
    let (browser, page) = half_way(&app, &ann).await;
    app.minutes_pass(11);
    let page = prove(&browser, &page, &authenticator.code(&app)).await;
    assert!(page.path() == "/login" && !browser.is_signed_in().await, "ten minutes are over: {page}");
}

async fn the_page_of_a_finished_sign_in_leads_on(setting: Setting) {
    let app = setting.app().await;
    let (ann, authenticator, ..) = with_app(&app).await;
    let (browser, page) = half_way(&app, &ann).await;
    prove(&browser, &page, &authenticator.code(&app)).await;
    let page = browser.get("/login/factor").await;
    assert!(page.status == 200 && page.text.contains(&ann.email), "{page}");
}

async fn wrong_codes_are_counted_whatever_the_sign_in(setting: Setting) {
    let app = setting.app_with(&[("latchkey.limits.enabled", true.into())]).await;
    let (ann, authenticator, ..) = with_app(&app).await;
    for turn in 0..10 {
        let (browser, page) = half_way(&app, &ann).await;
        let page = prove(&browser, &page, "000000").await;
        assert_eq!(page.answered, 303, "try {turn}: {page}");
    }
    let (browser, page) = half_way(&app, &ann).await;
    let page = prove(&browser, &page, &authenticator.code(&app)).await;
    assert_eq!(page.status, 429, "an eleventh try is compared: {page}");
    assert!(!browser.is_signed_in().await);
    app.minutes_pass(24 * 60);
    assert!(gets_in(&app, &ann, &authenticator.code(&app)).await, "a day later it is over");
}

async fn an_owner_in_a_known_browser_is_not_shut_out(setting: Setting) {
    let app = setting.app_with(&[("latchkey.limits.enabled", true.into())]).await;
    let (ann, authenticator, own, _) = with_app(&app).await;
    for _ in 0..10 {
        let (browser, page) = half_way(&app, &ann).await;
        prove(&browser, &page, "000000").await;
    }
    own.press(&own.get("/account").await, "/logout").await;
    let page = app.sign_in(&own, &ann.email, &ann.password).await;
    let page = prove(&own, &page, &authenticator.code(&app)).await;
    assert!(own.is_signed_in().await, "{page}");
}

async fn each_recovery_code_works_once(setting: Setting) {
    let app = setting.app().await;
    let (ann, _, own, codes) = with_app(&app).await;
    for code in codes.iter().rev() {
        for works in [true, false] {
            let (browser, _) = half_way(&app, &ann).await;
            if browser.get("/login/factor").await.links.iter().any(|link| link.contains("recovery_code")) {
                with_recovery_code(&browser, code).await;
            }
            assert_eq!(browser.is_signed_in().await, works, "{code}");
        }
    }
    let page = own.get("/account/factors").await;
    assert!(page.text.contains("no recovery codes left"), "{page}");
    assert!(app.mailbox.rest(&ann.email).await.iter().filter(|message| message.is_notice()).count() == 10);
}

async fn new_recovery_codes_replace_the_old(setting: Setting) {
    let app = setting.app().await;
    let (ann, _, own, old) = with_app(&app).await;
    let page = own.get("/account/factors").await;
    let page = own.press(&page, "/account/factors/codes/renew").await;
    let new = recovery_codes(&page);
    assert!(new.len() == 10 && new.iter().all(|code| !old.contains(code)), "{page}");
    for (code, works) in [(&old[0], false), (&new[0], true)] {
        let (browser, _) = half_way(&app, &ann).await;
        with_recovery_code(&browser, code).await;
        assert_eq!(browser.is_signed_in().await, works);
    }
    assert!(app.mailbox.next(&ann.email).await.is_notice());
}

async fn recovery_codes_are_shown_once(setting: Setting) {
    let app = setting.app().await;
    let (_, _, own, codes) = with_app(&app).await;
    for place in ["/account/factors/codes", "/account/factors", "/account"] {
        let page = own.get(place).await;
        assert!(codes.iter().all(|code| !page.body.contains(code)), "{place} shows them again");
    }
}

async fn an_abandoned_set_up_changes_nothing(setting: Setting) {
    let app = setting.app().await;
    let (ann, authenticator, own, _) = with_app(&app).await;
    let page = own.get("/account/factors").await;
    let page = own.press(&page, "/account/factors/totp/start").await;
    let abandoned = Authenticator::scan(&page);
    prove(&own, &page, "000000").await;
    assert!(!gets_in(&app, &ann, &abandoned.code(&app)).await, "an app that was never proved signs in");
    assert!(gets_in(&app, &ann, &authenticator.code(&app)).await);
    assert!(app.mailbox.rest(&ann.email).await.is_empty(), "nothing has happened, and a mail says so");
}

async fn a_set_up_belongs_to_its_browser(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (one, other) = (app.signed_in(&ann).await, app.signed_in(&ann).await);
    let page = one.get("/account/factors").await;
    let page = one.press(&page, "/account/factors/totp/start").await;
    let authenticator = Authenticator::scan(&page);
    assert_eq!(other.get("/account/factors/totp").await.path(), "/account/factors", "the secret is shown");
    let sent = other.fill(&page, &[("one-time-code", &authenticator.code(&app))]);
    assert_eq!(other.post_only(&sent).await.location(), "/account/factors");
    assert!(other.get("/account").await.text.contains("off"));
}

async fn removing_takes_the_factor(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    // A session from before there was a factor knows the password alone.
    let (thief, own) = (app.signed_in(&ann).await, app.signed_in(&ann).await);
    let (authenticator, _) = app.set_up_app(&own).await;
    app.next_code_is_shown();
    for place in ["/account/factors", "/account/factors/totp"] {
        assert_eq!(thief.get(place).await.path(), "/verify", "{place}");
    }
    let page = own.get("/account/factors").await;
    let remove = page.forms.iter().find(|form| form.path().ends_with("/remove")).expect("a button");
    let sent = thief.sent(&page, remove, &[]);
    assert!(thief.post_only(&sent).await.location().starts_with("/verify"));
    assert!(own.get("/account").await.text.contains("on, with one method"), "the thief has removed it");
    let page = thief.get("/account/factors").await;
    let page = prove(&thief, &page, &authenticator.code(&app)).await;
    assert_eq!(page.path(), "/account/factors", "{page}");
    let path = remove.path().to_owned();
    let page = thief.press(&page, &path).await;
    assert_eq!(page.path(), "/account/factors", "{page}");
    app.sign_in(&app.browser(), &ann.email, &ann.password).await;
    assert!(own.get("/account").await.text.contains("off"));
}

async fn the_last_factor_takes_its_codes_along(setting: Setting) {
    let app = setting.app().await;
    let (ann, _, own, old) = with_app(&app).await;
    remove(&own).await;
    assert!(app.signed_in(&ann).await.is_signed_in().await, "nothing is asked for any more");
    let (_, page) = app.set_up_app(&own).await;
    assert!(recovery_codes(&page).iter().all(|code| !old.contains(code)));
    let (browser, _) = half_way(&app, &ann).await;
    with_recovery_code(&browser, &old[0]).await;
    assert!(!browser.is_signed_in().await, "a code of the former factor signs in");
}

async fn who_added_a_factor_is_undone(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let thief = app.signed_in(&ann).await;
    app.set_up_app(&thief).await;
    let link = app.mailbox.next_notice(&ann.email).await.link();
    let (browser, page) = undo(&app, &ann, &link, NEW).await;
    assert!(browser.is_signed_in().await, "the thief's factor is asked for: {page}");
    assert!(!thief.is_signed_in().await);
}

async fn who_removed_a_factor_is_undone(setting: Setting) {
    let app = setting.app().await;
    let (ann, authenticator, thief, codes) = with_app(&app).await;
    remove(&thief).await;
    let link = app.mailbox.next_notice(&ann.email).await.link();
    app.next_code_is_shown();
    let (browser, page) = undo(&app, &ann, &link, NEW).await;
    assert_eq!(page.path(), "/login/factor", "the factor has not come back: {page}");
    prove(&browser, &page, &authenticator.code(&app)).await;
    assert!(browser.is_signed_in().await);
    let ann = Person { password: NEW.into(), ..ann };
    let (browser, _) = half_way(&app, &ann).await;
    with_recovery_code(&browser, &codes[0]).await;
    assert!(browser.is_signed_in().await, "the recovery codes have not come back");
}

async fn a_used_recovery_code_stays_used(setting: Setting) {
    let app = setting.app().await;
    let (ann, _, own, codes) = with_app(&app).await;
    let form = own.get("/change").await;
    own.submit(&form, &[("current-password", &ann.password), ("new-password", OTHER)]).await;
    let link = app.mailbox.next_notice(&ann.email).await.link();
    let (browser, _) = half_way(&app, &Person { password: OTHER.into(), ..ann.clone() }).await;
    with_recovery_code(&browser, &codes[0]).await;
    assert!(browser.is_signed_in().await);
    let (browser, _) = undo(&app, &ann, &link, NEW).await;
    with_recovery_code(&browser, &codes[0]).await;
    assert!(!browser.is_signed_in().await, "what was used before \"this wasn't me\" works again");
    with_recovery_code(&browser, &codes[1]).await;
    assert!(browser.is_signed_in().await, "the codes have not come back");
}

async fn remembered(app: &TestApp, ann: &Person) -> (Browser, Page) {
    let browser = app.browser();
    let form = browser.get("/login").await;
    let typed = [("username", &*ann.email), ("password", &*ann.password), ("remember", "on")];
    let page = browser.submit(&form, &typed).await;
    (browser, page)
}

async fn a_remembered_browser_is_asked_once_there_is_a_factor(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (browser, _) = remembered(&app, &ann).await;
    app.set_up_app(&app.signed_in(&ann).await).await;
    browser.close();
    assert!(!browser.is_signed_in().await, "a browser that was remembered without the factor signs in");
}

async fn a_browser_remembered_with_a_factor_is_not_asked(setting: Setting) {
    let app = setting.app().await;
    let (ann, authenticator, ..) = with_app(&app).await;
    let (browser, page) = remembered(&app, &ann).await;
    prove(&browser, &page, &authenticator.code(&app)).await;
    browser.close();
    assert!(browser.is_signed_in().await);
}

async fn who_must_have_a_factor_sets_it_up_when_signing_in(setting: Setting) {
    let app = setting.app_with(&[("latchkey.sign_in.second_factor", json!("required"))]).await;
    let browser = app.browser();
    app.register(&browser, "ann@example.com", OLD).await;
    let link = app.mailbox.next("ann@example.com").await.link();
    let page = browser.press(&browser.get(&link).await, "/confirm/address").await;
    assert_eq!(page.path(), "/account/factors", "{page}");
    assert!(!browser.is_signed_in().await);
    let ann = Person { email: "ann@example.com".into(), password: OLD.into(), phone: String::new() };
    let browser = app.browser();
    let page = app.sign_in(&browser, &ann.email, OLD).await;
    assert_eq!(page.path(), "/account/factors", "{page}");
    for place in ["/account", "/change", "/account/phone"] {
        assert_eq!(browser.get(place).await.path(), "/login", "{place} opens");
    }
    let (authenticator, page) = app.set_up_app(&browser).await;
    assert_eq!(recovery_codes(&page).len(), 10, "{page}");
    let page = browser.press(&page, "/account/factors/codes").await;
    assert!(page.path() == "/account" && browser.is_signed_in().await, "{page}");
    app.next_code_is_shown();
    assert!(gets_in(&app, &ann, &authenticator.code(&app)).await);
}

async fn who_must_have_one_cannot_remove_the_last(setting: Setting) {
    let mut app = setting.app().await;
    let (ann, authenticator, own, _) = with_app(&app).await;
    let page = own.get("/account/factors").await;
    let remove = page.forms.iter().find(|form| form.path().ends_with("/remove")).expect("a button");
    let sent = own.sent(&page, remove, &[]);
    let strategy = app.setting.strategy;
    app.switch(strategy, &[("latchkey.sign_in.second_factor", json!("required"))]).await;
    let page = own.post(&sent).await;
    assert!(page.text.contains("You need a second step"), "{page}");
    assert!(gets_in(&app, &ann, &authenticator.code(&app)).await);
}

async fn a_switched_policy_counts_at_once(setting: Setting) {
    let mut app = setting.app().await;
    let (ann, ..) = with_app(&app).await;
    let strategy = app.setting.strategy;
    app.switch(strategy, &[("latchkey.sign_in.second_factor", json!("off"))]).await;
    let browser = app.signed_in(&ann).await;
    assert!(browser.is_signed_in().await);
    assert_eq!(browser.get("/account/factors").await.status, 404);
    app.switch(strategy, &[("latchkey.sign_in.second_factor", json!("required"))]).await;
    half_way(&app, &ann).await;
    let bob = app.browser();
    app.register(&bob, "bob@example.com", OLD).await;
    assert!(app.told(&["events"]).contains("second_factor off -> required"));
}

async fn who_is_let_in_leaves_their_factors_behind(setting: Setting) {
    let app = setting.app().await;
    let (ann, ..) = with_app(&app).await;
    app.latchkey(&[
        "user",
        "let-in",
        &ann.email,
        "--reason",
        "lost the phone",
        "--strategy",
        app.setting.strategy.name(),
    ]);
    let link = app.mailbox.next_key(&ann.email).await.link();
    let ann = app.recover(&app.browser(), &ann, &link, NEW).await;
    assert!(app.signed_in(&ann).await.is_signed_in().await, "the lost factor is asked for");
}

async fn a_new_password_keeps_the_factor(setting: Setting) {
    let app = setting.app().await;
    let (ann, authenticator, own, _) = with_app(&app).await;
    let form = own.get("/change").await;
    let page = own.submit(&form, &[("current-password", &ann.password), ("new-password", NEW)]).await;
    assert!(own.is_signed_in().await, "{page}");
    let ann = Person { password: NEW.into(), ..ann };
    assert!(gets_in(&app, &ann, &authenticator.code(&app)).await);
    let page = own.get("/account/factors").await;
    assert_eq!(page.path(), "/account/factors", "the session has forgotten its factor: {page}");
}

async fn a_factor_is_named(setting: Setting) {
    let app = setting.app().await;
    let (ann, _, own, _) = with_app(&app).await;
    app.mailbox.rest(&ann.email).await;
    let page = own.get("/account/factors").await;
    assert!(page.text.contains("Authenticator app"), "{page}");
    let form = page.forms.iter().find(|form| form.path().ends_with("/name")).expect("a form");
    let page = own.post(&own.sent(&page, form, &[("name", "Anna’s <b>key</b> – 2")])).await;
    assert!(page.text.contains("Anna’s <b>key</b> – 2"), "{page}");
    let form = page.forms.iter().find(|form| form.path().ends_with("/name")).expect("a form");
    let page = own.post(&own.sent(&page, form, &[("name", "")])).await;
    assert!(page.text.contains("Anna’s"), "{page}");
    let told = app.mailbox.next_notice(&ann.email).await;
    assert!(told.subject.contains("renamed"), "{told:?}");
    own.post(&own.sent(&page, form, &[("name", "Anna’s <b>key</b> – 2")])).await;
    assert!(app.mailbox.rest(&ann.email).await.is_empty(), "the same name is no change");
    let other = app.browser();
    other.press(&other.get(&told.link()).await, "/reset/not-me").await;
    let names = texts(&app.setting.database, "SELECT name FROM latchkey_factors").await;
    assert!(!names.iter().any(|name| name.contains("Anna")), "{names:?}");
}

async fn no_reset_goes_round_the_factor(setting: Setting) {
    let app = setting.app().await;
    let (ann, authenticator, own, _) = with_app(&app).await;
    let browser = app.browser();
    let page = to_the_factor(&app, &ann, &browser, NEW).await;
    for place in ["/account", "/reset/new-password", "/account/factors"] {
        let page = browser.get(place).await;
        assert!(page.path() == "/login" || page.status >= 400, "{place} opens: {page}");
    }
    assert!(own.is_signed_in().await, "the key alone has ended the owner's session");
    half_way(&app, &ann).await;
    let page = prove(&browser, &page, &authenticator.code(&app)).await;
    finish(&browser, page, NEW).await;
    app.next_code_is_shown();
    let ann = Person { password: NEW.into(), ..ann };
    assert!(gets_in(&app, &ann, &authenticator.code(&app)).await);
}

async fn a_reset_ends_by_a_recovery_code(setting: Setting) {
    let app = setting.app().await;
    let (ann, _, _, codes) = with_app(&app).await;
    let browser = app.browser();
    to_the_factor(&app, &ann, &browser, NEW).await;
    let page = with_recovery_code(&browser, &codes[5]).await;
    finish(&browser, page, NEW).await;
    half_way(&app, &Person { password: NEW.into(), ..ann }).await;
}

async fn a_reset_sets_up_what_is_required(setting: Setting) {
    let mut app = setting.app().await;
    let ann = app.person("ann").await;
    let strategy = app.setting.strategy;
    app.switch(strategy, &[("latchkey.sign_in.second_factor", json!("required"))]).await;
    let (browser, link) = (app.browser(), app.key(&ann).await.link());
    let ready = app.prepare(&browser, &link, &ann).await;
    let page = browser.post(&app.spending(&browser, &ready, NEW)).await;
    let page = app.finish(&browser, page, &ann, NEW).await;
    assert_eq!(page.path(), "/account/factors", "{page}");
    assert!(!browser.is_signed_in().await);
    let (authenticator, _) = app.set_up_app(&browser).await;
    assert!(browser.is_signed_in().await);
    app.next_code_is_shown();
    let ann = Person { password: NEW.into(), ..ann };
    assert!(gets_in(&app, &ann, &authenticator.code(&app)).await);
}
