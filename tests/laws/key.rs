//! The key in the message: works once, for a limited time, for one purpose, and only as it was sent.

use rocket::futures::future::join;

use crate::common::{Capabilities, NEW, OTHER, Page, Setting, Site};

for_every_strategy! {
    a_request_over_the_limit_kills_nothing,
    only_the_key_as_it_was_sent_opens,
    a_key_can_be_typed,
    a_link_survives_what_mail_programs_do,
    a_link_that_is_cut_says_so,
    a_key_is_good_for_its_purpose_only,
    whoever_did_not_ask_can_kill_the_key,
    whoever_holds_a_useless_link_is_told_why,
    nobody_tells_one_guess_from_another,
    a_second_click_leads_where_the_first_did,
    asking_changes_nothing_by_itself,
}

async fn a_request_over_the_limit_kills_nothing(setting: Setting) {
    let app = setting.app_with(&[("latchkey.limits.enabled", true.into())]).await;
    let ann = app.person("ann").await;
    let mut links = Vec::new();
    for _ in 0..15 {
        app.ask_reset(&ann.email).await;
        links.extend(app.mailbox.unread(&ann.email).await);
    }
    links.extend(app.mailbox.rest(&ann.email).await);
    assert!((1..=5).contains(&links.len()), "{} messages for 15 requests", links.len());
    let last = links.last().expect("at least one").link();
    app.recover(&app.browser(), &ann, &last, NEW).await;
}

async fn only_the_key_as_it_was_sent_opens(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let (start, key) = link.rsplit_once('/').expect("a path");
    let swapped: String = key
        .chars()
        .map(|c| if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() })
        .collect();
    let last = key.chars().last().expect("a character");
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let place = alphabet.find(last).expect("base64url");
    let loose = alphabet.chars().nth(place ^ 1).expect("base64url");
    let stem = &key[..key.len() - 1];
    let variants = [
        format!("{key}x"),
        format!("{stem}{loose}"),
        stem.to_owned(),
        swapped,
        "A".repeat(key.len()),
        "0".into(),
        "null".into(),
        "%ff%fe".into(),
        "%2e%2e%2f".into(),
    ];
    for variant in variants {
        let page = app.browser().get(&format!("{start}/{variant}")).await;
        assert!(
            page.status >= 400 && page.forms.iter().all(|form| form.path() != setting.strategy.path()),
            "{page}"
        );
    }
    app.recover(&app.browser(), &ann, &link, NEW).await;
}

async fn a_key_can_be_typed(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let key = link.rsplit('/').next().expect("a path");
    for typed in [format!("  {key} "), link.clone()] {
        let browser = app.browser();
        let form = browser.get("/reset/key").await;
        let page = browser.submit(&form, &[("one-time-code", &typed)]).await;
        assert_eq!(page.path(), setting.strategy.path(), "{page}");
    }
    let browser = app.browser();
    let form = browser.get("/reset/key").await;
    let page = browser.submit(&form, &[("one-time-code", &key.to_lowercase())]).await;
    assert_ne!(page.path(), setting.strategy.path(), "{page}");
}

async fn a_link_survives_what_mail_programs_do(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let (start, key) = link.rsplit_once('/').expect("a path");
    let (head, tail) = key.split_at(20);
    let all: String = key.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let mut linked: Vec<_> = [
        ".",
        ",",
        ">",
        ")",
        "/",
        "]",
        "*",
        "'",
        "\"",
        "=",
        "%3E",
        "%20",
        "%0D%0A",
        "%00",
        "%E2%80%8B",
        "%EF%BB%BF",
        "%25",
        "&gt;",
        "?utm_source=mail",
        "/?utm_source=mail",
    ]
    .iter()
    .map(|end| format!("{start}/{key}{end}"))
    .collect();
    linked.extend([
        format!("{start}/{all}"),
        format!("{start}/{}", all.replace('%', "%25")),
        format!("{start}/{head}%0D%0A{tail}"),
        format!("{start}/{head}%20{tail}."),
        format!("{start}/%20{key}"),
        format!("{start}//{key}"),
    ]);
    for link in &linked {
        let page = app.browser().get(link).await;
        assert_eq!(page.path(), setting.strategy.path(), "{link}: {page}");
    }
    let browser = app.browser();
    let form = browser.get("/reset/key").await;
    for typed in [
        format!("{head} {tail}"),
        format!("{head}\r\n{tail}"),
        format!("<{link}>."),
        format!("Open {link} now."),
        format!("\u{feff}{start}/\u{200b}{head}\n{tail}>"),
        format!("{start}/{all}?x=1#y"),
    ] {
        let page = browser.submit(&form, &[("one-time-code", &typed)]).await;
        assert_eq!(page.path(), setting.strategy.path(), "{typed:?}: {page}");
    }
    app.recover(&app.browser(), &ann, &link, NEW).await;
}

async fn a_link_that_is_cut_says_so(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let unusable = app.unusable().await;
    for cut in [&link[..link.len() - 1], &link[..link.len() - 30], &format!("{}/reset/nonsense", app.url)] {
        let page = app.browser().get(cut).await;
        assert_eq!(page.status, 410, "{page}");
        assert!(page.title.contains("not complete") && page.title != unusable.title, "{page}");
        assert!(page.links.iter().any(|link| link == "/reset"), "the page offers to ask again: {page}");
    }
    app.recover(&app.browser(), &ann, &link, NEW).await;
}

async fn a_key_is_good_for_its_purpose_only(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let key = link.rsplit('/').next().expect("a path").to_owned();
    for place in ["/confirm", "/account/email/confirm", "/reset/not-me"] {
        let page = app.browser().get(&format!("{place}/{key}")).await;
        assert!(page.status >= 400, "{place} takes a key of a reset: {page}");
    }
    app.register(&app.browser(), "bob@example.com", OTHER).await;
    let confirm = app.mailbox.next("bob@example.com").await.link();
    let confirm = confirm.rsplit('/').next().expect("a path").to_owned();
    is_unusable(&app, &app.browser().get(&format!("/reset/{confirm}")).await).await;
    app.recover(&app.browser(), &ann, &link, NEW).await;
}

async fn whoever_did_not_ask_can_kill_the_key(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let browser = app.browser();
    let page = browser.get(&link).await;
    let page = browser.press(&page, "/reset/cancel").await;
    assert_eq!(page.status, 200, "{page}");
    is_unusable(&app, &app.browser().get(&link).await).await;
    assert!(app.opens(&ann.email, &ann.password).await);
}

async fn whoever_holds_a_useless_link_is_told_why(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let told = async |link: &str, title: &str| {
        let page = app.browser().get(link).await;
        assert!(page.is_of_no_use() && page.title.starts_with(title), "{title:?} is true, not {page}");
        assert!(!page.text.contains("ann") && !page.text.contains('•'), "says whose it was: {page}");
    };
    let replaced = app.key(&ann).await.link();
    let used = app.key(&ann).await.link();
    told(&replaced, "There is a newer link").await;
    let ann = app.recover(&app.browser(), &ann, &used, NEW).await;
    told(&used, "This link has already been used").await;
    let cancelled = app.key(&ann).await.link();
    let browser = app.browser();
    browser.press(&browser.get(&cancelled).await, "/reset/cancel").await;
    told(&cancelled, "This link was cancelled").await;
    let withdrawn = app.key(&ann).await.link();
    let own = app.signed_in(&ann).await;
    let typed = [("current-password", NEW), ("new-password", OTHER)];
    own.submit(&own.get("/change").await, &typed).await;
    told(&withdrawn, "This link no longer works").await;
    let expired = app.key(&ann).await.link();
    app.minutes_pass(60);
    told(&expired, "This link has expired").await;
}

async fn nobody_tells_one_guess_from_another(setting: Setting) {
    let app = setting.app().await;
    app.key(&app.person("ann").await).await;
    let unknown = app.unusable().await;
    assert!(unknown.is_of_no_use(), "{unknown}");
    for guess in ["B".repeat(42) + "A", "0".repeat(16)] {
        let page = app.browser().get(&format!("/reset/{guess}")).await;
        assert_eq!((page.status, &page.body), (unknown.status, &unknown.body), "{guess}");
    }
}

async fn a_second_click_leads_where_the_first_did(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let ready = app.prepare(&browser, &app.key(&ann).await.link(), &ann).await;
    let (sent, copy) = (app.spending(&browser, &ready, NEW), browser.copy());
    let (first, second) = join(browser.post_only(&sent), copy.post_only(&sent)).await;
    let third = browser.copy().post_only(&sent).await;
    assert_eq!((first.status, second.status, third.status), (303, 303, 303));
    assert_eq!((first.location(), second.location()), (third.location(), third.location()));
    app.minutes_pass(2);
    is_unusable(&app, &browser.post(&sent).await).await;
}

async fn asking_changes_nothing_by_itself(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let signed_in = app.signed_in(&ann).await;
    for _ in 0..3 {
        let link = app.key(&ann).await.link();
        app.browser().get(&link).await;
    }
    assert!(signed_in.is_signed_in().await, "a session ended because somebody asked for a reset");
    assert!(app.opens(&ann.email, &ann.password).await);
}

/// Panics unless `page` is the page of an unusable key.
pub async fn is_unusable(_: &Site, page: &Page) {
    assert!(page.is_of_no_use(), "not a page for a useless key: {page}");
}
