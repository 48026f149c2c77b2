//! The console: access, the actions of an admin, and an event for each change with its admin.

use reqwest::Method;
use serde_json::json;

use crate::common::{Browser, NEW, OLD, Page, Person, Setting, Site, TestApp};

for_both_databases! {
    only_an_admin_with_a_fresh_session_gets_in,
    a_lost_role_closes_the_console_at_once,
    each_change_is_an_event_of_its_admin,
    roles_are_given_and_taken,
    an_admin_locks_nobody_out_by_mistake,
    a_disabled_account_is_sent_no_reset,
    a_reset_that_no_text_can_carry_is_not_called_sent,
    a_hold_is_lifted,
}

/// A person with the role `admin`, and a browser in which they have just signed in.
pub async fn admin(app: &Site) -> (Person, Browser) {
    let root = app.admin("root@example.com").await;
    let browser = app.signed_in(&root).await;
    (root, browser)
}

/// Path of the console's page for the account of `email`.
pub async fn place(browser: &Browser, email: &str) -> String {
    let page = browser.get(&format!("/admin/people?q={email}")).await;
    let found: Vec<_> = page.links.iter().filter(|link| link.starts_with("/admin/people/")).collect();
    assert_eq!(found.len(), 1, "one person is {email}: {page}");
    found[0].clone()
}

/// Presses the button for `act` on `email`'s page.
async fn act(browser: &Browser, email: &str, act: &str) -> Page {
    let place = place(browser, email).await;
    browser.press(&browser.get(&place).await, &format!("{place}/{act}")).await
}

/// Every route of the console, with all dynamic parts filled in.
pub fn console(app: &TestApp) -> Vec<(Method, String)> {
    let routes = app.routes.iter().filter(|(_, uri)| uri.starts_with("/admin"));
    routes.map(|(method, uri)| (method.clone(), crate::inert::filled(uri))).collect()
}

async fn only_an_admin_with_a_fresh_session_gets_in(setting: Setting) {
    let app = setting.app().await;
    let (root, admin) = admin(&app).await;
    let ann = app.account("ann@example.com").await;
    let own = app.signed_in(&ann).await;
    let nobody = app.browser();
    let routes = console(&app);
    assert!(routes.len() >= 10, "{routes:?}");
    for (method, place) in &routes {
        let form = |browser: &Browser| {
            let request = browser.request(method.clone(), place);
            if *method == Method::GET { request } else { request.form(&[("role", "editor")]) }
        };
        let answer = nobody.send(form(&nobody)).await;
        assert!(answer.location().starts_with("/login"), "{method} {place}: {}", answer.status);
        assert_eq!(own.send(form(&own)).await.status, 403, "{method} {place}");
        let answer = admin.send(form(&admin)).await;
        assert!([200, 303, 404, 422].contains(&answer.status), "{method} {place}: {}", answer.status);
    }
    let page = own.get("/admin").await;
    assert!(page.text.contains("role"), "{page}");
    assert!(!own.get("/account").await.links.iter().any(|link| link == "/admin"));
    assert!(admin.get("/account").await.links.iter().any(|link| link == "/admin"));
    app.minutes_pass(20);
    for (method, place) in &routes {
        let answer = admin.ask(method.clone(), place).await;
        let asked = answer.location().starts_with("/login?again=1") || [400, 415].contains(&answer.status);
        assert!(asked, "{method} {place}: {} {}", answer.status, answer.location());
    }
    app.sign_in(&admin, &root.email, OLD).await;
    assert_eq!(admin.get("/admin").await.path(), "/admin");
}

async fn a_lost_role_closes_the_console_at_once(setting: Setting) {
    let app = setting.app().await;
    let (root, browser) = admin(&app).await;
    assert_eq!(browser.get("/admin/people").await.status, 200);
    app.latchkey(&["user", "role", &root.email, "--remove", "admin"]);
    assert_ne!(browser.get("/admin/people").await.path(), "/admin/people");
    app.sign_in(&browser, &root.email, OLD).await;
    assert_eq!(browser.get("/admin/people").await.status, 403);
}

async fn each_change_is_an_event_of_its_admin(setting: Setting) {
    let app = setting.app().await;
    let (root, browser) = admin(&app).await;
    let ann = app.account("ann@example.com").await;
    let own = app.signed_in(&ann).await;
    act(&browser, &ann.email, "end-sessions").await;
    assert!(!own.is_signed_in().await);
    act(&browser, &ann.email, "disable").await;
    assert!(!app.opens(&ann.email, OLD).await, "a disabled account opens");
    act(&browser, &ann.email, "enable").await;
    assert!(app.opens(&ann.email, OLD).await);
    act(&browser, &ann.email, "send-reset").await;
    app.latchkey(&["user", "role", &ann.email, "--add", "editor"]);
    for (kind, by) in [
        ("account.sessions_ended", &*root.email),
        ("account.disabled", &root.email),
        ("account.enabled", &root.email),
        ("account.reset_sent", &root.email),
        ("account.roles_changed", "command line"),
    ] {
        let page = browser.get(&format!("/admin/events?kind={kind}&account={}", ann.email)).await;
        assert!(page.text.contains(by), "{kind} is not by {by}: {page}");
        let file = format!("/admin/events.csv?kind={kind}&account={}", ann.email);
        let csv = browser.ask(Method::GET, &file).await.text();
        assert_eq!(csv.lines().count(), 2, "{kind} is one event: {csv}");
        assert!(csv.contains(&format!(",{kind},{},", ann.email)) && csv.contains(by), "{csv}");
    }
}

async fn roles_are_given_and_taken(setting: Setting) {
    let app = setting.app().await;
    let (_, browser) = admin(&app).await;
    let ann = app.account("ann@example.com").await;
    let own = app.signed_in(&ann).await;
    let link = app.key(&ann).await.link();
    let place = place(&browser, &ann.email).await;
    let (add, remove) = (format!("{place}/add-role"), format!("{place}/remove-role"));
    let page = browser.get(&place).await;
    for wrong in ["", "two words", "a/b", &"x".repeat(65)] {
        let page = browser.post(&browser.sent(&page, page.form_to(&add), &[("role", wrong)])).await;
        assert_eq!(page.status, 422, "{wrong:?}: {page}");
    }
    assert!(own.is_signed_in().await, "what was refused ends no session");
    let page = browser.post(&browser.sent(&page, page.form_to(&add), &[("role", "editor")])).await;
    assert!(page.status == 200 && page.offers(&remove), "{page}");
    assert!(!own.is_signed_in().await, "a session of before the role");
    assert!(app.browser().get(&link).await.status >= 400, "a key of before the role");
    let page = browser.press(&page, &remove).await;
    assert!(page.status == 200 && !page.offers(&remove), "{page}");
}

async fn an_admin_locks_nobody_out_by_mistake(setting: Setting) {
    let app = setting.app().await;
    let (root, browser) = admin(&app).await;
    for refused in ["disable", "remove-role"] {
        let page = act(&browser, &root.email, refused).await;
        assert_eq!(page.status, 422, "{page}");
        assert!(page.text.contains("your own account"), "{page}");
    }
    assert_eq!(browser.get("/admin").await.path(), "/admin");
}

async fn a_reset_that_no_text_can_carry_is_not_called_sent(setting: Setting) {
    let changes = [
        ("latchkey.reset.channel", json!("sms")),
        ("latchkey.limits.enabled", json!(true)),
        ("latchkey.limits.texts_per_number", json!(1)),
    ];
    let app = setting.app_with(&changes).await;
    let ann = app.account("ann@example.com").await;
    let ann = app.add_phone(&ann).await;
    let (_, browser) = admin(&app).await;
    let place = place(&browser, &ann.email).await;
    let sent = crate::common::Sent { to: format!("{place}/send-reset"), fields: vec![] };
    assert_eq!(browser.post(&sent).await.status, 200);
    let link = app.mailbox.next(&ann.phone).await.link();
    assert_eq!(browser.post(&sent).await.status, 422);
    app.recover(&app.browser(), &ann, &link, NEW).await;
}

async fn a_disabled_account_is_sent_no_reset(setting: Setting) {
    let app = setting.app().await;
    let (_, browser) = admin(&app).await;
    let ann = app.account("ann@example.com").await;
    act(&browser, &ann.email, "disable").await;
    let place = place(&browser, &ann.email).await;
    let sent = crate::common::Sent { to: format!("{place}/send-reset"), fields: vec![] };
    assert_eq!(browser.post(&sent).await.status, 422);
    assert!(app.mailbox.rest(&ann.email).await.iter().all(|message| !message.is_key()));
}

async fn a_hold_is_lifted(setting: Setting) {
    let app = setting.app().await;
    let (_, browser) = admin(&app).await;
    let ann = app.account("ann@example.com").await;
    let link = app.key(&ann).await.link();
    app.recover(&app.browser(), &ann, &link, NEW).await;
    let owner = app.browser();
    let page = owner.get(&app.mailbox.next_notice(&ann.email).await.link()).await;
    owner.press(&page, "/reset/not-me").await;
    app.mailbox.next_key(&ann.email).await;
    app.ask_reset(&ann.email).await;
    let told = app.mailbox.rest(&ann.email).await;
    assert!(!told.iter().any(|mail| mail.has_link()), "a link comes while it is on hold: {told:?}");
    assert_eq!(act(&browser, &ann.email, "send-reset").await.status, 422);
    let page = act(&browser, &ann.email, "lift-hold").await;
    assert!(
        page.status == 200 && !page.forms.iter().any(|form| form.path().ends_with("lift-hold")),
        "{page}"
    );
    app.key(&ann).await;
}
