//! Passwords: judged alike everywhere, never cut, trimmed or case-folded; a refused one costs nothing.

use rocket::futures::future::join_all;
use serde_json::json;

use crate::common::{Browser, OLD, OTHER, Page, Setting};

for_both_databases! {
    no_two_passwords_are_one,
    one_password_in_two_unicode_forms_is_one,
    a_long_password_is_whole,
    a_body_over_its_limit_is_refused,
    sign_ins_that_all_hash_anew_all_go_in,
}

fn says_why(page: &Page) {
    assert!((400..500).contains(&page.status), "{page}");
    assert!(page.asks(&["new_password"]), "the form stays: {page}");
    assert!(
        page.body.contains("href=\"#new_password\"") && page.body.contains("aria-invalid"),
        "{}",
        page.body
    );
}

async fn set(app: &crate::common::Site, browser: &Browser, from: &str, to: &str) -> Page {
    let form = browser.get("/change").await;
    let page = browser.submit(&form, &[("current-password", from), ("new_password", to)]).await;
    assert!(page.status < 400, "{page}");
    assert!(app.opens("ann@example.com", to).await);
    page
}

async fn no_two_passwords_are_one(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let own = app.signed_in(&ann).await;
    let exact = "  Seven Quiet Herons  ";
    set(&app, &own, OLD, exact).await;
    for near in
        ["Seven Quiet Herons", "  seven quiet herons  ", "  Seven Quiet Herons ", "  Seven Quiet Herons  \0"]
    {
        assert!(!app.opens(&ann.email, near).await, "{near:?}");
    }
}

async fn one_password_in_two_unicode_forms_is_one(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let own = app.signed_in(&ann).await;
    let (composed, decomposed) =
        ("caf\u{e9} br\u{fb}l\u{e9} au zinc", "cafe\u{301} bru\u{302}le\u{301} au zinc");
    set(&app, &own, OLD, decomposed).await;
    assert!(app.opens(&ann.email, composed).await && !app.opens(&ann.email, "cafe brule au zinc").await);
}

async fn a_long_password_is_whole(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let own = app.signed_in(&ann).await;
    let long = format!("{OTHER} {}", "z".repeat(100));
    set(&app, &own, OLD, &long).await;
    assert!(!app.opens(&ann.email, &long[..long.len() - 1]).await, "the end does not count");
    assert!(!app.opens(&ann.email, &long[..72]).await);
    let longer = format!("{long}{}", "y".repeat(5000));
    let form = own.get("/change").await;
    says_why(&own.submit(&form, &[("current-password", &long), ("new_password", &longer)]).await);
}

async fn a_body_over_its_limit_is_refused(setting: Setting) {
    let app = setting.app().await;
    let browser = app.browser();
    for place in ["/login", "/register", "/reset"] {
        let fields = [("email", "ann@example.com".to_owned()), ("password", "x".repeat(1 << 20))];
        let request = browser.request(reqwest::Method::POST, place).form(&fields);
        let answer =
            rocket::tokio::time::timeout(std::time::Duration::from_secs(2), browser.send(request)).await;
        let answer = answer.expect("a body over its limit is refused at once");
        assert_eq!(answer.status, 413, "{place}");
        browser.follow(place, answer).await;
    }
}

async fn sign_ins_that_all_hash_anew_all_go_in(setting: Setting) {
    let mut app = setting.app().await;
    let ann = app.person("ann").await;
    app.again(&[("latchkey.password.cost", json!(9))]).await;
    let browsers: Vec<_> = (0..3).map(|_| app.browser()).collect();
    let pages = join_all(browsers.iter().map(|own| app.sign_in(own, &ann.email, OLD))).await;
    for (own, page) in browsers.iter().zip(pages) {
        assert!(own.is_signed_in().await, "{page}");
    }
}
