//! A015, A016, A115, A116: behind every door of an account with a second factor is the page that asks for it.

use crate::{
    common::{
        Browser, Capabilities, OLD, OTHER, Page, Person, Sent, Strategy,
        factors::{finish, half_way, leave, prove, spend, to_the_factor, undo},
    },
    everywhere::FIELDS,
    fixture::{AttackFixture, V},
    guarded::sign_in_again,
    raw::post,
    tries::{EVERY, SITE},
};

attacks! {
    EVERY => a015_a115_no_reset_goes_round_the_factor, a016_a_reset_leaves_the_factor_where_it_is,
        a116_every_door_leads_to_the_factor;
    SITE => a116_nothing_of_before_the_factor_goes_round_it, a116_no_other_route_is_a_door;
}

/// Events of a key that leads as far as the factor.
fn steps(strategy: Strategy) -> Vec<&'static str> {
    let mut events = vec!["reset.issued"];
    events.extend(strategy.takes_code().then_some("reset.code_sent"));
    events.extend(strategy.mails_password().then_some("reset.password_generated"));
    events
}

async fn a015_a115_no_reset_goes_round_the_factor(fixture: &mut AttackFixture) {
    fixture.guard().await;
    let (thief, stolen) = (fixture.app.browser(), fixture.password());
    let link = fixture.key().await;
    let page = spend(&fixture.app, &fixture.v, &thief, &link, &stolen).await;
    assert_eq!(page.path(), "/login/factor", "the factor is not asked for: {page}");
    let page = prove(&thief, &page, "000000").await;
    assert!(page.text.contains("wrong"), "{page}");
    let form = fixture.strategy().path();
    for browser in [&thief, &thief.other()] {
        for place in [&*link, &form, "/reset/new-password", "/account", "/change", "/account/factors"] {
            let page = browser.get(place).await;
            assert!(!page.asks(&["new_password"]), "{place} goes on: {page}");
        }
        for to in [&*form, "/reset/new-password", "/reset/new-password/skip"] {
            let fields = vec![("new_password".to_owned(), stolen.clone())];
            browser.post_only(&Sent { to: to.into(), fields }).await;
            assert!(!browser.is_signed_in().await, "{to} signs in");
        }
    }
    let page = fixture.app.sign_in(&fixture.app.browser(), V, &stolen).await;
    assert_eq!(page.path(), "/login", "X's password is set: {page}");
    fixture.unharmed(&[&steps(fixture.strategy())[..], &["factor.failed", "sign_in.failed"]].concat()).await;
}

async fn a016_a_reset_leaves_the_factor_where_it_is(fixture: &mut AttackFixture) {
    fixture.guard().await;
    let (browser, password) = (fixture.app.browser(), fixture.password());
    recover(fixture, &browser, &password).await;
    leave(&browser).await;
    let page = fixture.app.sign_in(&browser, V, &password).await;
    assert_eq!(page.path(), "/login/factor", "a reset strips the factor: {page}");
    fixture.unharmed(&["reset.completed"]).await;
}

/// V completes a reset, with V's factor.
async fn recover(fixture: &mut AttackFixture, browser: &Browser, password: &str) {
    let page = to_the_factor(&fixture.app, &fixture.v, browser, password).await;
    let page = fixture.prove(browser, &page).await;
    finish(browser, page, password).await;
    fixture.now_has(password).await;
}

/// A way to a session for whoever has a password, a mailbox, and a phone where that is needed.
#[derive(Clone, Copy, Debug)]
enum Door {
    Password,
    KeptPassword,
    KnownBrowser,
    Link,
    Code,
    Restart,
    NotMe,
}

const DOORS: [Door; 7] = [
    Door::Password,
    Door::KeptPassword,
    Door::KnownBrowser,
    Door::Link,
    Door::Code,
    Door::Restart,
    Door::NotMe,
];

impl Door {
    fn sets_password(self) -> bool {
        !matches!(self, Door::Password | Door::KeptPassword | Door::KnownBrowser)
    }

    /// X goes through it, as far as it leads; `own` is the owner's browser, and `known` has a copy of its former cookies.
    async fn go(
        self,
        fixture: &AttackFixture,
        person: &Person,
        (own, known): (&Browser, &Browser),
        password: &str,
    ) -> (Browser, Page) {
        let (app, browser) = (&fixture.app, fixture.app.browser());
        let form = app.setting.strategy.path();
        let page = match self {
            Door::Password => app.sign_in(&browser, &person.email, &person.password).await,
            Door::KeptPassword => {
                let typed =
                    [("username", &*person.email), ("password", &person.password), ("remember", "on")];
                let page = browser.submit(&browser.get("/login").await, &typed).await;
                browser.close();
                page
            }
            Door::KnownBrowser => {
                browser.with_jar(|jar| *jar = known.jar());
                app.sign_in(&browser, &person.email, &person.password).await
            }
            Door::Link => {
                let link = app.key(person).await.link();
                spend(app, person, &browser, &link, password).await
            }
            Door::Code => {
                let page = browser.submit(&browser.get("/reset").await, &[("email", &person.email)]).await;
                let code = app.mailbox.next_key(&person.email).await.code();
                browser.submit(&page, &[("one-time-code", &code)]).await;
                spend(app, person, &browser, &form, password).await
            }
            Door::Restart => {
                let first = app.browser();
                app.prepare(&first, &app.key(person).await.link(), person).await;
                app.minutes_pass(2);
                let page = browser.get(&app.key(person).await.link()).await;
                if page.path() == "/reset/restart" {
                    browser.press(&page, "/reset/restart").await;
                }
                spend(app, person, &browser, &form, password).await
            }
            Door::NotMe => {
                let changed = format!("{password}, changed");
                let typed = [("current-password", &*person.password), ("new-password", &changed)];
                own.submit(&own.get("/change").await, &typed).await;
                let notice = app.mailbox.next_notice(&person.email).await.link();
                let (undone, page) = undo(app, person, &notice, password).await;
                browser.with_jar(|jar| *jar = undone.jar());
                page
            }
        };
        match page.path() {
            "/reset/new-password" => {
                let page = browser.submit(&page, &[("new-password", password)]).await;
                (browser, page)
            }
            _ => (browser, page),
        }
    }
}

/// Later, with the messages of before read: another text may be sent.
async fn pause(fixture: &AttackFixture, person: &Person) {
    fixture.app.minutes_pass(2);
    for to in [&person.email, &person.phone] {
        fixture.mails(to).await;
    }
}

async fn a116_every_door_leads_to_the_factor(fixture: &mut AttackFixture) {
    fixture.guard().await;
    let mut plain = fixture.app.person(&format!("plain{}", fixture.strategy().slug())).await;
    fixture.enter(fixture.strategy()).await;
    for door in DOORS {
        pause(fixture, &plain).await;
        let (own, known) = (fixture.app.signed_in(&plain).await, fixture.app.signed_in(&plain).await);
        leave(&known).await;
        let password = fixture.password();
        let (browser, page) = door.go(fixture, &plain, (&own, &known), &password).await;
        assert!(browser.is_signed_in().await, "{door:?} is a door of nobody: {page}");
        if door.sets_password() {
            plain.password = password;
        }
    }
    for door in DOORS {
        pause(fixture, &fixture.v).await;
        fixture.own = fixture.signed_in().await;
        let known = fixture.signed_in().await;
        leave(&known).await;
        let password = fixture.password();
        let (thief, page) = door.go(fixture, &fixture.v, (&fixture.own, &known), &password).await;
        assert_eq!(page.path(), "/login/factor", "{door:?} leads past the factor: {page}");
        thief.get("/login/factor?next=/account").await;
        assert!(!thief.is_signed_in().await, "{door:?} signs in");
        thief.close();
        assert!(!thief.is_signed_in().await, "{door:?} signs in later");
    }
    // The last door has ended V's password, as whoever reads V's mail can do.
    let (browser, password) = (fixture.app.browser(), fixture.password());
    fixture.app.minutes_pass(61);
    recover(fixture, &browser, &password).await;
    let restarted = fixture.some_of(&["reset.asked_again", "reset.restarted"]).await;
    let events = ["password.changed", "reset.undone", "reset.completed"];
    fixture.unharmed(&[&events[..], &restarted].concat()).await;
}

async fn a116_nothing_of_before_the_factor_goes_round_it(fixture: &mut AttackFixture) {
    const ANN: &str = "ann@example.com";
    let app = &fixture.app;
    let (own, thief) = (app.browser(), app.browser());
    app.register(&thief, ANN, OTHER).await;
    let other = app.mailbox.next(ANN).await.link();
    app.register(&own, ANN, OLD).await;
    let page = own.get(&app.mailbox.next(ANN).await.link()).await;
    own.press(&page, "/confirm/address").await;
    let ann = Person { email: ANN.into(), password: OLD.into(), phone: String::new() };
    let (early, remembered) = (app.signed_in(&ann).await, app.browser());
    let typed = [("username", ANN), ("password", OLD), ("remember", "on")];
    remembered.submit(&remembered.get("/login").await, &typed).await;
    app.set_up_app(&own).await;

    for browser in [&thief, &app.browser()] {
        let page = browser.get(&other).await;
        if page.offers("/confirm/address") {
            let sent = browser.sent(&page, page.form_to("/confirm/address"), &[("new_password", OTHER)]);
            browser.post_only(&sent).await;
        }
        assert!(!browser.is_signed_in().await, "a link to confirm the address signs in");
    }
    remembered.close();
    assert!(!remembered.is_signed_in().await, "a browser that was remembered without the factor signs in");
    // A session of before goes on, and is never more than that.
    let page = sign_in_again(&early, &ann).await;
    assert_eq!(page.path(), "/login/factor", "{page}");
    for place in ["/account/factors", "/account/factors/totp", "/account/factors/passkey"] {
        assert_eq!(early.get(place).await.path(), "/verify", "{place}");
    }
    let form = own.get("/account/email").await;
    own.submit(&form, &[("email", "anna@example.org"), ("current-password", OLD)]).await;
    let link = app.mailbox.next("anna@example.org").await.link();
    let page = thief.get(&link).await;
    thief.press(&page, "/account/email/confirm").await;
    assert!(!thief.is_signed_in().await, "a link to a new address signs in");
    let ann = Person { email: "anna@example.org".into(), ..ann };
    // Whom an admin lets in owes nothing by that key alone.
    let let_in =
        ["user", "let-in", &*ann.email, "--strategy", "set_then_login", "--reason", "lost the phone"];
    app.latchkey(&let_in);
    half_way(app, &ann).await;
    fixture.unharmed(&[]).await;
}

async fn a116_no_other_route_is_a_door(fixture: &mut AttackFixture) {
    fixture.guard().await;
    let (app, v) = (&fixture.app, &fixture.v);
    for with_pending in [false, true] {
        for (_, uri) in app.routes.iter().filter(|(method, _)| *method == reqwest::Method::POST) {
            let thief = if with_pending { fixture.half_way().await.0 } else { app.browser() };
            let fields = FIELDS.iter().chain(&["with", "answer", "asked", "trust", "current"]).map(|name| {
                let value = match *name {
                    "email" => V,
                    "password" | "new_password" => &v.password,
                    "with" => "totp",
                    "code" => "000000",
                    _ => "1",
                };
                format!("{name}={}", value.replace(' ', "+"))
            });
            let body = fields.collect::<Vec<_>>().join("&");
            post(&thief, &crate::csrf::filled(uri), body).await;
            assert!(!thief.is_signed_in().await, "{uri} is a door");
        }
    }
    fixture.unharmed(&["factor.failed", "reset.issued"]).await;
}
