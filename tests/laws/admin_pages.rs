//! Contents of the console, page by page, and secrets that appear on none of its pages.

use reqwest::Method;

use crate::{
    admin::{admin, console, place},
    common::{NEW, OLD, Page, Person, Setting},
};

for_both_databases! {
    people_are_found_by_how_their_address_begins,
    the_console_tells_no_secret,
    events_are_filtered_paged_and_exported,
    the_policy_in_force_is_shown,
    the_pictures_count_resets,
    bad_addresses_get_a_page_that_says_so,
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
    // A role follows its account to a new address.
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

async fn the_console_tells_no_secret(setting: Setting) {
    let app = setting.app().await;
    let secrets = crate::common::live(&app, "ann").await;
    let (_, browser) = admin(&app).await;
    let mut places: Vec<_> = console(&app).into_iter().map(|(_, place)| place).collect();
    places.push(place(&browser, "ann@example.com").await);
    for state in ["waiting", "failing", "given_up", "expired", "sent"] {
        places.push(format!("/admin/messages?state={state}"));
    }
    for place in places {
        let text = browser.ask(Method::GET, &place).await.text();
        let secret = secrets.iter().find(|secret| crate::common::alone(&text, secret));
        assert!(secret.is_none(), "{place} tells {secret:?}");
        assert!(!text.contains("$2b$") && !text.contains("bcrypt"), "{place} tells a hash");
    }
}

async fn events_are_filtered_paged_and_exported(setting: Setting) {
    let app = setting.app().await;
    let (_, browser) = admin(&app).await;
    let ann = app.account("ann@example.com").await;
    let own = place(&browser, &ann.email).await;
    for _ in 0..52 {
        let sent = crate::common::Sent { to: format!("{own}/end-sessions"), fields: vec![] };
        browser.post_only(&sent).await;
    }
    let rows = |page: &Page| page.links.iter().filter(|link| **link == own).count();
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
    assert!(!page.text.contains('['), "a setting has no sentence: {page}");
    for (email, strategy) in [(&root.email, "second_key"), (&ann.email, "set_then_login")] {
        let page = browser.get(&place(&browser, email).await).await;
        assert!(page.text.contains(&format!("strategy {strategy}")), "{page}");
    }
}

async fn the_pictures_count_resets(setting: Setting) {
    let app = setting.app().await;
    let (_, browser) = admin(&app).await;
    assert!(browser.get("/admin").await.text.contains("No resets were requested"));
    let ann = app.account("ann@example.com").await;
    let link = app.key(&ann).await.link();
    app.recover(&app.browser(), &ann, &link, NEW).await;
    app.key(&ann).await;
    for days in [7, 30, 90] {
        let page = browser.get(&format!("/admin?days={days}")).await;
        assert!(page.text.contains("1 completed, 2 requested"), "{page}");
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
