//! A129 to A132, A135: an answer of a passkey is good for its site, its account and its use.

use rocket::futures::future::join_all;

use crate::{
    common::{
        Browser, Page, Person, TestApp,
        factors::half_way,
        passkeys::authenticator::{Answer, PRESENT, VERIFIED},
        texts,
    },
    enrolment::with_passkeys,
    fixture::AttackFixture,
    forger::Forger,
    tries::SITE,
};

attacks! {
    SITE.with(with_passkeys) => a129_an_answer_is_good_for_this_site,
        a130_a_passkey_that_verifies_nobody_is_one_factor, a131_a_passkey_is_good_for_its_account,
        a132_a_passkey_is_taken_once, a135_a_passkey_is_used_as_it_was_asked_for;
}

/// Sends an answer with the form of a page; true if it is refused.
pub async fn is_refused(browser: &Browser, page: &Page, answer: &str) -> bool {
    browser.post_only(&browser.fill(page, &[("answer", answer)])).await.is_refused()
}

/// The same with the question of another page.
pub async fn is_refused_with(browser: &Browser, page: &Page, from: &Page, answer: &str) -> bool {
    let sealed = from.form_with(&["asked"]).field("asked").expect("a question").value.clone();
    browser.post_only(&browser.fill(page, &[("answer", answer), ("asked", &sealed)])).await.is_refused()
}

/// Ann with a passkey, and the browser in which it was set up.
pub async fn ann(app: &TestApp) -> (Person, Forger, Browser) {
    let ann = app.account("ann@example.com").await;
    let (forger, own) = Forger::of(app, &ann).await;
    (ann, forger, own)
}

/// Ways in which an answer is for another site, or in a frame of one.
const ELSEWHERE: [fn(&mut Answer); 14] = [
    |it| it.client["origin"] = "http://localhost:8001".into(),
    |it| it.client["origin"] = "https://localhost:8000".into(),
    |it| it.client["origin"] = "http://id.localhost:8000".into(),
    |it| it.client["origin"] = "http://localhost".into(),
    |it| it.client["origin"] = "http://localhost:8000.evil.example".into(),
    |it| it.client["origin"] = "http://localhost:8000/".into(),
    |it| it.client["origin"] = "http://127.0.0.1:8000".into(),
    |it| it.client["origin"] = "null".into(),
    |it| it.client["crossOrigin"] = true.into(),
    |it| it.client["topOrigin"] = "http://localhost:8000".into(),
    |it| it.client["topOrigin"] = "https://evil.example".into(),
    |it| it.data.rp_id = "id.localhost".into(),
    |it| it.data.rp_id = "evil.example".into(),
    |it| it.data.rp_id = "http://localhost:8000".into(),
];

async fn a129_an_answer_is_good_for_this_site(fixture: &mut AttackFixture) {
    let app = &fixture.app;
    let (ann, mut key, own) = ann(app).await;
    let (alone, (half, _)) = (app.browser(), half_way(app, &ann).await);
    for (case, alter) in ELSEWHERE.into_iter().enumerate() {
        for (browser, place) in [(&alone, "/login/passkey"), (&half, "/login/factor"), (&own, "/verify")] {
            let page = browser.get(place).await;
            let answer = key.altered(&page, alter);
            assert!(is_refused(browser, &page, &answer).await, "case {case} at {place}");
        }
        let page = own.get("/account/factors/passkey").await;
        let mut other = Forger::new(&page);
        alter(&mut other.answer);
        assert!(is_refused(&own, &page, &other.registration()).await, "case {case} sets up a passkey");
    }
    assert!(!alone.is_signed_in().await && !half.is_signed_in().await);
    let page = half.get("/login/factor").await;
    assert!(!is_refused(&half, &page, &key.assertion(&page)).await, "the same key for this site");
    fixture.unharmed(&[]).await;
}

async fn a130_a_passkey_that_verifies_nobody_is_one_factor(fixture: &mut AttackFixture) {
    let app = &fixture.app;
    let (ann, mut key, _) = ann(app).await;
    // X has the key, and not what its owner unlocks it with.
    let alone = app.browser();
    for flags in [PRESENT, 0, VERIFIED] {
        let page = alone.get("/login/passkey").await;
        let answer = key.altered(&page, |it| it.data.flags = flags);
        assert!(is_refused(&alone, &page, &answer).await, "flags {flags} sign in");
    }
    assert!(!alone.is_signed_in().await);
    let (half, page) = half_way(app, &ann).await;
    assert!(is_refused(&half, &page, &key.altered(&page, |it| it.data.flags = 0)).await, "nobody was there");
    let page = half.get("/login/factor").await;
    let answer = key.altered(&page, |it| it.data.flags = PRESENT);
    half.submit(&page, &[("answer", &answer)]).await;
    assert!(half.is_signed_in().await, "beside the password it is enough");
    fixture.unharmed(&[]).await;
}

async fn a131_a_passkey_is_good_for_its_account(fixture: &mut AttackFixture) {
    let app = &fixture.app;
    let (ann, key, anns) = ann(app).await;
    let bob = app.account("bob@example.com").await;
    let (mut of_bob, _) = Forger::of(app, &bob).await;
    let (id, handle) = (key.id(), key.answer.user_handle.clone());
    let (alone, (half, _)) = (app.browser(), half_way(app, &ann).await);
    let stolen = anns.copy();
    for (browser, place) in [(&half, "/login/factor"), (&stolen, "/verify"), (&alone, "/login/passkey")] {
        for (named, held) in [(false, false), (true, false), (false, true), (true, true)] {
            if place == "/login/passkey" && !named && !held {
                continue;
            }
            let page = browser.get(place).await;
            let answer = of_bob.altered(&page, |it| {
                if named {
                    it.rename(id.clone());
                }
                if held {
                    it.user_handle.clone_from(&handle);
                }
            });
            assert!(is_refused(browser, &page, &answer).await, "{place} takes Bob's passkey: {named} {held}");
        }
    }
    assert!(!half.is_signed_in().await && !alone.is_signed_in().await);
    let page = alone.get("/login/passkey").await;
    alone.submit(&page, &[("answer", &of_bob.assertion(&page))]).await;
    let page = alone.get("/account").await;
    assert!(page.text.contains(&bob.email) && !page.text.contains(&ann.email), "{page}");
    fixture.unharmed(&[]).await;
}

async fn a132_a_passkey_is_taken_once(fixture: &mut AttackFixture) {
    let app = &fixture.app;
    let (ann, mut key, anns) = ann(app).await;
    let bobs = app.signed_in(&app.account("bob@example.com").await).await;
    let mut told = Vec::new();
    for browser in [&anns, &bobs] {
        let page = browser.get("/account/factors/passkey").await;
        let mut other = Forger::new(&page);
        other.answer.rename(key.id());
        let page = browser.submit(&page, &[("answer", &other.registration())]).await;
        told.push((page.status, page.text.replace("bob@", "ann@")));
    }
    assert!(told[0] == told[1] && told[0].0 == 422, "whose it is shows: {told:?}");
    let (half, page) = half_way(app, &ann).await;
    half.submit(&page, &[("answer", &key.assertion(&page))]).await;
    assert!(half.is_signed_in().await, "Ann's passkey is still hers");
    // Two accounts at once.
    let mut sent = Vec::new();
    let id: Vec<_> = key.id().into_iter().rev().collect();
    for browser in [&anns, &bobs].into_iter().cycle().take(8) {
        let page = browser.get("/account/factors/passkey").await;
        let mut other = Forger::new(&page);
        other.answer.rename(id.clone());
        sent.push((browser.copy(), browser.fill(&page, &[("answer", &other.registration())])));
    }
    join_all(sent.iter().map(|(tab, sent)| tab.post_only(sent))).await;
    let all = "SELECT kind FROM latchkey_factors";
    assert_eq!(texts(&app.setting.database, all).await, ["passkey", "passkey"]);
    fixture.unharmed(&[]).await;
}

async fn a135_a_passkey_is_used_as_it_was_asked_for(fixture: &mut AttackFixture) {
    let app = &fixture.app;
    let ann = app.account("ann@example.com").await;
    let own = app.signed_in(&ann).await;
    let page = own.get("/account/factors/passkey").await;
    let mut key = Forger::new(&page);
    // It has never verified anybody, so it is for use beside a password.
    key.answer.data.flags &= !VERIFIED;
    assert!(!is_refused(&own, &page, &key.registration()).await);
    let browser = app.browser();
    let alone = browser.get("/login/passkey").await;
    assert!(is_refused(&browser, &alone, &key.assertion(&alone)).await, "as the only proof");
    // What was asked for as a proof beside the password is none by itself, and the other way round.
    let alone = browser.get("/login/passkey").await;
    let beside = app.sign_in(&browser, &ann.email, &ann.password).await;
    let verified = |it: &mut Answer| it.data.flags |= VERIFIED;
    for (from, to) in [(&beside, &alone), (&alone, &beside)] {
        let answer = key.altered(from, verified);
        assert!(is_refused_with(&browser, to, from, &answer).await, "{} at {}", from.path(), to.path());
        assert!(!browser.is_signed_in().await);
    }
    assert!(!is_refused(&browser, &beside, &key.assertion(&beside)).await);
    assert!(browser.is_signed_in().await);
    fixture.unharmed(&[]).await;
}
