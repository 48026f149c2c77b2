//! HTTP Basic: a name and a password with each request, where a route of a host application accepts them.

use latchkey::{
    Account, By, May, Permission, SameOrigin,
    by::{Basic, Session},
};
use reqwest::{
    Method, RequestBuilder,
    header::{ACCEPT, AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE},
};
use rocket::{Build, Rocket, get, post, routes};
use serde_json::{Value, json};

use crate::common::{
    Browser, NEW, OTHER, Person, Setting, TestApp,
    factors::{remove, with_app},
    texts,
};

for_both_databases! {
    a_name_and_a_password_open_a_route,
    what_is_not_right_opens_nothing,
    other_routes_ignore_a_password,
    a_second_factor_forbids_it,
    a_factor_that_is_required_forbids_it,
    a_password_opens_no_session,
    its_use_is_recorded_once_in_a_while,
    a_cookie_counts_before_a_password,
    a_page_of_another_site_borrows_no_password,
    wrong_passwords_are_limited_as_at_sign_in,
    a_site_without_passwords_takes_none,
    a_permission_can_be_asked_for_beside_it,
}

struct Read;

impl Permission for Read {
    const NAME: &'static str = "posts.read";
}

#[get("/basic")]
fn basic(me: By<'_, Basic>) -> String {
    me.email().to_owned()
}

#[get("/both")]
fn both(me: By<'_, (Session, Basic)>) -> String {
    me.email().to_owned()
}

#[post("/basic")]
fn changes(_ours: SameOrigin, me: By<'_, Basic>) -> String {
    me.email().to_owned()
}

#[get("/session")]
fn session(me: &Account) -> String {
    me.email().to_owned()
}

#[get("/posts")]
fn posts(me: May<'_, Read, Basic>) -> String {
    me.email().to_owned()
}

fn plain(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![basic, both, changes, session, posts])
}

async fn app(setting: &Setting, changes: &[(&str, Value)]) -> TestApp {
    setting.attached(changes, |rocket, latchkey| plain(rocket).attach(latchkey)).await
}

fn asks(app: &TestApp, method: Method, place: &str) -> RequestBuilder {
    app.program().request(method, place)
}

/// Status of a place for a name and a password, which has to be 200 or 401.
async fn opens_for(app: &TestApp, place: &str, name: &str, password: &str) -> bool {
    let answer =
        asks(app, Method::GET, place).basic_auth(name, Some(password)).send().await.expect("an answer");
    let status = answer.status();
    assert!(status == 200 || status == 401, "{status}");
    status == 200
}

async fn opens(app: &TestApp, ann: &Person) -> bool {
    opens_for(app, "/basic", &ann.email, &ann.password).await
}

async fn a_name_and_a_password_open_a_route(setting: Setting) {
    let app = app(&setting, &[]).await;
    let ann = app.person("ann").await;
    for place in ["/basic", "/both"] {
        assert!(opens_for(&app, place, &ann.email, &ann.password).await);
        assert!(opens_for(&app, place, " ANN@example.com", &ann.password).await);
    }
    let answer = asks(&app, Method::GET, "/basic").send().await.expect("an answer");
    let challenge = answer.headers()[WWW_AUTHENTICATE].to_str().expect("text");
    assert_eq!(
        (answer.status().as_u16(), challenge),
        (401, &*format!("Basic realm=\"{}\", charset=\"UTF-8\"", app.url))
    );
    let page = app.browser().ask(Method::GET, "/basic").await;
    assert!(page.status == 401 && page.headers.contains_key(WWW_AUTHENTICATE), "signing in would not help");
    let page = app.browser().ask(Method::GET, "/both").await;
    assert_eq!(page.location(), "/login?next=/both");
    let of_page = asks(&app, Method::GET, "/both").header("Sec-Fetch-Mode", "cors").send().await;
    let of_page = of_page.expect("an answer");
    let asks_by_itself = of_page.headers().contains_key(WWW_AUTHENTICATE);
    assert!(of_page.status() == 401 && !asks_by_itself, "signing out would not end what the prompt begins");
}

async fn what_is_not_right_opens_nothing(setting: Setting) {
    let app = app(&setting, &[("latchkey.sign_in.usernames", json!("optional"))]).await;
    let (ann, ben) = (app.person("ann").await, app.person("ben").await);
    app.latchkey(&["user", "disable", &ben.email]);
    app.register(&app.browser(), "eve@example.com", OTHER).await;
    let mut bodies = Vec::new();
    for (name, password) in [
        (&*ann.email, OTHER),
        (&ann.email, ""),
        (&ann.email, &*"x".repeat(5000)),
        (&ben.email, &ben.password),
        ("eve@example.com", OTHER),
        ("nobody@example.com", OTHER),
        ("", OTHER),
        ("ann", &ann.password),
        ("ann@example.com\n", "\u{0}"),
        ("a\u{0}b@example.com", OTHER),
        ("a\u{0}b", OTHER),
        (&*format!("{}@example.com", "x".repeat(300)), OTHER),
    ] {
        let request = asks(&app, Method::GET, "/basic").basic_auth(name, Some(password));
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 401, "{name}");
        bodies.push(answer.text().await.expect("a text"));
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    for header in ["Basic", "Basic ", "Basic x", "Basic /w==", "Basic YQ==", "Basic YTpi=", "basic  Og=="] {
        let answer = asks(&app, Method::GET, "/basic").header(AUTHORIZATION, header).send().await;
        assert_eq!(answer.expect("an answer").status(), 401, "{header}");
    }
    let twice = asks(&app, Method::GET, "/basic").basic_auth(&ann.email, Some(&ann.password));
    let twice = twice.header(AUTHORIZATION, "Basic Og==").send().await.expect("an answer");
    assert_eq!(twice.status(), 401, "two of them");
    let told = app.told(&["events", "--kind", "sign_in.failed"]);
    assert!(told.contains(&ann.email), "{told}");
}

async fn other_routes_ignore_a_password(setting: Setting) {
    let app = app(&setting, &[]).await;
    let ann = app.person("ann").await;
    assert!(!opens_for(&app, "/session", &ann.email, &ann.password).await);
    for place in ["/account", "/account/tokens", "/change"] {
        assert!(!opens_for(&app, place, &ann.email, &ann.password).await, "{place}");
    }
    let with_token = asks(&app, Method::GET, "/both").basic_auth(&ann.email, Some(&ann.password));
    let with_token =
        with_token.header("Authentication-Token", "A".repeat(43)).send().await.expect("an answer");
    assert_eq!(with_token.status(), 401, "a token counts before");
}

async fn a_second_factor_forbids_it(setting: Setting) {
    let mut app = app(&setting, &[]).await;
    let (ann, _, own, _) = with_app(&app).await;
    assert!(!opens(&app, &ann).await);
    app.switch(setting.strategy, &[("latchkey.sign_in.second_factor", json!("off"))]).await;
    assert!(!opens(&app, &ann).await, "where nobody is asked for it as well");
    app.switch(setting.strategy, &[("latchkey.sign_in.second_factor", json!("if_set_up"))]).await;
    remove(&own).await;
    assert!(opens(&app, &ann).await);
}

async fn a_factor_that_is_required_forbids_it(setting: Setting) {
    let app = app(&setting, &[("latchkey.sign_in.role.staff.second_factor", json!("required"))]).await;
    let ann = app.person("ann").await;
    assert!(opens(&app, &ann).await);
    app.latchkey(&["user", "role", &ann.email, "--add", "staff"]);
    assert!(!opens(&app, &ann).await);
}

async fn a_password_opens_no_session(setting: Setting) {
    let app = app(&setting, &[]).await;
    let ann = app.person("ann").await;
    let sessions = async || texts(&setting.database, "SELECT browser FROM latchkey_sessions").await.len();
    let before = sessions().await;
    let request = asks(&app, Method::GET, "/both").basic_auth(&ann.email, Some(&ann.password));
    let answer = request.send().await.expect("an answer");
    assert!(answer.status() == 200 && !answer.headers().contains_key("Set-Cookie"), "{answer:?}");
    assert_eq!(sessions().await, before);
    let owner = app.signed_in(&ann).await;
    owner.press(&owner.get("/account/sessions").await, "/account/sessions").await;
    assert!(opens(&app, &ann).await);
    let form = owner.get("/change").await;
    owner.submit(&form, &[("current-password", &ann.password), ("new-password", NEW)]).await;
    assert!(!opens(&app, &ann).await);
    assert!(opens(&app, &Person { password: NEW.into(), ..ann }).await);
}

async fn its_use_is_recorded_once_in_a_while(setting: Setting) {
    let app = app(&setting, &[("latchkey.sign_in.new_browser_notices", json!(true))]).await;
    let ann = app.person("ann").await;
    app.mailbox.rest(&ann.email).await;
    for _ in 0..3 {
        assert!(opens(&app, &ann).await);
    }
    let told = app.told(&["events", "--kind", "sign_in.basic", "--json"]);
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(app.mailbox.next(&ann.email).await.is_notice(), "the owner is told");
    assert_eq!(app.mailbox.rest(&ann.email).await.len(), 0);
    app.minutes_pass(61);
    assert!(opens(&app, &ann).await);
    assert_eq!(app.told(&["events", "--kind", "sign_in.basic", "--json"]).lines().count(), 2);
}

async fn a_cookie_counts_before_a_password(setting: Setting) {
    let app = app(&setting, &[]).await;
    let (ann, ben) = (app.person("ann").await, app.person("ben").await);
    let browser: Browser = app.signed_in(&ben).await;
    let ask = |place| browser.request(Method::GET, place).basic_auth(&ann.email, Some(&ann.password));
    assert_eq!(browser.send(ask("/both")).await.text(), ben.email);
    assert_eq!(browser.send(ask("/basic")).await.text(), ann.email);
}

async fn a_page_of_another_site_borrows_no_password(setting: Setting) {
    let app = app(&setting, &[]).await;
    let ann = app.person("ann").await;
    let ask = || asks(&app, Method::POST, "/basic").basic_auth(&ann.email, Some(&ann.password));
    let answer = ask().header("Origin", "https://elsewhere.example").send().await.expect("an answer");
    assert_eq!(answer.status(), 403);
    assert_eq!(ask().send().await.expect("an answer").status(), 200);
}

async fn wrong_passwords_are_limited_as_at_sign_in(setting: Setting) {
    let app = app(&setting, &[("latchkey.limits.enabled", json!(true))]).await;
    let ann = app.person("ann").await;
    let ask = async |password: &str| {
        let request = asks(&app, Method::GET, "/basic").basic_auth(&ann.email, Some(password));
        let answer = request.header(ACCEPT, "text/html").send().await.expect("an answer");
        (answer.status().as_u16(), answer.headers().get(RETRY_AFTER).cloned())
    };
    let mut wrong = 0;
    let after = loop {
        match ask(OTHER).await {
            (401, None) => wrong += 1,
            (429, Some(after)) => break after,
            other => panic!("{other:?}"),
        }
        assert!(wrong < 100, "nothing stops it");
    };
    assert!(after.to_str().is_ok_and(|seconds| seconds.parse::<u64>().is_ok_and(|seconds| seconds > 0)));
    assert_eq!(ask(&ann.password).await.0, 429, "the right one is not tried either");
    let page = app.sign_in(&app.browser(), &ann.email, &ann.password).await;
    assert_eq!(page.status, 429, "the sign-in page counts apart: {page}");
    app.minutes_pass(61);
    assert_eq!(ask(&ann.password).await.0, 200);
}

async fn a_site_without_passwords_takes_none(setting: Setting) {
    let mut app = app(&setting, &[]).await;
    let ann = app.person("ann").await;
    app.switch(setting.strategy, &[("latchkey.sign_in.methods", json!(["email_link"]))]).await;
    assert!(!opens(&app, &ann).await);
}

async fn a_permission_can_be_asked_for_beside_it(setting: Setting) {
    let app = app(&setting, &[("latchkey.permissions.reader", json!(["posts.read"]))]).await;
    let ann = app.person("ann").await;
    let ask = async || {
        let request = asks(&app, Method::GET, "/posts").basic_auth(&ann.email, Some(&ann.password));
        request.send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(ask().await, 403);
    app.latchkey(&["user", "role", &ann.email, "--add", "reader"]);
    assert_eq!(ask().await, 200);
}
