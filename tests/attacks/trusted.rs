//! A126: the cookie of a trusted browser is good for one account, beside its password, until anything changes.

use crate::{
    common::{
        Browser, Jar, Page, Person,
        factors::{self, half_way, is_trusted, leave, to_the_factor, trust, undo},
    },
    fixture::{AttackFixture, V},
    tries::EVERY,
};

attacks! {
    EVERY => a126_no_copy_of_a_trusted_browser_outlives_a_change, a126_a_copy_is_good_for_nothing_else;
}

/// V trusts a browser and leaves it; returns a copy of its cookies.
async fn copied(fixture: &AttackFixture) -> Jar {
    let (browser, page) = fixture.half_way().await;
    trust(&browser, &page, &fixture.next_code()).await;
    assert!(browser.is_signed_in().await);
    leave(&browser).await;
    browser.jar()
}

fn thief(fixture: &AttackFixture, jar: &Jar) -> Browser {
    let thief = fixture.app.browser();
    thief.with_jar(|own| *own = jar.clone());
    thief
}

async fn a126_a_copy_is_good_for_nothing_else(fixture: &mut AttackFixture) {
    fixture.guard().await;
    fixture.own = fixture.signed_in().await;
    let jar = copied(fixture).await;
    // It is no sign-in by itself, and no password but V's goes with it.
    assert!(!thief(fixture, &jar).is_signed_in().await);
    let other = thief(fixture, &jar);
    let page = fixture.app.sign_in(&other, V, "copper kettles sing in winter").await;
    assert!(page.path() == "/login" && !other.is_signed_in().await, "{page}");
    // Nor is it good for another account.
    let ann = fixture.app.account(&format!("ann@{}.example.com", fixture.strategy().slug())).await;
    fixture.app.set_up_app(&fixture.app.signed_in(&ann).await).await;
    let other = thief(fixture, &jar);
    assert!(!is_trusted(&fixture.app, &other, &ann).await, "it is trusted by somebody else");
    // A reset asks all the same.
    let (other, stolen) = (thief(fixture, &jar), fixture.password());
    let page = to_the_factor(&fixture.app, &fixture.v, &other, &stolen).await;
    assert!(!other.is_signed_in().await, "{page}");
    // And whoever signs in with it changes no factors.
    let other = thief(fixture, &jar);
    assert!(is_trusted(&fixture.app, &other, &fixture.v).await);
    for place in ["/account/factors", "/account/factors/totp", "/account/factors/codes/renew"] {
        assert_eq!(other.get(place).await.path(), "/verify", "{place}");
    }
    let trusted = fixture.own.get("/account/sessions").await;
    assert!(trusted.text.contains("Trusted browsers"), "V does not see it: {trusted}");
    let steps = fixture.some_of(&["reset.code_sent", "reset.password_generated"]).await;
    let events = ["browser.trusted", "sign_in.failed", "reset.issued"];
    fixture.unharmed(&[&events[..], &steps].concat()).await;
}

async fn a126_no_copy_of_a_trusted_browser_outlives_a_change(fixture: &mut AttackFixture) {
    fixture.guard().await;
    for change in ["a factor", "the password", "a reset", "an undone change"] {
        fixture.own = fixture.signed_in().await;
        let jar = copied(fixture).await;
        let trusted = thief(fixture, &jar);
        assert!(is_trusted(&fixture.app, &trusted, &fixture.v).await, "nothing has changed yet");
        leave(&trusted).await;
        fixture.mails(V).await;
        fixture.mails(&fixture.v.phone.clone()).await;
        fixture.app.minutes_pass(2);
        let password = fixture.password();
        match change {
            "a factor" => {
                // V adds an app, and removes it again.
                let before = fixture.own.get("/account/factors").await;
                fixture.app.set_up_app(&fixture.own).await;
                let page = fixture.own.get("/account/factors").await;
                let is_new = |path: &str| path.ends_with("/remove") && !before.offers(path);
                let remove = page.forms.iter().map(|form| form.path()).find(|path| is_new(path));
                fixture.own.press(&page, remove.expect("a button")).await;
            }
            "the password" => change_password(fixture, &password).await,
            "a reset" => {
                let browser = fixture.app.browser();
                let page = to_the_factor(&fixture.app, &fixture.v, &browser, &password).await;
                finish(fixture, &browser, page, &password).await;
            }
            _ => {
                change_password(fixture, &format!("{password}, changed")).await;
                let notice = fixture.app.mailbox.next_notice(V).await.link();
                let (browser, page) = undo(&fixture.app, &fixture.v, &notice, &password).await;
                assert_eq!(page.path(), "/login/factor", "{page}");
                finish(fixture, &browser, page, &password).await;
            }
        }
        let copy = thief(fixture, &jar);
        assert!(!is_trusted(&fixture.app, &copy, &fixture.v).await, "a copy outlives {change}");
        half_way(&fixture.app, &fixture.v).await;
    }
    let changed = ["browser.trusted", "factor.added", "factor.removed", "password.changed"];
    fixture.unharmed(&[&changed[..], &["reset.completed", "reset.undone"]].concat()).await;
}

async fn change_password(fixture: &mut AttackFixture, password: &str) {
    let form = fixture.own.get("/change").await;
    let typed = [("current-password", &*fixture.v.password), ("new-password", password)];
    let page = fixture.own.submit(&form, &typed).await;
    assert_eq!(page.path(), "/account", "{page}");
    fixture.v = Person { password: password.to_owned(), ..fixture.v.clone() };
}

/// V proves the factor at the end of a reset.
async fn finish(fixture: &mut AttackFixture, browser: &Browser, page: Page, password: &str) {
    let page = fixture.prove(browser, &page).await;
    factors::finish(browser, page, password).await;
    fixture.now_has(password).await;
}
