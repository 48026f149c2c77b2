//! A142 to A147: X has V's tokens, or V's password alone, and looks for what they open, and for how long.

use latchkey::{
    By, Latchkey, May, Permission, SameOrigin,
    by::{AccessToken, Basic, Session, Token},
};
use reqwest::Method;
use rocket::{Build, Rocket, futures::future::join_all, get, post, routes};
use serde_json::{Value, json};

use crate::{
    common::{
        Change, NEW, OTHER, Person, Program, Setting, TestApp,
        factors::{remove, with_app},
    },
    csrf::filled,
    everywhere::FIELDS,
    log,
    own_strategy::Host,
    pending,
};

attacks! {
    Host =>
        a142_no_token_outlives_what_ends_it,
        a143_a_used_refresh_token_ends_the_thief,
        a144_a_token_is_taken_from_its_headers_alone,
        a145_two_callers_are_never_mixed,
        a146_a_token_reaches_what_it_was_given,
        a147_basic_is_no_way_round;
}

struct Read;

impl Permission for Read {
    const NAME: &'static str = "posts.read";
}

struct Write;

impl Permission for Write {
    const NAME: &'static str = "posts.write";
}

#[get("/read")]
fn read(me: May<'_, Read>) -> String {
    me.email().to_owned()
}

#[post("/write")]
fn write(_ours: SameOrigin, me: May<'_, Write>) -> String {
    me.email().to_owned()
}

#[get("/any")]
fn any(me: By<'_, (Session, Token, AccessToken, Basic)>) -> String {
    me.email().to_owned()
}

#[get("/basic")]
fn basic(me: By<'_, Basic>) -> String {
    me.email().to_owned()
}

fn attach(rocket: Rocket<Build>, latchkey: Latchkey) -> Rocket<Build> {
    rocket
        .mount(
            "/x",
            routes![
                read,
                write,
                any,
                basic,
                pending::account,
                pending::perhaps,
                pending::fresh,
                pending::editor
            ],
        )
        .attach(latchkey)
}

async fn app(setting: &Setting, more: &[Change<'_>]) -> TestApp {
    let own = [
        ("latchkey.session.refresh_tokens", json!("body")),
        ("latchkey.permissions.editor", json!(["posts.read", "posts.write"])),
    ];
    setting.attached(&[&own, more].concat(), attach).await
}

/// V, who is an editor.
async fn victim(app: &TestApp) -> Person {
    let v = app.person("v").await;
    app.latchkey(&["user", "role", &v.email, "--add", "editor"]);
    v
}

/// V's tokens, each in the hands of a thief.
struct Stolen {
    token: Program,
    refresh: String,
    access: Program,
}

fn thief(app: &TestApp, token: &Value) -> Program {
    let thief = app.program();
    thief.carry(Some(token.as_str().expect("a token")));
    thief
}

/// Signs V in, makes an access token, and copies all.
async fn steal(app: &TestApp, v: &Person) -> Stolen {
    let body = json!({ "email": v.email, "password": v.password });
    let user = app.program().post("/login?include_auth_token", body).await.done()["user"].take();
    let token = thief(app, &user["authentication_token"]);
    let body = json!({ "name": "script", "days": 7, "permissions": ["posts.read"] });
    let said = token.post("/account/tokens", body).await.done();
    let refresh = user["refresh_token"].as_str().expect("a refresh token").to_owned();
    Stolen { token, refresh, access: thief(app, &said["access_token"]) }
}

async fn status(program: &Program, place: &str) -> u16 {
    program.request(Method::GET, place).send().await.expect("an answer").status().as_u16()
}

async fn refreshes(app: &TestApp, token: &str) -> bool {
    let reply = app.program().post("/refresh-token", json!({ "refresh_token": token })).await;
    assert!([200, 400].contains(&reply.status), "{reply:?}");
    reply.status == 200
}

impl Stolen {
    async fn opens_nothing(&self, app: &TestApp, why: &str) {
        assert_eq!(status(&self.token, "/account").await, 401, "the token after {why}");
        assert_eq!(status(&self.token, "/x/account").await, 401, "the token after {why}");
        assert!(!refreshes(app, &self.refresh).await, "the refresh token after {why}");
        assert_eq!(status(&self.access, "/x/read").await, 401, "the access token after {why}");
    }
}

async fn a142_no_token_outlives_what_ends_it(setting: &Setting) {
    let app = app(setting, &[]).await;
    let mut v = victim(&app).await;

    let stolen = steal(&app, &v).await;
    let owner = app.signed_in(&v).await;
    let page = owner.get("/change").await;
    owner.submit(&page, &[("current-password", &v.password), ("new-password", NEW)]).await;
    stolen.opens_nothing(&app, "a new password").await;
    v.password = NEW.into();

    let stolen = steal(&app, &v).await;
    let link = app.mailbox.rest(&v.email).await.pop().expect("a notice").link();
    let browser = app.browser();
    browser.press(&browser.get(&link).await, "/reset/not-me").await;
    stolen.opens_nothing(&app, "\"this wasn't me\"").await;
    let key = app.mailbox.next_key(&v.email).await.link();
    v = app.recover(&browser, &v, &key, OTHER).await;

    let stolen = steal(&app, &v).await;
    app.mailbox.rest(&v.email).await;
    app.minutes_pass(61);
    let stolen_later = steal(&app, &v).await;
    app.mailbox.rest(&v.email).await;
    let key = app.key(&v).await.link();
    v = app.recover(&app.browser(), &v, &key, NEW).await;
    stolen.opens_nothing(&app, "a reset").await;
    stolen_later.opens_nothing(&app, "a reset").await;

    let stolen = steal(&app, &v).await;
    app.latchkey(&["user", "disable", &v.email]);
    stolen.opens_nothing(&app, "disabling").await;
    app.latchkey(&["user", "enable", &v.email]);
    stolen.opens_nothing(&app, "disabling and enabling").await;

    let stolen = steal(&app, &v).await;
    stolen.token.post("/logout", json!({})).await.done();
    assert_eq!(status(&stolen.token, "/account").await, 401, "signing out");
    assert!(!refreshes(&app, &stolen.refresh).await, "signing out");
    app.stop().await;
}

async fn a143_a_used_refresh_token_ends_the_thief(setting: &Setting) {
    let app = app(setting, &[]).await;
    let v = victim(&app).await;
    let stolen = steal(&app, &v).await;
    let refresh = json!({ "refresh_token": stolen.refresh });
    let of_v = app.program().post("/refresh-token", refresh).await.done()["user"].take();
    app.minutes_pass(1);
    let copies = join_all((0..16).map(|_| refreshes(&app, &stolen.refresh))).await;
    assert!(!copies.contains(&true), "a copy is good");
    assert_eq!(status(&thief(&app, &of_v["authentication_token"]), "/account").await, 401, "V is not told");
    assert!(!refreshes(&app, of_v["refresh_token"].as_str().expect("the next")).await, "the family goes on");
    let told = app.told(&["events", "--kind", "refresh.replayed"]);
    assert_eq!(told.matches("refresh.replayed").count(), 1, "{told}");
    app.stop().await;
}

async fn a144_a_token_is_taken_from_its_headers_alone(setting: &Setting) {
    let begun = log::begin();
    let app = app(setting, &[]).await;
    let v = victim(&app).await;
    let body = json!({ "email": v.email, "password": v.password });
    let user = app.program().post("/login?include_auth_token", body).await.done()["user"].take();
    let owner = thief(&app, &user["authentication_token"]);
    let body = json!({ "name": "script", "days": 7, "permissions": ["posts.read"] });
    let access = owner.post("/account/tokens", body).await.done()["access_token"].take();
    for token in [&user["authentication_token"], &user["refresh_token"], &access] {
        let token = token.as_str().expect("a token");
        let nobody = app.program();
        for place in ["/x/read", "/x/any", "/x/perhaps", "/account"] {
            for name in ["auth_token", "authentication_token", "token", "access_token", "api_key"] {
                let reply = nobody.request(Method::GET, &format!("{place}?{name}={token}")).send().await;
                let text = reply.expect("an answer").text().await.expect("a text");
                assert!(!text.contains(&v.email), "{place}?{name}=");
            }
            for (header, value) in [
                (
                    "Cookie",
                    format!("latchkey_session={token}; latchkey_access_token={token}; auth_token={token}"),
                ),
                ("Referer", format!("{}/?auth_token={token}", app.url)),
                ("X-Auth-Token", token.to_owned()),
                ("Authorization", format!("Token {token}")),
                ("Authorization", format!("Basic {token}")),
            ] {
                let reply = nobody.request(Method::GET, place).header(header, value).send().await;
                let text = reply.expect("an answer").text().await.expect("a text");
                assert!(!text.contains(&v.email), "{place} {header}");
            }
        }
        let body = json!({ "auth_token": token, "authentication_token": token, "access_token": token });
        assert_ne!(nobody.post("/account/tokens", body).await.status, 200);
        let key = &token[token.len() - 43..]; // 32 bytes in base64url, which may contain _
        assert!(log::since(begun).iter().all(|line| !line.contains(key)), "it is in the log");
    }
    app.stop().await;
}

async fn a145_two_callers_are_never_mixed(setting: &Setting) {
    let app = app(setting, &[]).await;
    let (v, x) = (victim(&app).await, app.person("x").await);
    let body = json!({ "name": "script", "days": 7, "permissions": [] });
    let stolen = steal(&app, &v).await;
    let of_x = steal_without_permission(&app, &x, body).await;
    let cookies = app.signed_in(&v).await.jar().header().expect("cookies");
    for place in ["/x/any", "/x/perhaps", "/x/account", "/x/read", "/account"] {
        // X's token in V's browser never does what V may do.
        let reply = of_x.request(Method::GET, place).header("Cookie", &cookies).send().await;
        let text = reply.expect("an answer").text().await.expect("a text");
        assert!(!text.contains(&v.email), "{place}: {text}");
    }
    let two = stolen.access.request(Method::GET, "/x/read");
    let two = two.header("Authorization", format!("Bearer {}", "A".repeat(43))).send().await;
    assert_eq!(two.expect("an answer").status(), 401);
    let with_password = of_x.request(Method::GET, "/x/any").basic_auth(&v.email, Some(&v.password));
    let text = with_password.send().await.expect("an answer").text().await.expect("a text");
    assert!(!text.contains(&v.email), "a token counts before a password: {text}");
    app.stop().await;
}

async fn steal_without_permission(app: &TestApp, x: &Person, body: Value) -> Program {
    let user = app
        .program()
        .post("/login?include_auth_token", json!({ "email": x.email, "password": x.password }))
        .await
        .done()["user"]
        .take();
    let said = thief(app, &user["authentication_token"]).post("/account/tokens", body).await.done();
    thief(app, &said["access_token"])
}

async fn a146_a_token_reaches_what_it_was_given(setting: &Setting) {
    let app = app(setting, &[]).await;
    let v = victim(&app).await;
    let Stolen { access, .. } = steal(&app, &v).await;
    assert_eq!(status(&access, "/x/read").await, 200);
    let write = access.request(Method::POST, "/x/write").send().await.expect("an answer");
    assert_eq!(write.status(), 403);
    for guard in ["account", "fresh", "editor", "basic"] {
        assert_eq!(status(&access, &format!("/x/{guard}")).await, 401, "{guard}");
    }
    let perhaps = access.request(Method::GET, "/x/perhaps").send().await.expect("an answer");
    assert_eq!(perhaps.text().await.expect("a text"), "nobody");
    let nobody = app.program();
    nobody.carry(Some(&format!("latchkey_pat_{}", "A".repeat(43))));
    let body: serde_json::Map<_, _> = FIELDS
        .iter()
        .map(|name| {
            let value = match *name {
                "email" => "nobody@example.com",
                "password" => &v.password,
                "new_password" => NEW,
                _ => "1",
            };
            ((*name).to_owned(), json!(value))
        })
        .collect();
    for (method, uri) in
        app.routes.iter().filter(|(_, uri)| !uri.starts_with("/x") && !uri.starts_with("/dev"))
    {
        let place = filled(uri);
        let ask = async |program: &Program| {
            let request = program.request(method.clone(), &place);
            let answer = match *method {
                Method::GET => request,
                _ => request.header("Content-Type", "application/json").body(json!(body).to_string()),
            };
            let answer = answer.send().await.expect("an answer");
            let status = answer.status().as_u16();
            (status, answer.text().await.expect("a text"))
        };
        let ((of_thief, text), (of_nobody, _)) = (ask(&access).await, ask(&nobody).await);
        assert_eq!(of_thief, of_nobody, "{method} {place}: {text}");
        assert!(!text.contains(&v.email), "{method} {place} tells of V");
    }
    assert_eq!(status(&access, "/x/read").await, 200, "X has ended it");
    assert!(app.opens(&v.email, &v.password).await);
    app.stop().await;
}

async fn a147_basic_is_no_way_round(setting: &Setting) {
    let app = app(setting, &[("latchkey.limits.enabled", json!(true))]).await;
    let (v, _, own, _) = with_app(&app).await;
    let x = app.person("x").await;
    app.latchkey(&["user", "disable", &x.email]);
    app.register(&app.browser(), "unconfirmed@example.com", OTHER).await;
    let ask = async |name: &str, password: &str| {
        let request = app.program().request(Method::GET, "/x/basic").basic_auth(name, Some(password));
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a text"))
    };
    let wrong = ask("nobody@example.com", OTHER).await;
    assert_eq!(wrong.0, 401);
    for (name, password) in [
        (&*v.email, &*v.password),
        (&v.email, OTHER),
        (&x.email, &x.password),
        ("unconfirmed@example.com", OTHER),
    ] {
        assert_eq!(ask(name, password).await, wrong, "{name}");
    }
    let mut refused = 0;
    for _ in 0..1_000 / 32 {
        let guesses = join_all((0..32).map(|_| ask(&v.email, "a guess of X's"))).await;
        assert!(guesses.iter().all(|(status, _)| [401, 429, 503].contains(status)), "{guesses:?}");
        refused += guesses.iter().filter(|(status, _)| *status == 429).count();
    }
    assert!(refused > 900, "{refused} of 992 guesses were refused by the limit");
    remove(&own).await;
    let page = own.get("/account").await;
    assert_eq!(page.status, 200, "V is shut out: {page}");
    app.stop().await;
}
