//! Sessions: ended by a reset, by sign-out and by time; kept if the owner chose so; renewed whenever privileges rise.

use rocket::futures::future::join_all;

use crate::common::{Browser, NEW, OLD, Person, Setting, Site};

for_both_databases! {
    staying_signed_in_outlives_the_browser,
    five_restored_tabs_stay_signed_in,
    a_remembered_session_is_not_fresh,
    a_former_token_used_later_ends_what_it_kept,
    a_former_token_of_a_session_in_use_is_a_copy,
    an_answer_that_gets_lost_costs_no_remembered_browser,
    tokens_used_in_turn_end_everything,
    signing_out_ends_the_session_on_the_server,
    signing_out_forgets_the_browser,
    signing_in_changes_the_cookie,
    sessions_are_listed_and_ended,
    nobody_ends_a_session_of_somebody_else,
    a_disabled_account_is_out_at_once,
    of_many_at_once_each_is_who_they_are,
    a_reset_that_leads_to_sign_in_leaves_who_is_signed_in,
}

async fn a_reset_that_leads_to_sign_in_leaves_who_is_signed_in(setting: Setting) {
    let app = setting.app_with(&[("latchkey.reset.login_after", false.into())]).await;
    let (ann, bob) = (app.person("ann").await, app.account("bob@example.com").await);
    let browser = remembered(&app, &bob).await;
    let link = app.key(&ann).await.link();
    let ready = app.prepare(&browser, &link, &ann).await;
    let sent = app.spending(&browser, &ready, NEW);
    assert_eq!(browser.post_only(&sent).await.location(), "/login");
    assert!(browser.get("/account").await.text.contains(&bob.email), "bob was signed out");
    browser.close();
    assert!(browser.get("/account").await.text.contains(&bob.email), "bob's browser was forgotten");
    assert!(app.opens(&ann.email, NEW).await);
}

async fn remembered(app: &Site, person: &Person) -> Browser {
    let browser = app.browser();
    let form = browser.get("/login").await;
    browser
        .submit(&form, &[("username", &person.email), ("password", &person.password), ("remember", "on")])
        .await;
    assert!(browser.is_signed_in().await);
    browser
}

async fn staying_signed_in_outlives_the_browser(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (kept, plain) = (remembered(&app, &ann).await, app.signed_in(&ann).await);
    kept.close();
    plain.close();
    assert!(kept.get("/account").await.text.contains(&ann.email));
    assert!(!plain.is_signed_in().await);
    for _ in 0..3 {
        app.minutes_pass(5 * 24 * 60);
        kept.close();
        let page = kept.get("/account").await;
        assert!(page.path() == "/account" || page.path() == "/login", "{page}");
    }
    app.minutes_pass(15 * 24 * 60);
    kept.close();
    assert!(!kept.is_signed_in().await, "remembered beyond 14 days");
}

async fn five_restored_tabs_stay_signed_in(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = remembered(&app, &ann).await;
    for _ in 0..3 {
        browser.close();
        let tabs: Vec<_> = (0..5).map(|_| browser.copy()).collect();
        let pages = join_all(tabs.iter().map(|tab| tab.get("/account"))).await;
        for page in &pages {
            assert_eq!(page.path(), "/account", "a restored tab is signed out: {page}");
        }
        browser.with_jar(|jar| *jar = tabs[4].jar());
        assert!(browser.is_signed_in().await);
    }
}

async fn a_remembered_session_is_not_fresh(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = remembered(&app, &ann).await;
    browser.close();
    assert!(browser.is_signed_in().await);
    for place in ["/change", "/account/email", "/account/phone", "/account/delete"] {
        let page = browser.get(place).await;
        assert!(page.asks(&["current-password"]), "{place} opens without a password: {page}");
    }
    let other = app.signed_in(&ann).await;
    let page = browser.get("/account/sessions").await;
    if page.offers("/account/sessions") {
        browser.press(&page, "/account/sessions").await;
    }
    assert!(other.is_signed_in().await, "a session that is not fresh ends the others");
}

async fn a_former_token_used_later_ends_what_it_kept(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = remembered(&app, &ann).await;
    browser.close();
    let stolen = browser.copy();
    for _ in 0..2 {
        assert!(browser.is_signed_in().await);
        browser.close();
    }
    app.minutes_pass(60);
    assert!(!stolen.is_signed_in().await, "a token is still good after the next one was used");
    assert!(!browser.is_signed_in().await, "a copy is in other hands, and the browser stays signed in");
}

async fn a_former_token_of_a_session_in_use_is_a_copy(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = remembered(&app, &ann).await;
    browser.close();
    let stolen = browser.copy();
    for _ in 0..2 {
        assert!(browser.is_signed_in().await);
        app.minutes_pass(5);
    }
    assert!(!stolen.is_signed_in().await, "the next token has arrived, and the former one is still good");
    assert!(!browser.is_signed_in().await, "a copy is in other hands, and the session goes on");
}

async fn an_answer_that_gets_lost_costs_no_remembered_browser(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (browser, desk) = (remembered(&app, &ann).await, app.signed_in(&ann).await);
    for minutes in [1, 2, 60, 24 * 60] {
        browser.close();
        assert!(browser.copy().is_signed_in().await);
        app.minutes_pass(minutes);
        assert!(browser.is_signed_in().await, "forgotten over an answer that was lost {minutes} minutes ago");
        if minutes < 60 {
            assert!(desk.is_signed_in().await, "a lost answer is taken for theft");
        }
    }
    browser.close();
    assert!(browser.is_signed_in().await, "the token that came in place of the lost one is of no use");
}

async fn tokens_used_in_turn_end_everything(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (browser, desk) = (remembered(&app, &ann).await, app.signed_in(&ann).await);
    browser.close();
    let stolen = browser.copy();
    assert!(stolen.is_signed_in().await && browser.is_signed_in().await, "an answer that was lost");
    let mut turns = 0;
    while turns < 4 && desk.is_signed_in().await {
        for one in [&browser, &stolen] {
            one.close();
            one.is_signed_in().await;
            one.close();
            one.is_signed_in().await;
        }
        turns += 1;
    }
    assert!(!desk.is_signed_in().await, "two browsers share one token, and nobody minds");
}

async fn signing_out_ends_the_session_on_the_server(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.signed_in(&ann).await;
    let copy = browser.copy();
    let page = browser.get("/account").await;
    browser.press(&page, "/logout").await;
    assert!(!browser.is_signed_in().await && !copy.is_signed_in().await);
}

async fn signing_out_forgets_the_browser(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = remembered(&app, &ann).await;
    let copy = browser.copy();
    let page = browser.get("/account").await;
    browser.press(&page, "/logout").await;
    copy.close();
    assert!(
        !browser.is_signed_in().await && !copy.is_signed_in().await,
        "still remembered after signing out"
    );
}

async fn signing_in_changes_the_cookie(setting: Setting) {
    let app = setting.app().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let browser = app.signed_in(&ann).await;
    let planted = browser.copy();
    app.sign_in(&browser, &bob.email, OLD).await;
    assert!(browser.get("/account").await.text.contains(&bob.email));
    assert_ne!(browser.jar().values(), planted.jar().values());
    assert!(!planted.is_signed_in().await, "the session that was replaced is still good");
}

async fn sessions_are_listed_and_ended(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (own, second, third) =
        (app.signed_in(&ann).await, app.signed_in(&ann).await, app.signed_in(&ann).await);
    let page = own.get("/account/sessions").await;
    let ends = |page: &crate::common::Page| -> Vec<String> {
        let paths = page.forms.iter().map(|form| form.path().to_owned());
        paths.filter(|path| path.starts_with("/account/sessions/")).collect()
    };
    let listed = ends(&page);
    assert!((2..=4).contains(&listed.len()), "{page}");
    let other = listed.iter().find(|path| !path.ends_with("/current")).expect("another session");
    own.press(&page, other).await;
    let left = u32::from(second.is_signed_in().await) + u32::from(third.is_signed_in().await);
    let still = u32::from(own.is_signed_in().await) + left;
    assert_eq!(still, 2, "one of three was ended");
    let own = app.signed_in(&ann).await;
    let page = own.get("/account/sessions").await;
    own.press(&page, "/account/sessions").await;
    assert!(own.is_signed_in().await && !second.is_signed_in().await && !third.is_signed_in().await);
}

async fn nobody_ends_a_session_of_somebody_else(setting: Setting) {
    let app = setting.app().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let (first, second) = (app.signed_in(&ann).await, app.signed_in(&ann).await);
    let page = first.get("/account/sessions").await;
    let thief = app.signed_in(&bob).await;
    for form in page.forms.iter().filter(|form| form.path().starts_with("/account/sessions/")) {
        let answer = thief.post_only(&thief.sent(&page, form, &[])).await;
        assert!(answer.status < 500);
    }
    assert!(first.is_signed_in().await && second.is_signed_in().await);
}

async fn a_disabled_account_is_out_at_once(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.signed_in(&ann).await;
    let link = app.key(&ann).await.link();
    app.latchkey(&["user", "disable", &ann.email]);
    assert!(!browser.is_signed_in().await);
    assert!(app.browser().get(&link).await.status >= 400, "a key of a disabled account opens");
    app.latchkey(&["user", "enable", &ann.email]);
    assert!(!browser.is_signed_in().await, "a session of before rose from the dead");
    assert!(app.opens(&ann.email, OLD).await);
}

async fn of_many_at_once_each_is_who_they_are(setting: Setting) {
    let app = setting.app().await;
    let mut browsers = Vec::new();
    for name in ["ann", "ben", "cleo"] {
        let person = app.person(name).await;
        for stays in [true, true, true, false] {
            let browser = app.signed_in(&person).await;
            if !stays {
                let copy = browser.copy();
                copy.press(&copy.get("/account").await, "/logout").await;
            }
            browsers.push((person.email.clone(), stays, browser));
        }
    }
    for _ in 0..5 {
        let ask = |(email, stays, browser): &(String, bool, Browser)| {
            let (email, stays, browser) = (email.clone(), *stays, browser.copy());
            async move { (email, stays, browser.get("/account").await) }
        };
        for (email, stays, page) in join_all(browsers.iter().flat_map(|one| [one; 3]).map(ask)).await {
            assert_eq!(page.path(), if stays { "/account" } else { "/login" }, "{email}: {page}");
            for (somebody, ..) in &browsers {
                assert_eq!(page.text.contains(somebody), stays && *somebody == email, "{email}: {page}");
            }
        }
    }
}
