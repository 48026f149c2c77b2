//! A typed code has few tries and works in one browser.

use crate::{
    common::{Browser, Capabilities, NEW, OLD, OTHER, Person, Ready, Sent, Setting, Site},
    key::is_unusable,
};

for_every_strategy_that! {
    takes_code:
    three_wrong_codes_end_the_code,
    tries_of_a_dead_code_use_up_nobodys_day,
    a_first_key_mints_three_codes_at_most,
    a_code_is_good_in_its_browser_only,
    a_code_of_another_flow_is_refused,
    a_code_expires,
    the_code_cannot_be_skipped,
    a_key_that_was_pressed_is_not_superseded,
    a_weak_password_costs_no_try_and_keeps_the_code,
    after_the_last_try_one_button_sends_another_code,
    a_second_code_asked_for_too_soon_is_no_fault_of_the_form,
}

fn wrong(app: &Site, browser: &Browser, ready: &Ready) -> Sent {
    let mut sent = app.spending(browser, ready, NEW);
    for (name, value) in &mut sent.fields {
        if name == "code" {
            let last = value.pop().expect("a code");
            value.push(if last == '7' { '8' } else { '7' });
        }
    }
    sent
}

async fn refused(app: &Site, ann: &Person) {
    assert!(app.opens(&ann.email, OLD).await && !app.opens(&ann.email, NEW).await);
}

async fn three_wrong_codes_end_the_code(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let browser = app.browser();
    let ready = app.prepare(&browser, &link, &ann).await;
    for _ in 0..3 {
        let page = browser.post(&wrong(&app, &browser, &ready)).await;
        assert!((400..500).contains(&page.status), "{page}");
    }
    let page = browser.post(&app.spending(&browser, &ready, NEW)).await;
    assert_eq!((page.status, page.path()), (422, setting.strategy.path().as_str()), "{page}");
    assert!(!browser.is_signed_in().await);
    refused(&app, &ann).await;
    let told = app.mailbox.next_notice(&ann.email).await;
    assert!(told.subject.contains("Wrong codes"), "{told:?}");
    assert!(app.mailbox.rest(&ann.email).await.is_empty(), "the owner is told once");
}

async fn tries_of_a_dead_code_use_up_nobodys_day(setting: Setting) {
    let limits = [("latchkey.limits.enabled", true.into()), ("latchkey.limits.codes_per_account", 4.into())];
    let app = setting.app_with(&limits).await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let browser = app.browser();
    let ready = app.prepare(&browser, &link, &ann).await;
    for _ in 0..6 {
        browser.post(&wrong(&app, &browser, &ready)).await;
    }
    app.minutes_pass(2);
    let ready = app.prepare(&browser, &link, &ann).await;
    browser.post(&app.spending(&browser, &ready, NEW)).await;
    assert!(app.opens(&ann.email, NEW).await, "a day was used up by tries of which none was looked at");
}

async fn a_first_key_mints_three_codes_at_most(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let to = if setting.strategy.needs_phone() { &ann.phone } else { &ann.email };
    let link = app.key(&ann).await.link();
    let browser = app.browser();
    let page = browser.get(&link).await;
    let send = format!("{}/send", setting.strategy.path());
    let sent = browser.sent(&page, page.form_to(&send), &[]);
    let mut last = page;
    for turn in 0..6 {
        last = browser.post(&sent).await;
        assert!(last.status < 500, "{last}");
        if turn < 2 {
            app.minutes_pass(2);
        }
    }
    let codes: Vec<_> = app.mailbox.rest(to).await.iter().map(crate::common::Message::code).collect();
    assert!((1..=3).contains(&codes.len()), "{} codes for one key", codes.len());
    let form = if last.asks(&["code"]) { last } else { browser.get(&setting.strategy.path()).await };
    if codes.len() > 1 {
        let page = browser.submit(&form, &[("code", &codes[0]), ("new_password", NEW)]).await;
        assert!((400..500).contains(&page.status), "an older code is taken: {page}");
    }
    let last = codes.last().expect("a code");
    browser.submit(&form, &[("code", last), ("new_password", NEW)]).await;
    assert!(browser.is_signed_in().await, "the last code is good");
}

async fn a_code_is_good_in_its_browser_only(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let own = app.browser();
    let ready = app.prepare(&own, &link, &ann).await;
    let sent = app.spending(&own, &ready, NEW);
    let thief = app.browser();
    thief.get(&link).await;
    let page = thief.post(&sent).await;
    assert!(page.status >= 400 && !thief.is_signed_in().await, "{page}");
    refused(&app, &ann).await;
    own.post(&sent).await;
    assert!(own.is_signed_in().await, "what a thief tried cost the owner's key");
}

async fn a_code_of_another_flow_is_refused(setting: Setting) {
    let app = setting.app().await;
    let (victim, thief) = (app.person("victim").await, app.person("thief").await);
    let (of_victim, of_thief) = (app.key(&victim).await.link(), app.key(&thief).await.link());
    let (first, second) = (app.browser(), app.browser());
    let ready = app.prepare(&first, &of_victim, &victim).await;
    let foreign = app.prepare(&second, &of_thief, &thief).await;
    let mut sent = app.spending(&first, &ready, NEW);
    let other = app.spending(&second, &foreign, NEW);
    for (name, value) in &mut sent.fields {
        if name == "code" {
            value.clone_from(&other.fields.iter().find(|(name, _)| name == "code").expect("a code").1);
        }
    }
    let page = first.post(&sent).await;
    assert!((400..500).contains(&page.status), "{page}");
    refused(&app, &victim).await;
}

async fn a_code_expires(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let browser = app.browser();
    let ready = app.prepare(&browser, &link, &ann).await;
    app.minutes_pass(if setting.strategy.needs_phone() { 5 } else { 10 });
    let page = browser.post(&app.spending(&browser, &ready, NEW)).await;
    assert!((400..500).contains(&page.status) && !browser.is_signed_in().await, "{page}");
    refused(&app, &ann).await;
}

async fn the_code_cannot_be_skipped(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let browser = app.browser();
    let page = browser.get(&link).await;
    let send = format!("{}/send", setting.strategy.path());
    let query = page.form_to(&send).action.split_once('?').expect("the form's key").1.to_owned();
    let to = format!("{}?{query}", setting.strategy.path());
    for code in [None, Some(""), Some("000000"), Some("AAAAAAAA")] {
        let mut fields = vec![("new_password".to_owned(), NEW.to_owned())];
        fields.extend(code.map(|code| ("code".to_owned(), code.to_owned())));
        let page = browser.post(&Sent { to: to.clone(), fields }).await;
        assert!((400..500).contains(&page.status), "{code:?}: {page}");
    }
    refused(&app, &ann).await;
    app.recover(&app.browser(), &ann, &link, NEW).await;
}

async fn a_key_that_was_pressed_is_not_superseded(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let browser = app.browser();
    let ready = app.prepare(&browser, &link, &ann).await;
    for _ in 0..3 {
        app.ask_reset(&ann.email).await;
    }
    app.mailbox.rest(&ann.email).await;
    browser.post(&app.spending(&browser, &ready, NEW)).await;
    assert!(browser.is_signed_in().await, "somebody else's request took the key away");
}

async fn after_the_last_try_one_button_sends_another_code(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let ready = app.prepare(&browser, &app.key(&ann).await.link(), &ann).await;
    let mut page = browser.get(&setting.strategy.path()).await;
    for _ in 0..3 {
        page = browser.post(&wrong(&app, &browser, &ready)).await;
    }
    app.minutes_pass(2);
    for page in [page, browser.get(&setting.strategy.path()).await] {
        assert!(
            !page.asks(&["code"]) && !page.body.contains("<details"),
            "a dead form, or a hidden remedy: {page}"
        );
        let send = format!("{}/send", setting.strategy.path());
        let again = browser.copy().press(&page, &send).await;
        assert!(again.asks(&["code", "new_password"]), "{again}");
    }
}

async fn a_second_code_asked_for_too_soon_is_no_fault_of_the_form(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    app.prepare(&browser, &app.key(&ann).await.link(), &ann).await;
    let send = format!("{}/send", setting.strategy.path());
    for _ in 0..4 {
        let form = browser.get(&setting.strategy.path()).await;
        let page = if form.offers(&send) { browser.press(&form, &send).await } else { form };
        assert_eq!((page.status, page.path()), (200, &*setting.strategy.path()), "{page}");
        assert!(!page.body.contains("aria-invalid"), "{page}");
    }
    assert_eq!(browser.get(&send).await.path(), setting.strategy.path());
}

async fn a_weak_password_costs_no_try_and_keeps_the_code(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let browser = app.browser();
    let ready = app.prepare(&browser, &link, &ann).await;
    for weak in ["short", "password1234", "ann@example.com"] {
        let sent = app.spending(&browser, &ready, weak);
        let code = sent.fields.iter().find(|(name, _)| name == "code").expect("a code");
        let page = browser.post(&sent).await;
        assert_eq!(page.status, 422, "{weak}: {page}");
        let kept = page.form_with(&["code"]).field("code").expect("a field for the code");
        assert_eq!(kept.value, code.1, "the code is to be typed again: {page}");
        assert!(page.text.contains("3 tries left"), "{page}");
    }
    browser.post(&app.spending(&browser, &ready, OTHER)).await;
    assert!(browser.is_signed_in().await, "a weak password cost the code");
    let unusable = app.browser().get(&link).await;
    is_unusable(&app, &unusable).await;
}
