//! The console: who gets in, what is found there, and that each change is an event with its admin.

use reqwest::Method;

use crate::common::{Browser, NEW, OLD, Page, Person, Setting, Site, TestApp};

for_both_databases! {
    only_an_admin_with_a_fresh_session_gets_in,
    a_lost_role_closes_the_console_at_once,
    people_are_found_by_how_their_address_begins,
    each_change_is_an_event_of_its_admin,
    roles_are_given_and_taken,
    an_admin_locks_nobody_out_by_mistake,
    a_reset_that_an_admin_sends_is_the_owners,
    a_hold_is_lifted,
    the_console_tells_no_secret,
    events_are_filtered_paged_and_exported,
    the_policy_in_force_is_shown,
    the_pictures_count_resets,
    bad_addresses_get_a_page_that_says_so,
}

/// Somebody with the role `admin`, and a browser in which they just signed in.
pub async fn admin(app: &Site) -> (Person, Browser) {
    let root = app.account("root@example.com").await;
    app.latchkey(&["user", "role", &root.email, "--add", "admin"]);
    let browser = app.signed_in(&root).await;
    (root, browser)
}

/// Where the console has the account of `email`.
pub async fn place(browser: &Browser, email: &str) -> String {
    let page = browser.get(&format!("/admin/people?q={email}")).await;
    let found: Vec<_> = page.links.iter().filter(|link| link.starts_with("/admin/people/")).collect();
    assert_eq!(found.len(), 1, "one person is {email}: {page}");
    found[0].clone()
}

/// Presses the button of `email`'s page that does `act`.
async fn act(browser: &Browser, email: &str, act: &str) -> Page {
    let place = place(browser, email).await;
    browser.press(&browser.get(&place).await, &format!("{place}/{act}")).await
}

fn console(app: &TestApp) -> Vec<(Method, String)> {
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
        assert!([200, 404, 422].contains(&answer.status), "{method} {place}: {}", answer.status);
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

async fn people_are_found_by_how_their_address_begins(setting: Setting) {
    let app = setting.app().await;
    let (_, browser) = admin(&app).await;
    for number in 0..52 {
        app.account(&format!("Person{number:02}@example.com")).await;
    }
    app.latchkey(&["user", "role", "person07@example.com", "--add", "editor"]);
    let people = |page: &Page| -> Vec<String> {
        page.links.iter().filter(|link| link.starts_with("/admin/people/")).cloned().collect()
    };
    let (mut page, mut seen) = (browser.get("/admin/people").await, Vec::new());
    loop {
        seen.extend(people(&page));
        let Some(more) = page.links.iter().find(|link| link.contains("from=")) else { break };
        page = browser.get(more).await;
    }
    let once: std::collections::BTreeSet<_> = seen.iter().collect();
    assert_eq!((seen.len(), once.len()), (53, 53), "everybody is on one page, and on one only");
    for (search, found) in [
        ("?q=person0", 10),
        ("?q=PERSON1", 10),
        ("?q=person51%40example.com", 1),
        ("?q=person51@EXAMPLE.com", 1),
        ("?q=%20root", 1),
        ("?q=erson", 0),
        ("?q=%25", 0),
        ("?role=editor", 1),
        ("?role=editor&q=person0", 1),
        ("?role=editor&q=root", 0),
        ("?role=nobody", 0),
    ] {
        let page = browser.get(&format!("/admin/people{search}")).await;
        assert_eq!(people(&page).len(), found, "{search}: {page}");
    }
    // A role follows its account to another address.
    let own = app
        .signed_in(&Person {
            email: "person07@example.com".into(),
            password: OLD.into(),
            phone: String::new(),
        })
        .await;
    let form = own.get("/account/email").await;
    own.submit(&form, &[("email", "other@example.com"), ("password", OLD)]).await;
    let page = own.get(&app.mailbox.next("other@example.com").await.link()).await;
    own.press(&page, "/account/email/confirm").await;
    assert_eq!(people(&browser.get("/admin/people?role=editor&q=other").await).len(), 1);
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

async fn a_reset_that_an_admin_sends_is_the_owners(setting: Setting) {
    let app = setting.app().await;
    let (_, browser) = admin(&app).await;
    let ann = app.account("ann@example.com").await;
    let page = act(&browser, &ann.email, "send-reset").await;
    let link = app.mailbox.next_key(&ann.email).await.link();
    let key = link.rsplit('/').next().expect("a key");
    assert!(!page.body.contains(key), "the admin sees the key");
    app.recover(&app.browser(), &ann, &link, NEW).await;
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
    assert!(app.mailbox.rest(&ann.email).await.is_empty(), "nothing comes while it is on hold");
    assert_eq!(act(&browser, &ann.email, "send-reset").await.status, 422);
    let page = act(&browser, &ann.email, "lift-hold").await;
    assert!(
        page.status == 200 && !page.forms.iter().any(|form| form.path().ends_with("lift-hold")),
        "{page}"
    );
    app.key(&ann).await;
}

async fn the_console_tells_no_secret(setting: Setting) {
    let app = setting.app().await;
    let secrets = crate::secrets::live(&app).await;
    let (_, browser) = admin(&app).await;
    let mut places: Vec<_> = console(&app).into_iter().map(|(_, place)| place).collect();
    places.push(place(&browser, "ann@example.com").await);
    for state in ["waiting", "failing", "given_up", "expired", "sent"] {
        places.push(format!("/admin/messages?state={state}"));
    }
    for place in places {
        let text = browser.ask(Method::GET, &place).await.text();
        let secret = secrets.iter().find(|secret| crate::secrets::alone(&text, secret));
        assert!(secret.is_none(), "{place} tells {secret:?}");
        assert!(!text.contains("$2b$") && !text.contains("bcrypt"), "{place} tells a hash");
    }
}

async fn events_are_filtered_paged_and_exported(setting: Setting) {
    let app = setting.app().await;
    let (_, browser) = admin(&app).await;
    let ann = app.account("ann@example.com").await;
    let place = place(&browser, &ann.email).await;
    for _ in 0..52 {
        let sent = crate::common::Sent { to: format!("{place}/end-sessions"), fields: vec![] };
        browser.post_only(&sent).await;
    }
    let rows = |page: &Page| page.links.iter().filter(|link| **link == place).count();
    let of_kind = format!("/admin/events?kind=account.sessions_ended&account={}", ann.email);
    for first in ["/admin/events?kind=account.sessions_ended", &of_kind] {
        let page = browser.get(first).await;
        let more = page.links.iter().find(|link| link.contains("from=")).expect("there are more").clone();
        let next = browser.get(&more).await;
        assert_eq!((rows(&page), rows(&next)), (50, 2), "{next}");
        assert!(!next.links.iter().any(|link| link.contains("from=")), "{next}");
    }
    let file = browser.ask(Method::GET, &of_kind.replace("events?", "events.csv?")).await;
    assert!(file.headers["content-type"].to_str().is_ok_and(|kind| kind.starts_with("text/csv")));
    assert!(file.headers["content-disposition"].to_str().is_ok_and(|how| how.starts_with("attachment")));
    assert!(file.headers["cache-control"].to_str().is_ok_and(|how| how.contains("no-store")));
    assert_eq!(file.text().lines().count(), 53);
    for (days, found) in [
        ("&since=2020-01-01", true),
        ("&until=2020-01-01", false),
        ("&since=2200-01-01", false),
        ("&since=2020-01-01&until=2199-01-01", true),
    ] {
        let page = browser.get(&format!("{of_kind}{days}")).await;
        assert_eq!(rows(&page) > 0, found, "{days}: {page}");
    }
    assert_eq!(rows(&browser.get("/admin/events?account=nobody@example.com").await), 0);
}

async fn the_policy_in_force_is_shown(setting: Setting) {
    let app = setting.app_with(&[("latchkey.reset.role.admin.strategy", "second_key".into())]).await;
    let (root, browser) = admin(&app).await;
    let ann = app.account("ann@example.com").await;
    let page = browser.get("/admin/policy").await;
    assert!(page.text.contains("set_then_login") && page.text.contains("second_key"), "{page}");
    for (email, strategy) in [(&root.email, "second_key"), (&ann.email, "set_then_login")] {
        let page = browser.get(&place(&browser, email).await).await;
        assert!(page.text.contains(&format!("strategy {strategy}")), "{page}");
    }
}

async fn the_pictures_count_resets(setting: Setting) {
    let app = setting.app().await;
    let (_, browser) = admin(&app).await;
    assert!(browser.get("/admin").await.text.contains("Nobody asked"));
    let ann = app.account("ann@example.com").await;
    let link = app.key(&ann).await.link();
    app.recover(&app.browser(), &ann, &link, NEW).await;
    app.key(&ann).await;
    for days in [7, 30, 90] {
        let page = browser.get(&format!("/admin?days={days}")).await;
        assert!(page.text.contains("1 of 2 asked"), "{page}");
        assert!(page.body.contains("<svg") && page.body.contains("class=\"completed\""), "{page}");
        assert!(page.text.contains("Time to get back in") && page.text.contains("Mail"), "{page}");
    }
}

async fn bad_addresses_get_a_page_that_says_so(setting: Setting) {
    let app = setting.app().await;
    let (_, browser) = admin(&app).await;
    let long = "a".repeat(5000);
    for (place, status) in [
        ("/admin?days=8", 400),
        ("/admin?days=%00", 400),
        ("/admin/people?from=%00", 400),
        ("/admin/people?q=%00", 422),
        (&format!("/admin/people?q={long}"), 422),
        ("/admin/people?role=%00", 422),
        ("/admin/people?role=a%20b", 422),
        ("/admin/people/%00", 404),
        ("/admin/people/7", 404),
        ("/admin/people/01890a5d-ac96-774b-bcce-b302099a8057", 404),
        ("/admin/messages?state=lost", 400),
        ("/admin/messages?from=x", 400),
        ("/admin/events?from=%00", 400),
        ("/admin/events?kind=nothing", 422),
        ("/admin/events?account=%00", 422),
        ("/admin/events?since=yesterday", 422),
        ("/admin/events?until=2026-02-30", 422),
        ("/admin/events.csv?since=yesterday", 422),
        ("/admin/nowhere", 404),
    ] {
        let page = browser.get(place).await;
        assert_eq!(page.status, status, "{place}: {page}");
        assert!(page.text.len() > 20, "{place}: {page}");
    }
    let known = place(&browser, "root@example.com").await;
    for (to, status) in [
        (format!("{known}/set-password"), 404),
        ("/admin/people/7/disable".into(), 404),
        ("/admin/messages/7/again".into(), 404),
        ("/admin/messages/01890a5d-ac96-774b-bcce-b302099a8057/again".into(), 422),
        ("/admin/messages/01890a5d-ac96-774b-bcce-b302099a8057/drop".into(), 422),
    ] {
        let page = browser.post(&crate::common::Sent { to: to.clone(), fields: vec![] }).await;
        assert_eq!(page.status, status, "{to}: {page}");
    }
}
