//! A053, A121 to A123, A125: nobody changes the factors of somebody else, with a stolen session or a mailbox.

use reqwest::Method;
use serde_json::json;

use crate::{
    common::{
        Browser, Change, NEW, OTHER, Person, Sent, TestApp,
        factors::{half_way, prove, remove, undo, with_app, with_recovery_code},
        passkeys::{Device, URL},
        recovery_codes,
        sent_codes::{By, PHONE, send, set_up, start},
    },
    csrf::filled,
    fixture::AttackFixture,
    guarded::sign_in_again,
    raw::post,
    tries::SITE,
};

attacks! {
    SITE => a053_a_stolen_session_changes_no_factor, a122_an_abandoned_set_up_gets_no_codes,
        a123_a_dropped_factor_comes_back, a125_a_mailbox_is_no_second_factor;
    SITE.with(with_passkeys) => a121_a_weaker_proof_sets_nothing_up;
}

/// Changes for a site that has passkeys.
pub fn with_passkeys() -> Vec<Change<'static>> {
    vec![("latchkey.public_url", json!(URL))]
}

/// Panics if `thief` gets further with the factors of a person than to the page that asks for the strongest, or reads
/// one of `secrets`; `own` is the person's browser.
async fn touches_nothing(app: &TestApp, thief: &Browser, own: &Browser, secrets: &[String]) {
    let list = own.get("/account/factors").await;
    assert_eq!(list.path(), "/account/factors", "{list}");
    for form in list.forms.iter().filter(|form| form.path().starts_with("/account/factors/")) {
        let answer = thief.post_only(&thief.sent(&list, form, &[("name", "X")])).await;
        assert!(answer.location().starts_with("/verify"), "{}: {}", form.action, answer.location());
    }
    let routes = app.routes.iter().filter(|(_, uri)| uri.starts_with("/account/factors"));
    // New codes are in a cookie of the browser that made them.
    for (method, uri) in routes.filter(|(_, uri)| !uri.starts_with("/account/factors/codes?")) {
        let (place, body) = (filled(uri), "code=000000&phone=%2B4915187654321&next=&name=X&answer=1&asked=1");
        let answer = match *method {
            Method::GET => thief.ask(Method::GET, &place).await,
            _ if place == "/account/factors/codes" => continue,
            _ => post(thief, &place, body).await,
        };
        assert!(answer.location().starts_with("/verify"), "{method} {place}: {}", answer.location());
        let told = secrets.iter().find(|secret| answer.text().contains(secret.as_str()));
        assert_eq!(told, None, "{method} {place}");
    }
    let page = thief.get("/account/factors/codes").await;
    assert!(secrets.iter().all(|secret| !page.body.contains(secret)), "{page}");
    assert_eq!(own.get("/account/factors").await.text, list.text, "the factors have changed");
}

async fn a053_a_stolen_session_changes_no_factor(fixture: &mut AttackFixture) {
    let app = &fixture.app;
    let ann = app.account("ann@example.com").await;
    let (stolen, own) = (app.signed_in(&ann).await, app.signed_in(&ann).await);
    let (authenticator, page) = app.set_up_app(&own).await;
    let codes = recovery_codes(&page);
    touches_nothing(app, &stolen, &own, &codes).await;
    // Nor after the thief has typed the password once more, or changed it.
    sign_in_again(&stolen, &ann).await;
    touches_nothing(app, &stolen, &own, &codes).await;
    let form = stolen.get("/change").await;
    stolen.submit(&form, &[("current-password", &ann.password), ("new-password", OTHER)]).await;
    assert!(stolen.is_signed_in().await && !own.is_signed_in().await, "the thief has changed the password");
    let ann = Person { password: OTHER.into(), ..ann };
    let (own, page) = half_way(app, &ann).await;
    app.next_code_is_shown();
    prove(&own, &page, &authenticator.code(app)).await;
    touches_nothing(app, &stolen, &own, &codes).await;
    fixture.unharmed(&[]).await;
}

async fn a121_a_weaker_proof_sets_nothing_up(fixture: &mut AttackFixture) {
    let app = &fixture.app;
    let ann = app.account("ann@example.com").await;
    let (stolen, own) = (app.signed_in(&ann).await, app.signed_in(&ann).await);
    let mut device = Device::new(app);
    let codes = recovery_codes(&device.set_up(&own).await);
    touches_nothing(app, &stolen, &own, &codes).await;
    let (authenticator, _) = app.set_up_app(&own).await;
    // X has been told a code of the app as well.
    let (phished, _) = half_way(app, &ann).await;
    app.next_code_is_shown();
    let page = phished.get("/login/factor?with=totp").await;
    prove(&phished, &page, &authenticator.code(app)).await;
    assert!(phished.is_signed_in().await, "the app is a factor");
    app.next_code_is_shown();
    for thief in [&stolen, &phished] {
        let page = thief.get("/verify?with=totp").await;
        assert!(!page.asks(&["one-time-code"]), "a code of the app is enough: {page}");
        let fields = [("with", "totp"), ("code", &*authenticator.code(app)), ("next", "/account/factors")];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        thief.post_only(&Sent { to: "/verify".into(), fields }).await;
        touches_nothing(app, thief, &own, &codes).await;
    }
    fixture.unharmed(&[]).await;
}

async fn a122_an_abandoned_set_up_gets_no_codes(fixture: &mut AttackFixture) {
    const OF_X: &str = "+4915112876543";
    let app = &fixture.app;
    let ann = app.account("ann@example.com").await;
    let own = app.signed_in(&ann).await;
    set_up(app, &own, &ann, By::Text).await;
    app.minutes_pass(2);
    start(&own.copy(), By::Text, OF_X).await;
    let of_set_up = app.mailbox.next_code(OF_X).await;
    app.minutes_pass(2);
    let (browser, page) = half_way(app, &ann).await;
    let (page, code) = send(app, &browser, &page, PHONE).await;
    assert!(app.mailbox.rest(OF_X).await.is_empty(), "X gets the codes of V's sign-in");
    if of_set_up != code {
        prove(&browser, &page, &of_set_up).await;
        assert!(!browser.is_signed_in().await, "the code of X's set-up signs in");
    }
    let page = browser.get("/login/factor").await;
    prove(&browser, &page, &code).await;
    assert!(browser.is_signed_in().await);
    fixture.unharmed(&[]).await;
}

async fn a123_a_dropped_factor_comes_back(fixture: &mut AttackFixture) {
    let app = &fixture.app;
    let (ann, authenticator, own, codes) = with_app(app).await;
    let stolen = own.copy();
    remove(&stolen).await;
    let notice = app.mailbox.next_notice(&ann.email).await.link();
    let elsewhere = app.signed_in(&ann).await;
    let (of_x, page) = app.set_up_app(&elsewhere).await;
    let codes_of_x = recovery_codes(&page);
    app.mailbox.rest(&ann.email).await;
    app.next_code_is_shown();

    let (browser, page) = undo(app, &ann, &notice, NEW).await;
    assert_eq!(page.path(), "/login/factor", "the factor has not come back: {page}");
    for thief in [&stolen, &elsewhere] {
        assert!(!thief.is_signed_in().await, "X is still there");
    }
    let page = prove(&browser, &page, &of_x.code(app)).await;
    assert!(!browser.is_signed_in().await, "X's app is still there");
    prove(&browser, &page, &authenticator.code(app)).await;
    assert!(browser.is_signed_in().await);
    let ann = Person { password: NEW.into(), ..ann };
    for (code, works) in [(&codes_of_x[0], false), (&codes[0], true)] {
        let (browser, _) = half_way(app, &ann).await;
        with_recovery_code(&browser, code).await;
        assert_eq!(
            browser.is_signed_in().await,
            works,
            "a recovery code of {}",
            if works { "V" } else { "X" }
        );
    }
    fixture.unharmed(&[]).await;
}

async fn a125_a_mailbox_is_no_second_factor(fixture: &mut AttackFixture) {
    let warning = "whoever reads the mailbox has both";
    let strategy = fixture.strategy();
    let chosen = [("latchkey.sign_in.factors", json!(["totp", "email"]))];
    fixture.app.switch(strategy, &chosen).await;
    assert!(fixture.app.told(&["check"]).contains(warning), "nobody is warned");
    let (ann, authenticator, own, _) = with_app(&fixture.app).await;
    set_up(&fixture.app, &own, &ann, By::Mail).await;
    let forbidden = [("latchkey.sign_in.factors", json!(["passkey", "totp", "sms"]))];
    fixture.app.switch(strategy, &forbidden).await;
    let app = &fixture.app;
    assert!(!app.told(&["check"]).contains(warning));
    app.mailbox.rest(&ann.email).await;
    let (thief, page) = half_way(app, &ann).await;
    assert!(!page.links.iter().any(|link| link.contains("with=email")), "{page}");
    for with in ["email", "totp", ""] {
        let fields = [("with", with), ("next", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        thief.post_only(&Sent { to: "/login/factor/send".into(), fields: fields.into() }).await;
    }
    assert!(app.mailbox.rest(&ann.email).await.is_empty(), "a code that does not count is mailed");
    let page = own.get("/account/factors").await;
    assert!(!page.offers("/account/factors/email/start"), "{page}");
    let page = thief.get("/login/factor").await;
    app.next_code_is_shown();
    prove(&thief, &page, &authenticator.code(app)).await;
    assert!(thief.is_signed_in().await, "who has the app still gets in");
    fixture.unharmed(&["policy.switched"]).await;
}
