//! Pages in everyday use: reload, Back and restored tabs show the current state; actions are confirmed.

use latchkey::core::place::Place;
use reqwest::Method;

use crate::{
    common::{Browser, Capabilities, NEW, OLD, OTHER, Page, Sent, Setting, based},
    inert::filled,
};

for_both_databases! {
    a_form_is_shown_again_at_an_address_that_can_be_opened,
    what_is_wrong_with_a_form_is_said_until_it_is_right,
    what_was_sent_is_told_by_a_page_that_can_be_reloaded,
    a_browser_without_cookies_is_told_no_more_than_is_true,
    a_form_for_a_password_says_whose_it_is,
    what_is_wrong_names_its_field,
    what_a_page_counts_is_what_is_configured,
    too_many_sign_ins_are_told_when_and_how_to_go_on,
    support_is_an_address_or_a_link,
    a_late_form_leads_to_another_link_by_one_press,
    what_was_done_is_said_once_on_the_next_page,
    a_link_in_a_browser_without_cookies_says_so,
    whoever_is_signed_in_is_asked_for_nothing,
    a_closed_registration_is_offered_nowhere,
    an_address_is_typed_once,
    every_place_has_a_page,
}

for_every_strategy! {
    a_reset_says_that_it_is_done,
    keys_end_with_the_browser_and_with_signing_out,
}

for_every_strategy_that! { !ends_with_password: the_open_step_is_found_again }

async fn every_place_has_a_page(setting: Setting) {
    let app = setting.app().await;
    let path = |address: &str| address.split('?').next().unwrap_or_default().trim_end_matches('/').to_owned();
    let pages = app.routes.iter().filter(|(method, _)| *method == Method::GET);
    let pages: Vec<_> = pages.map(|(_, address)| path(address)).collect();
    for place in Place::all() {
        let (own, mounted) = (path(&place.path()), path(&based(&place.path())));
        let leads = |page: &String| [&own, &mounted].contains(&page) || page.starts_with(&format!("{own}/<"));
        assert!(pages.iter().any(leads), "{place:?} is at {own}, where no route is");
    }
}

/// The page's confirmation of the last action; empty if there is none.
fn told(page: &Page) -> String {
    let (_, after) = page.body.split_once("role=\"status\">").unwrap_or_default();
    after.split("</div>").next().unwrap_or_default().to_owned()
}

async fn a_form_is_shown_again_at_an_address_that_can_be_opened(setting: Setting) {
    let app = setting.app().await;
    let ann = app.admin("ann@example.com").await;
    let (signed_in, holder) = (app.signed_in(&ann).await, app.browser());
    let opened = holder.get(&app.key(&ann).await.link()).await;
    let query = opened.form_to(&setting.strategy.path()).action.split_once('?').expect("the form's key").1;
    let posts: Vec<_> = app.routes.iter().filter(|(method, _)| *method != Method::GET).collect();
    assert!(posts.len() > 20, "{posts:?}");
    for (method, uri) in posts {
        assert_eq!(method, Method::POST);
        let place = filled(uri);
        for browser in [&signed_in, &holder, &app.browser()] {
            let to = if std::ptr::eq(browser, &holder) { format!("{place}?{query}") } else { place.clone() };
            let copy = browser.copy();
            let answer = copy.post_only(&Sent { to, fields: Vec::new() }).await;
            assert_ne!(answer.status, 422, "{place}: reload and Back send the form again");
            if answer.is_refused() {
                for _ in 0..2 {
                    let page = copy.get(answer.location()).await;
                    // A person who is signed in already is redirected.
                    let led_on = page.status == 200 && page.path() != place;
                    assert!(page.status == 422 || led_on, "a form that cannot be opened: {page}");
                }
            } else {
                let opened = browser.copy().ask(Method::GET, &place).await;
                // An address for programs alone is there for no browser.
                let is_there = opened.status != 404 || answer.status == 404;
                assert!(is_there, "{place} can be sent to and not opened");
            }
        }
    }
}

async fn what_is_wrong_with_a_form_is_said_until_it_is_right(setting: Setting) {
    let app = setting.app().await;
    let ann = app.account("ann@example.com").await;
    let browser = app.browser();
    let form = browser.get(&format!("/login?next={}", based("/change"))).await;
    let wrong = browser.submit(&form, &[("username", &ann.email), ("current-password", OTHER)]).await;
    for _ in 0..2 {
        let page = browser.get(&wrong.place).await;
        assert_eq!((wrong.answered, page.status, page.path()), (303, 422, "/login"), "{page}");
        assert!(page.body.contains(&ann.email) && !page.body.contains(OTHER), "{page}");
    }
    assert_eq!(browser.copy().get("/reset?refused").await.status, 200, "what is wrong with another form");
    let stranger = app.browser().get(&wrong.place).await;
    assert_eq!(stranger.status, 200, "what is wrong in another browser");
    let right =
        browser.submit(&wrong, &[("username", &ann.email), ("current-password", &ann.password)]).await;
    assert_eq!((right.status, right.path()), (200, "/change"), "{right}");
    assert_ne!(browser.get(&wrong.place).await.status, 422, "said when it was right");
}

/// Panics unless the page can be opened repeatedly at its own address.
async fn stays(browser: &Browser, page: &Page, says: &str) {
    assert_eq!((page.answered, page.status), (303, 200), "{page}");
    for _ in 0..2 {
        let again = browser.get(&page.place).await;
        assert_eq!((again.path(), &again.title), (page.path(), &page.title));
        assert!(again.text.contains(says), "{says:?} is missing: {again}");
    }
}

async fn what_was_sent_is_told_by_a_page_that_can_be_reloaded(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let page = app.register(&browser, "bob@example.com", OLD).await;
    stays(&browser, &page, "bob@example.com").await;
    for place in ["/confirm", "/reset"] {
        let page = browser.submit(&browser.get(place).await, &[("email", &ann.email)]).await;
        stays(&browser, &page, &ann.email).await;
    }
    let page = browser.get(&app.mailbox.next_key(&ann.email).await.link()).await;
    let page = browser.press(&page, "/reset/cancel").await;
    stays(&browser, &page, "no longer works").await;
    assert_eq!(app.mailbox.rest(&ann.email).await.len(), 0, "a reload sent something");

    let browser = app.signed_in(&ann).await;
    let typed = [("email", "new@example.com"), ("current-password", OLD)];
    let page = browser.submit(&browser.get("/account/email").await, &typed).await;
    stays(&browser, &page, "new@example.com").await;
    let typed = [("current-password", OLD), ("new-password", NEW)];
    browser.submit(&browser.get("/change").await, &typed).await;
    let page = browser.get(&app.mailbox.next_notice(&ann.email).await.link()).await;
    let page = browser.press(&page, "/reset/not-me").await;
    stays(&browser, &page, "a•••@example.com").await;
}

async fn a_browser_without_cookies_is_told_no_more_than_is_true(setting: Setting) {
    let app = setting.app().await;
    for place in ["/reset/sent", "/confirm/sent", "/register/sent"] {
        let page = app.browser().get(place).await;
        assert!(page.status == 200 && page.text.contains("If "), "{page}");
    }
    for (place, leads) in [("/reset/cancelled", "/reset"), ("/reset/not-me/done", "/login")] {
        assert_eq!(app.browser().get(place).await.path(), leads);
    }
}

async fn a_link_in_a_browser_without_cookies_says_so(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let led = browser.ask(Method::GET, &app.key(&ann).await.link()).await.location().to_owned();
    browser.with_jar(|jar| *jar = crate::common::Jar::default());
    let page = browser.get(&led).await;
    assert!(page.is_of_no_use() && page.text.contains("Allow cookies"), "{page}");
    app.register(&browser, "bob@example.com", OLD).await;
    let link = app.mailbox.next("bob@example.com").await.link();
    let page = browser.get(&link).await;
    browser.press(&page, "/confirm/address").await;
    let page = app.browser().get(&link).await;
    assert!(page.text.contains("confirmed already") && page.links.iter().any(|it| it == "/login"), "{page}");
}

/// Panics unless `page` says `what`, and only once.
async fn says(browser: &Browser, page: Page, what: &str) {
    assert!(told(&page).contains(what), "{what:?} is not said: {page}");
    let again = browser.get(&page.place).await;
    assert_eq!(told(&again), "", "{again}");
}

async fn what_was_done_is_said_once_on_the_next_page(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (browser, _other, _third) =
        (app.signed_in(&ann).await, app.signed_in(&ann).await, app.signed_in(&ann).await);
    let page = browser.press(&browser.get("/account/sessions").await, "/account/sessions").await;
    let ended = told(&page);
    assert!(ended.contains("other sessions were ended"), "{page}");
    let _other = app.signed_in(&ann).await;
    let typed = [("current-password", OLD), ("new-password", NEW)];
    let page = browser.submit(&browser.get("/change").await, &typed).await;
    assert!(told(&page).contains("One other session was ended"), "{page}");
    says(&browser, page, "Your password is changed").await;
    let page = browser.press(&browser.get("/account").await, "/logout").await;
    says(&browser, page, "You are signed out").await;
    let page = app.sign_in(&browser, &ann.email, NEW).await;
    assert_eq!(told(&page), "", "{page}");
    let form = browser.get("/account/delete").await;
    let page = browser.submit(&form, &[("current-password", NEW)]).await;
    says(&browser, page, "Your account is closed").await;
}

async fn whoever_is_signed_in_is_asked_for_nothing(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.signed_in(&ann).await;
    for (place, leads) in [
        ("/login".to_owned(), "/account"),
        (format!("/login?next={}", based("/account/sessions")), "/account/sessions"),
        (format!("/login?again=1&next={}", based("/change")), "/change"),
        ("/register".to_owned(), "/account"),
    ] {
        assert_eq!(browser.get(&place).await.path(), leads, "{place}");
    }
    app.minutes_pass(20);
    assert!(browser.get("/change").await.asks(&["current-password", "username"]), "a stale session is asked");
    let mut header = browser.get(&format!("/reset/{}", "A".repeat(43))).await;
    assert!(header.offers("/logout"), "a page that looks signed out: {header}");
    header = browser.get("/reset/set-then-login").await;
    assert!(header.offers("/logout"), "a page that looks signed out: {header}");
}

async fn a_closed_registration_is_offered_nowhere(setting: Setting) {
    let app = setting.app_with(&[("latchkey.register.open", false.into())]).await;
    for place in ["/login", "/reset", "/confirm"] {
        let page = app.browser().get(place).await;
        assert!(!page.links.iter().any(|link| link == "/register"), "{page}");
    }
    let sent = Sent { to: "/register".into(), fields: vec![("email".into(), "ann@example.com".into())] };
    let page = app.browser().post(&sent).await;
    assert!(page.status == 403 && !page.text.contains("another website"), "{page}");
}

async fn an_address_is_typed_once(setting: Setting) {
    let app = setting.app_with(&[("latchkey.reset.login_after", false.into())]).await;
    let ann = app.person("ann").await;
    let typed = |page: &Page| {
        let form = page.forms.iter().find_map(|form| form.field("username")).cloned();
        form.unwrap_or_else(|| panic!("no field for an address: {page}")).value
    };
    let browser = app.browser();
    browser.submit(&browser.get("/reset").await, &[("email", &ann.email)]).await;
    assert_eq!(typed(&browser.get("/reset").await), ann.email, "asked again");
    let browser = app.browser();
    let page = browser.get(&app.mailbox.next_key(&ann.email).await.link()).await;
    let page = browser.submit(&page, &[("new-password", NEW)]).await;
    assert_eq!((page.path(), typed(&page)), ("/login", ann.email.clone()), "{page}");
    assert!(told(&page).contains("Your new password is set"), "{page}");
    let browser = app.browser();
    app.sign_in(&browser, &ann.email, NEW).await;
    assert_eq!(typed(&browser.get("/reset").await), ann.email, "from /change");
    browser.press(&browser.get("/account").await, "/logout").await;
    assert_eq!(typed(&browser.get("/login").await), "", "the next person reads the address");
}

async fn a_reset_says_that_it_is_done(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let _other = app.signed_in(&ann).await;
    let browser = app.browser();
    let ready = app.prepare(&browser, &app.key(&ann).await.link(), &ann).await;
    let page = browser.post(&app.spending(&browser, &ready, NEW)).await;
    let page = app.finish(&browser, page, &ann, NEW).await;
    assert_eq!(page.path(), "/account", "{page}");
    assert!(told(&page).contains("Your new password is set"), "{page}");
    let ended_before = setting.strategy.signs_in_once();
    assert!(ended_before || told(&page).contains("session"), "{page}");
    assert_eq!(told(&browser.get("/account").await), "");
}

async fn keys_end_with_the_browser_and_with_signing_out(setting: Setting) {
    let app = setting.app().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let link = app.key(&ann).await.link();
    let path = setting.strategy.path();
    let browser = app.signed_in(&bob).await;
    assert_eq!(browser.get(&link).await.path(), path);
    let copy = browser.copy();
    copy.close();
    assert!(copy.get(&path).await.status >= 400, "a closed browser still holds the key");
    let account = browser.get("/account").await;
    browser.press(&account, "/logout").await;
    assert!(browser.get(&path).await.status >= 400, "the next person holds the key");
    app.recover(&browser, &ann, &link, OTHER).await;
}

async fn the_open_step_is_found_again(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let ready = app.prepare(&browser, &app.key(&ann).await.link(), &ann).await;
    let mut page = browser.post(&app.spending(&browser, &ready, NEW)).await;
    if setting.strategy.mails_password() {
        stays(&browser, &page, "Valid until").await;
        let generated = app.mailbox.next_code(&ann.email).await;
        let form = browser.get("/login").await;
        assert_eq!(form.form_with(&["username"]).field("username").expect("a field").value, ann.email);
        page = app.sign_in(&browser, &ann.email, &generated).await;
    }
    assert_eq!(page.path(), "/reset/new-password", "{page}");
    for place in ["/account", "/login", "/account/sessions", "/"] {
        let page = browser.get(place).await;
        assert!(page.path() == "/reset/new-password" && page.asks(&["new-password"]), "{place}: {page}");
    }
    let copy = browser.copy();
    copy.press(&page, "/logout").await;
    assert_eq!(copy.get("/account").await.path(), "/login");
}

async fn a_form_for_a_password_says_whose_it_is(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let named = |page: &Page| {
        let forms = page.forms.iter().filter(|form| form.field("new-password").is_some());
        let names = forms.map(|form| form.field("username").map(|field| field.value.clone()));
        names.collect::<Option<Vec<_>>>().unwrap_or_else(|| panic!("a password of nobody's: {page}"))
    };
    let opened = app.browser().get(&app.key(&ann).await.link()).await;
    assert_eq!(named(&opened), [&*ann.email], "{opened}");
    let change = app.signed_in(&ann).await.get("/change").await;
    assert_eq!(named(&change), [&*ann.email], "{change}");
    app.register(&app.browser(), "bob@example.com", OLD).await;
    let confirm = app.browser().get(&app.mailbox.next("bob@example.com").await.link()).await;
    assert_eq!(named(&confirm), ["bob@example.com"], "{confirm}");
    app.latchkey(&["user", "add", "eve@example.com"]);
    let invited = app.browser().get(&app.mailbox.next("eve@example.com").await.link()).await;
    assert_eq!(named(&invited), ["eve@example.com"], "{invited}");
}

async fn what_is_wrong_names_its_field(setting: Setting) {
    let fields = serde_json::json!([{ "name": "nick", "label": "Nickname", "required": true }]);
    let app = setting.app_with(&[("latchkey.register.fields", fields)]).await;
    let sent = |to: &str| Sent { to: to.into(), fields: Vec::new() };
    let page = app.browser().post(&sent("/login")).await;
    assert!(
        page.text.contains("Enter your email address.") && page.text.contains("Enter your password."),
        "{page}"
    );
    let page = app.browser().post(&sent("/register")).await;
    assert!(page.text.contains("Enter “Nickname”."), "{page}");
    let page = app.browser().post(&sent("/reset/key")).await;
    assert!(page.text.contains("Enter the code."), "{page}");
}

async fn what_a_page_counts_is_what_is_configured(setting: Setting) {
    let changes = [("latchkey.session.remember", "30d".into()), ("latchkey.password.min_length", 12.into())];
    let app = setting.app_with(&changes).await;
    let page = app.browser().get("/login").await;
    assert!(page.text.contains("30 days") && !page.text.contains("14"), "{page}");
    let page = app.browser().get("/register").await;
    assert!(page.text.contains("At least 12 characters"), "{page}");
    let app = app.restart(&[("latchkey.session.remember", "36h".into())]).await;
    let page = app.browser().get("/login").await;
    assert!(page.text.contains("36 hours"), "{page}");
}

async fn too_many_sign_ins_are_told_when_and_how_to_go_on(setting: Setting) {
    let limits =
        [("latchkey.limits.enabled", true.into()), ("latchkey.limits.sign_ins_per_address", 2.into())];
    let app = setting.app_with(&limits).await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let mut page = browser.get("/login").await;
    for _ in 0..4 {
        page = app.sign_in(&browser, &ann.email, OTHER).await;
    }
    assert_eq!(page.status, 429, "{page}");
    let after = page.headers.get("retry-after").and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert!(after.parse::<u64>().is_ok_and(|seconds| (1..=3600).contains(&seconds)), "{after}");
    assert!(page.text.contains("again in"), "no time is given: {page}");
    assert!(page.links.iter().any(|link| link == "/reset"), "no way forward: {page}");
    let form = browser.get("/reset").await;
    assert_eq!(form.form_with(&["email"]).field("email").expect("a field").value, ann.email);
}

async fn support_is_an_address_or_a_link(setting: Setting) {
    let closed = ("latchkey.register.open", false.into());
    for (contact, href) in [
        ("help@example.com", "mailto:help@example.com"),
        ("https://example.com/help", "https://example.com/help"),
    ] {
        let app = setting.app_with(&[closed.clone(), ("latchkey.contact", contact.into())]).await;
        let page = app.browser().get("/register").await;
        assert!(page.links.iter().any(|link| link == href) && page.text.contains(contact), "{page}");
        app.stop().await;
    }
}

async fn a_late_form_leads_to_another_link_by_one_press(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let page = browser.get(&app.key(&ann).await.link()).await;
    assert!(page.body.contains("data-ends="), "the script is not told when to warn: {page}");
    let sent = browser.fill(&page, &[("new-password", NEW)]);
    app.minutes_pass(setting.strategy.minutes());
    let late = browser.post(&sent).await;
    assert!(late.is_of_no_use() && late.title.starts_with("This link has expired"), "{late}");
    browser.press(&late, "/reset").await;
    app.recover(&browser, &ann, &app.mailbox.next_key(&ann.email).await.link(), NEW).await;
}
