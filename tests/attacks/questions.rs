//! A128: a question is answered once, in time, in its browser, and for its purpose.

use rocket::futures::future::join_all;

use crate::{
    common::{Page, factors::half_way},
    enrolment::with_passkeys,
    fixture::AttackFixture,
    forger::{Forger, asked},
    guarded::sign_in_again,
    passkeys::{ann, is_refused, is_refused_with},
    tries::SITE,
};

attacks! {
    SITE.with(with_passkeys) => a128_an_answer_is_good_once, a128_an_answer_is_good_in_time_and_in_its_browser,
        a128_an_answer_is_good_for_its_purpose;
}

async fn a128_an_answer_is_good_once(fixture: &mut AttackFixture) {
    let app = &fixture.app;
    let (ann, mut key, own) = ann(app).await;
    let (browser, page) = half_way(app, &ann).await;
    let (tab, answer) = (browser.copy(), key.assertion(&page));
    browser.submit(&page, &[("answer", &answer)]).await;
    assert!(browser.is_signed_in().await);
    let (other, _) = half_way(app, &ann).await;
    for thief in [&tab, &other, &browser, &own] {
        let sent = thief.fill(&page, &[("answer", &answer)]);
        thief.post_only(&sent).await;
    }
    assert!(!tab.is_signed_in().await && !other.is_signed_in().await, "an answer signs in twice");

    let second = app.replica().await;
    for alone in [false, true] {
        let (browser, page) = match alone {
            true => {
                let browser = app.browser();
                let page = browser.get("/login/passkey").await;
                (browser, page)
            }
            false => half_way(app, &ann).await,
        };
        let sent = browser.fill(&page, &[("answer", &key.assertion(&page))]);
        let servers = [app, &second].into_iter().cycle().take(32);
        let tabs: Vec<_> = servers
            .map(|server| {
                let tab = server.browser();
                tab.with_jar(|jar| *jar = browser.jar());
                tab
            })
            .collect();
        join_all(tabs.iter().map(|tab| tab.post_only(&sent))).await;
        let mut inside = 0;
        for tab in &tabs {
            inside += usize::from(tab.is_signed_in().await);
        }
        assert_eq!(inside, 1, "sessions by one answer");
    }
    assert!(second.seen.statuses().iter().all(|(_, status)| *status < 500));
    second.stop().await;
    fixture.unharmed(&[]).await;
}

async fn a128_an_answer_is_good_in_time_and_in_its_browser(fixture: &mut AttackFixture) {
    let app = &fixture.app;
    let (ann, mut key, own) = ann(app).await;
    for minutes in [0, 5] {
        let alone = app.browser();
        let (half, factor) = half_way(app, &ann).await;
        let pages = [
            (&alone, alone.get("/login/passkey").await),
            (&half, factor),
            (&own, own.get("/verify").await),
            (&own, own.get("/account/factors/passkey").await),
        ];
        app.minutes_pass(minutes);
        for (browser, page) in pages {
            let answer = match page.path() {
                "/account/factors/passkey" => Forger::new(&page).registration(),
                _ => key.assertion(&page),
            };
            let thief = if minutes > 0 {
                browser.copy()
            } else if page.path() == "/login/passkey" {
                app.browser()
            } else if page.path() == "/login/factor" {
                half_way(app, &ann).await.0
            } else {
                let thief = app.browser();
                let page = app.sign_in(&thief, &ann.email, &ann.password).await;
                thief.submit(&page, &[("answer", &key.assertion(&page))]).await;
                thief
            };
            thief.get(page.path()).await;
            assert!(is_refused(&thief, &page, &answer).await, "{minutes} minutes later, at {page}");
        }
        assert!(!alone.is_signed_in().await && !half.is_signed_in().await);
    }
    fixture.unharmed(&[]).await;
}

async fn a128_an_answer_is_good_for_its_purpose(fixture: &mut AttackFixture) {
    let app = &fixture.app;
    let (ann, mut key, _) = ann(app).await;
    // One browser that is asked for everything at once.
    let browser = app.browser();
    let places = ["/login/passkey", "/login/factor", "/verify", "/account/factors/passkey"];
    let alone = browser.get(places[0]).await;
    let page = app.sign_in(&browser, &ann.email, &ann.password).await;
    browser.submit(&page, &[("answer", &key.assertion(&page))]).await;
    sign_in_again(&browser, &ann).await;
    let mut pages = vec![alone];
    for place in &places[1..] {
        pages.push(browser.get(place).await);
        assert_eq!(pages.last().map(Page::path), Some(*place));
    }
    for from in &pages {
        for to in pages.iter().filter(|to| to.path() != from.path()) {
            let answer = if to.path() == "/account/factors/passkey" {
                let mut other = Forger::new(to);
                other.answer.client["challenge"] = asked(from)["challenge"].clone();
                other.registration()
            } else {
                key.assertion(from)
            };
            let refused = is_refused_with(&browser, to, from, &answer).await;
            assert!(refused, "the question of {} is answered at {}", from.path(), to.path());
        }
    }
    for page in &pages[1..3] {
        assert!(!is_refused(&browser, page, &key.assertion(page)).await, "the right answer at {page}");
        browser.get("/account").await;
    }
    fixture.unharmed(&[]).await;
}
