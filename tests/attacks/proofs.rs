//! A050 to A052, A118 to A120, A124: a proof is good once and now, and few can be guessed.

use rocket::futures::future::join_all;
use serde_json::json;

use crate::{
    common::{
        Authenticator, Browser, Change, Page, Person, Site,
        factors::{half_way, leave, prove, with_recovery_code},
        recovery_codes, texts,
    },
    fixture::AttackFixture,
    tries::{SITE, limited},
};

attacks! {
    SITE => a050_a118_a_code_is_good_once, a051_a119_a_code_is_good_now, a124_a_recovery_code_is_good_once;
    SITE.with(from_anywhere) => a052_a120_few_codes_are_guessed_however_many_connections,
        a124_recovery_codes_are_guessed_no_more_often;
}

/// Limits by account alone: X has as many clients as tries.
fn from_anywhere() -> Vec<Change<'static>> {
    [limited(), vec![("latchkey.limits.codes_per_client", json!(1000))]].concat()
}

const ANN: &str = "ann@example.com";

/// Ann with an app, the browser in which it was set up, one in which she was signed in before, and her recovery codes.
struct Scene {
    ann: Person,
    app: Authenticator,
    own: Browser,
    early: Browser,
    codes: Vec<String>,
}

impl Scene {
    async fn set(site: &Site) -> Scene {
        let ann = site.account(ANN).await;
        let (own, early) = (site.signed_in(&ann).await, site.signed_in(&ann).await);
        let (app, page) = site.set_up_app(&own).await;
        Scene { ann, app, own, early, codes: recovery_codes(&page) }
    }

    /// True if a code, typed after the password, signs in.
    async fn signs_in(&self, site: &Site, code: &str) -> bool {
        let (thief, page) = half_way(site, &self.ann).await;
        prove(&thief, &page, code).await;
        thief.is_signed_in().await
    }

    /// True if a code makes a session of before a proved one.
    async fn verifies(&self, code: &str) -> bool {
        let thief = self.early.copy();
        let page = thief.get("/verify").await;
        prove(&thief, &page, code).await.path() != "/verify"
    }
}

/// The pages of 32 tabs that ask for a code: of sign-ins and of a session of before, at two servers.
async fn tabs(scene: &Scene, servers: [&Site; 2], with: &str) -> Vec<(Browser, Page)> {
    let mut tabs = Vec::new();
    for server in servers {
        for _ in 0..2 {
            let (thief, _) = half_way(server, &scene.ann).await;
            tabs.extend((0..6).map(|_| (thief.copy(), "/login/factor")));
        }
        for _ in 0..4 {
            let thief = server.browser();
            thief.with_jar(|jar| *jar = scene.early.jar());
            tabs.push((thief, "/verify"));
        }
    }
    let pages = tabs.into_iter().map(|(tab, place)| async move {
        let page = tab.get(&format!("{place}?with={with}")).await;
        (tab, page)
    });
    join_all(pages).await
}

/// Types a code in all tabs at once; returns how many it signs in or verifies.
async fn at_once(scene: &Scene, tabs: &[(Browser, Page)], code: &str) -> usize {
    assert_eq!(tabs.len(), 32);
    let typing = tabs.iter().map(|(tab, page)| async move {
        tab.post_only(&tab.fill(page, &[("one-time-code", code)])).await;
    });
    join_all(typing).await;
    let is_verified = scene.early.get("/account/factors").await.path() == "/account/factors";
    let mut inside = usize::from(is_verified);
    for (tab, _) in tabs.iter().filter(|(_, page)| page.path() == "/login/factor") {
        inside += usize::from(tab.is_signed_in().await);
    }
    inside
}

async fn a050_a118_a_code_is_good_once(fixture: &mut AttackFixture) {
    let app = &fixture.app;
    let scene = Scene::set(app).await;
    let of_set_up = scene.app.code(app);
    assert!(!scene.signs_in(app, &of_set_up).await, "the code of the set-up signs in");
    assert!(!scene.verifies(&of_set_up).await, "the code of the set-up verifies");
    app.next_code_is_shown();
    let code = scene.app.code(app);
    let second = app.replica().await;
    let tabs = tabs(&scene, [app, &second], "totp").await;
    assert_eq!(at_once(&scene, &tabs, &code).await, 1, "sign-ins and verified sessions by one code");
    assert!(!scene.signs_in(&second, &code).await && !scene.signs_in(app, &code).await);

    // Set up by 32 at once, an app is there once.
    let bob = app.account("bob@example.com").await;
    let own = app.signed_in(&bob).await;
    let page = own.press(&own.get("/account/factors").await, "/account/factors/totp/start").await;
    let sent = own.fill(&page, &[("one-time-code", &Authenticator::scan(&page).code(app))]);
    let tabs: Vec<_> = (0..32)
        .map(|turn| {
            let tab = if turn % 2 == 0 { own.other() } else { second.browser() };
            tab.with_jar(|jar| *jar = own.jar());
            tab
        })
        .collect();
    join_all(tabs.iter().map(|tab| tab.post_only(&sent))).await;
    let of_bob = "SELECT kind FROM latchkey_factors
        WHERE account_id IN (SELECT id FROM latchkey_accounts WHERE email_key = 'bob@example.com')";
    assert_eq!(texts(&app.setting.database, of_bob).await, ["totp"]);
    assert!(second.seen.statuses().iter().all(|(_, status)| *status < 500));
    second.stop().await;
    fixture.unharmed(&[]).await;
}

async fn a051_a119_a_code_is_good_now(fixture: &mut AttackFixture) {
    let app = &fixture.app;
    let scene = Scene::set(app).await;
    let bob = app.account("bob@example.com").await;
    let own = app.signed_in(&bob).await;
    app.minutes_pass(3);
    let far = [-3, -2, 2, 3];
    for steps in far {
        let code = scene.app.code_after(app, steps);
        assert!(!scene.signs_in(app, &code).await, "{steps} steps away, a code signs in");
        assert!(!scene.verifies(&code).await, "{steps} steps away, a code verifies");
    }
    let page = own.press(&own.get("/account/factors").await, "/account/factors/totp/start").await;
    let of_bob = Authenticator::scan(&page);
    for steps in far {
        let page = prove(&own, &page, &of_bob.code_after(app, steps)).await;
        assert_eq!(page.path(), "/account/factors/totp", "{steps} steps away, a code sets up: {page}");
    }
    let page = prove(&own, &page, &of_bob.code_after(app, -1)).await;
    assert_eq!(page.path(), "/account/factors/codes", "{page}");
    let now = [-1, 0, 1].map(|steps| scene.app.code_after(app, steps));
    for code in &now {
        assert!(scene.signs_in(app, code).await, "{code} is not taken");
    }
    for code in &now {
        let again = scene.signs_in(app, code).await || scene.verifies(code).await;
        assert!(!again, "a code of before the last one is taken");
    }
    fixture.unharmed(&[]).await;
}

async fn a124_a_recovery_code_is_good_once(fixture: &mut AttackFixture) {
    let app = &fixture.app;
    let scene = Scene::set(app).await;
    let second = app.replica().await;
    let tabs = tabs(&scene, [app, &second], "recovery_code").await;
    assert_eq!(
        at_once(&scene, &tabs, &scene.codes[0]).await,
        1,
        "sign-ins and verified sessions by one code"
    );
    for server in [&**app, &second] {
        let (thief, _) = half_way(server, &scene.ann).await;
        with_recovery_code(&thief, &scene.codes[0]).await;
        assert!(!thief.is_signed_in().await, "a code is good again");
    }
    second.stop().await;
    let page = scene.own.get("/account/factors").await;
    let new = recovery_codes(&scene.own.press(&page, "/account/factors/codes/renew").await);
    for (code, works) in
        scene.codes.iter().map(|code| (code, false)).chain([(&new[9], true), (&new[9], false)])
    {
        let (thief, _) = half_way(app, &scene.ann).await;
        with_recovery_code(&thief, code).await;
        assert_eq!(thief.is_signed_in().await, works, "{code} after {} new ones", new.len());
    }
    fixture.unharmed(&[]).await;
}

/// Number of wrong proofs that were compared.
async fn compared(fixture: &AttackFixture) -> usize {
    fixture.events().await.iter().filter(|kind| *kind == "factor.failed").count()
}

async fn a052_a120_few_codes_are_guessed_however_many_connections(fixture: &mut AttackFixture) {
    fixture.guard().await;
    let second = fixture.app.replica().await;
    let mut refused = 0;
    for round in 0..2 {
        let thieves = (0..20).map(|turn| {
            let server: &Site = if turn % 2 == 0 { &fixture.app } else { &second };
            let v = &fixture.v;
            async move {
                let (thief, page) = half_way(server, v).await;
                let mut refused = 0;
                for digit in 0..5 {
                    let code = format!("{digit}{turn:02}{round}00");
                    let sent = thief.fill(&page, &[("one-time-code", &code)]);
                    refused += usize::from(thief.post_only(&sent).await.status == 429);
                }
                assert!(!thief.is_signed_in().await);
                refused
            }
        });
        refused += join_all(thieves).await.into_iter().sum::<usize>();
    }
    assert!(second.seen.statuses().iter().all(|(_, status)| *status < 500));
    second.stop().await;
    let compared = compared(fixture).await;
    assert!(compared <= 10 && compared + refused == 200, "{compared} of 200 guesses were compared");
    // In V's own browser, X's guesses count for nothing.
    leave(&fixture.own).await;
    fixture.sign_in(&fixture.own).await;
    assert!(fixture.own.is_signed_in().await, "V is shut out");
    // X is, by a right code too, until the next day.
    let (thief, page) = fixture.half_way().await;
    let page = fixture.prove(&thief, &page).await;
    assert!(page.status == 429 && !thief.is_signed_in().await, "{page}");
    fixture.app.minutes_pass(24 * 60);
    fixture.own = fixture.signed_in().await;
    fixture.unharmed(&["factor.failed", "limit.reached"]).await;
}

async fn a124_recovery_codes_are_guessed_no_more_often(fixture: &mut AttackFixture) {
    fixture.guard().await;
    for turn in 0..12 {
        let (thief, page) = fixture.half_way().await;
        let page = if turn % 2 == 0 {
            with_recovery_code(&thief, &format!("aaaa-bbbb-cc{turn:02}")).await
        } else {
            prove(&thief, &page, &format!("0000{turn:02}")).await
        };
        assert_eq!(page.status == 429, turn >= 10, "try {turn}: {page}");
        assert!(!thief.is_signed_in().await);
    }
    assert_eq!(compared(fixture).await, 10);
    fixture.app.minutes_pass(24 * 60);
    fixture.own = fixture.signed_in().await;
    fixture.unharmed(&["factor.failed", "limit.reached"]).await;
}
