//! Personal access tokens: what a script reaches with the permissions that its owner gave it, and when that ends.

use std::collections::BTreeSet;

use latchkey::{
    Account, By, Fresh, Has, May, Permission, Role, SameOrigin,
    by::{AccessToken, Session, Token},
};
use reqwest::Method;
use rocket::{Build, Rocket, get, post, routes};
use serde_json::{Value, json};

use crate::common::{
    Engine, NEW, Person, Program, Reply, Setting, Strategy, TestApp, Wire, factors::with_app, prove, texts,
};

for_both_databases! {
    a_script_reaches_what_its_token_may,
    a_token_may_no_more_than_its_owner,
    a_token_counts_before_a_cookie,
    a_route_chooses_the_ways_to_be_signed_in,
    a_token_is_shown_once,
    a_token_is_shown_to_nobody_else,
    tokens_are_made_so_often,
    a_token_expires,
    a_token_ends_with_its_owner_s_say,
    signing_out_ends_no_script,
    a_new_password_ends_tokens,
    not_me_ends_tokens,
    a_disabled_account_has_no_tokens,
    a_role_may_have_no_tokens,
    a_token_takes_the_strongest_proof,
    bad_requests_for_tokens_are_refused,
    an_account_has_so_many_tokens,
    the_last_use_is_shown,
}

for_every_strategy! {
    a_reset_ends_tokens,
}

/// Requests whose statements are counted; the server has some work of its own meanwhile.
const ASKED: usize = 200;

#[test]
fn a_guarded_route_takes_one_statement() {
    prove(Strategy::SetThenLogin, Engine::Postgres, async |setting| {
        let (wire, url) = Wire::to(&setting.database).await;
        let setting = Setting { database: url, ..setting };
        let app = app(&setting).await;
        let ann = editor(&app).await;
        let (program, script) = (signed_in(&app, &ann).await, script_of(&app, &ann, &["posts.edit"]).await);
        for (who, place) in [(&program, "/mine"), (&script, "/edit")] {
            assert!(opens(who, place).await, "the first use is recorded");
            let before = wire.statements();
            for _ in 0..ASKED {
                assert!(opens(who, place).await);
            }
            let took = wire.statements() - before;
            assert!(
                (ASKED..ASKED * 3 / 2).contains(&took),
                "{took} statements for {ASKED} requests for {place}"
            );
        }
        app.stop().await;
    });
}

struct Publish;

impl Permission for Publish {
    const NAME: &'static str = "posts.publish";
}

struct Edit;

impl Permission for Edit {
    const NAME: &'static str = "posts.edit";
}

struct Editor;

impl Role for Editor {
    const NAME: &'static str = "editor";
}

#[post("/publish")]
fn publish(_ours: SameOrigin, me: May<'_, Publish>) -> String {
    told(&me)
}

#[get("/edit")]
fn edit(me: May<'_, Edit>) -> String {
    told(&me)
}

#[get("/browser/edit")]
fn edit_in_browser(me: May<'_, Edit, Session>) -> String {
    told(&me)
}

#[get("/mine")]
fn mine(me: &Account) -> String {
    told(me)
}

#[get("/role")]
fn role(me: Has<'_, Editor>) -> String {
    told(&me)
}

#[get("/fresh")]
fn fresh(me: Fresh<'_>) -> String {
    told(&me)
}

#[get("/script")]
fn script(me: By<'_, AccessToken>) -> String {
    told(&me)
}

#[get("/program")]
fn program(me: By<'_, (Token, AccessToken)>) -> String {
    told(&me)
}

#[get("/any")]
fn any(me: By<'_, (Session, Token, AccessToken)>) -> String {
    told(&me)
}

/// Says who it is, with their roles and permissions.
fn told(me: &Account) -> String {
    let roles: Vec<_> = me.roles().collect();
    let permissions: Vec<_> = me.permissions().collect();
    format!("{}: {} / {}", me.email(), roles.join(" "), permissions.join(" "))
}

const EDITORS: &str = "latchkey.permissions.editor";

fn plain(rocket: Rocket<Build>) -> Rocket<Build> {
    let routes = routes![publish, edit, edit_in_browser, mine, role, fresh, script, program, any];
    rocket.mount("/", routes)
}

async fn app(setting: &Setting) -> TestApp {
    let changes = [(EDITORS, json!(["posts.publish", "posts.edit"]))];
    setting.attached(&changes, |rocket, latchkey| plain(rocket).attach(latchkey)).await
}

/// Creates Ann, who is an editor.
async fn editor(app: &TestApp) -> Person {
    let ann = app.person("ann").await;
    app.latchkey(&["user", "role", &ann.email, "--add", "editor"]);
    ann
}

/// Signs in; the program has a token for a quarter of an hour, and no cookies.
async fn signed_in(app: &TestApp, ann: &Person) -> Program {
    let program = app.program();
    let body = json!({ "email": ann.email, "password": ann.password });
    let reply = program.post("/login?include_auth_token", body).await;
    program.carry(Some(reply.token().expect("a token")));
    program
}

async fn ask(owner: &Program, permissions: &[&str]) -> Reply {
    let body = json!({ "name": "Nightly backup", "days": 30, "permissions": permissions });
    owner.post("/account/tokens", body).await
}

/// Makes a token, and returns a program that carries it.
async fn script_of(app: &TestApp, ann: &Person, permissions: &[&str]) -> Program {
    let said = ask(&signed_in(app, ann).await, permissions).await.done();
    assert!(app.mailbox.next(&ann.email).await.is_notice(), "the owner is told");
    let program = app.program();
    program.carry(Some(said["access_token"].as_str().expect("an access token")));
    program
}

/// Returns the status and the text of a place of the application.
async fn reach(program: &Program, method: Method, place: &str) -> (u16, String) {
    let answer = program.request(method, place).send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("a text"))
}

async fn opens(program: &Program, place: &str) -> bool {
    let (status, text) = reach(program, Method::GET, place).await;
    assert!([200, 401, 403].contains(&status), "{status} {text}");
    status == 200
}

async fn a_script_reaches_what_its_token_may(setting: Setting) {
    let app = app(&setting).await;
    let ann = editor(&app).await;
    let script = script_of(&app, &ann, &["posts.publish"]).await;
    let ann_s = "ann@example.com:  / posts.publish".to_owned();
    assert_eq!(reach(&script, Method::POST, "/publish").await, (200, ann_s.clone()));
    for place in ["/script", "/program", "/any"] {
        assert_eq!(reach(&script, Method::GET, place).await, (200, ann_s.clone()), "{place}");
    }
    for (place, status) in
        [("/edit", 403), ("/browser/edit", 401), ("/mine", 401), ("/role", 401), ("/fresh", 401)]
    {
        assert_eq!(reach(&script, Method::GET, place).await.0, status, "{place}");
    }
    for (method, place) in &app.routes {
        let ours =
            ["/account", "/admin", "/change", "/verify"].iter().any(|place_of| place.starts_with(place_of));
        if ours && !place.contains('<') && *method == Method::GET {
            let reply = script.get(place).await;
            assert!([400, 401, 404].contains(&reply.status), "{place}: {reply:?}");
        }
    }
    script.get("/account").await.refused(401, "ACCESS_TOKEN_NOT_ACCEPTED");
    let bearer = app.program();
    let said = ask(&signed_in(&app, &ann).await, &[]).await.done();
    let header = format!("Bearer {}", said["access_token"].as_str().expect("a token"));
    let request = bearer.request(Method::GET, "/script").header("Authorization", header);
    assert_eq!(
        request.send().await.expect("an answer").text().await.expect("a text"),
        "ann@example.com:  / "
    );
}

async fn a_token_may_no_more_than_its_owner(setting: Setting) {
    let mut app = app(&setting).await;
    let ann = editor(&app).await;
    let script = script_of(&app, &ann, &["posts.edit", "posts.publish"]).await;
    assert!(opens(&script, "/edit").await);
    app.switch(setting.strategy, &[(EDITORS, json!(["posts.publish"]))]).await;
    assert!(!opens(&script, "/edit").await, "the role has lost the permission");
    app.switch(setting.strategy, &[(EDITORS, json!(["posts.edit"]))]).await;
    assert!(opens(&script, "/edit").await);
    app.latchkey(&["user", "role", &ann.email, "--remove", "editor"]);
    assert!(!opens(&script, "/edit").await, "the owner has lost the role");
}

async fn a_token_counts_before_a_cookie(setting: Setting) {
    let app = app(&setting).await;
    let ann = editor(&app).await;
    let ben = app.person("ben").await;
    let script = script_of(&app, &ann, &["posts.edit"]).await;
    let cookies = app.signed_in(&ben).await.jar().header().expect("cookies");
    let with_cookies = |place: &str| script.request(Method::GET, place).header("Cookie", &cookies).send();
    let text = with_cookies("/any").await.expect("an answer").text().await.expect("a text");
    assert!(text.starts_with("ann@example.com"), "{text}");
    let answer = with_cookies("/mine").await.expect("an answer");
    assert_eq!(
        answer.status(),
        401,
        "a cookie of somebody else takes the place of a token that is not accepted"
    );
    let two =
        script.request(Method::GET, "/any").header("Authorization", format!("Bearer {}", "A".repeat(43)));
    assert_eq!(two.send().await.expect("an answer").status(), 401, "two tokens");
}

async fn a_route_chooses_the_ways_to_be_signed_in(setting: Setting) {
    let app = app(&setting).await;
    let ann = editor(&app).await;
    let (browser, program) = (app.signed_in(&ann).await, signed_in(&app, &ann).await);
    let everything = "ann@example.com: editor / posts.edit posts.publish";
    for (place, in_browser, by_token) in [
        ("/any", true, true),
        ("/mine", true, true),
        ("/edit", true, true),
        ("/browser/edit", true, false),
        ("/program", false, true),
        ("/script", false, false),
    ] {
        let answer = browser.ask(Method::GET, place).await;
        assert_eq!(answer.status == 200, in_browser, "{place} in a browser: {}", answer.status);
        let (status, text) = reach(&program, Method::GET, place).await;
        assert_eq!(status == 200, by_token, "{place} by a token: {status}");
        assert!(!by_token || text == everything, "{place}: {text}");
    }
    for place in ["/program", "/script"] {
        let answer = browser.ask(Method::GET, place).await;
        assert_eq!((answer.status, answer.location()), (401, ""), "{place} leads to sign-in, and that back");
    }
    let stranger = app.browser();
    assert_eq!(stranger.ask(Method::GET, "/any").await.location(), "/login?next=/any");
    let answer = stranger.ask(Method::GET, "/script").await;
    assert_eq!((answer.status, answer.location()), (401, ""), "signing in would not help");
}

async fn a_token_is_shown_once(setting: Setting) {
    let app = app(&setting).await;
    let ann = editor(&app).await;
    let browser = app.signed_in(&ann).await;
    let home = browser.get("/account").await;
    assert!(home.text.contains("Access tokens"), "{home}");
    let page = browser.get("/account/tokens").await;
    let mut sent = browser.fill(&page, &[("name", "Nightly backup")]);
    sent.fields.retain(|(name, _)| name != "permissions");
    sent.fields.push(("permissions".into(), "posts.publish".into()));
    sent.fields.push(("permissions".into(), "posts.edit".into()));
    let page = browser.post(&sent).await;
    assert_eq!(page.path(), "/account/tokens/new", "{page}");
    let start = page.text.find("latchkey_pat_").expect("a token");
    let token: String =
        page.text[start..].chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect();
    assert!(browser.get("/account/tokens/new").await.text.contains(&token), "it is there after a reload");
    let page = browser.press(&page, "/account/tokens/new").await;
    assert!(page.path() == "/account/tokens" && page.text.contains("Nightly backup"), "{page}");
    assert!(!page.text.contains(&token), "{page}");
    assert_eq!(browser.get("/account/tokens/new").await.path(), "/account/tokens");
    let script = app.program();
    script.carry(Some(&token));
    assert!(opens(&script, "/edit").await && reach(&script, Method::POST, "/publish").await.0 == 200);
    let key = token.trim_start_matches("latchkey_pat_");
    let rows = "SELECT name || ' ' || permissions FROM latchkey_access_tokens";
    assert_eq!(texts(&setting.database, rows).await, ["Nightly backup posts.edit posts.publish"]);
    let told = app.told(&["events"]);
    assert!(told.contains("access_token.created") && !told.contains(key), "{told}");
}

async fn a_token_is_shown_to_nobody_else(setting: Setting) {
    let app = app(&setting).await;
    let (ann, ben) = (editor(&app).await, app.person("ben").await);
    let browser = app.signed_in(&ann).await;
    let page = browser.get("/account/tokens").await;
    let page = browser.submit(&page, &[("name", "Nightly backup")]).await;
    assert!(page.text.contains("latchkey_pat_"), "{page}");
    let form = app.browser().get("/login").await;
    let sent = browser.fill(&form, &[("username", &ben.email), ("current-password", &ben.password)]);
    browser.post(&sent).await;
    let page = browser.get("/account").await;
    assert!(page.text.contains(&ben.email), "{page}");
    let page = browser.get("/account/tokens/new").await;
    assert!(page.path() == "/account/tokens" && !page.text.contains("latchkey_pat_"), "{page}");
}

async fn tokens_are_made_so_often(setting: Setting) {
    let changes = [("latchkey.limits.enabled", json!(true))];
    let app = setting.attached(&changes, |rocket, latchkey| plain(rocket).attach(latchkey)).await;
    let ann = app.person("ann").await;
    let owner = signed_in(&app, &ann).await;
    for _ in 0..20 {
        ask(&owner, &[]).await.done();
        let said = owner.get("/account/tokens").await.done();
        let place = format!("/account/tokens/{}", said["tokens"][0]["id"].as_str().expect("an id"));
        owner.post(&place, json!({})).await.done();
    }
    ask(&owner, &[]).await.refused(429, "RATE_LIMITED");
}

async fn a_token_expires(setting: Setting) {
    let app = app(&setting).await;
    let ann = editor(&app).await;
    let script = script_of(&app, &ann, &["posts.edit"]).await;
    app.minutes_pass(30 * 24 * 60 - 1);
    assert!(opens(&script, "/edit").await);
    app.minutes_pass(1);
    assert!(!opens(&script, "/edit").await);
    app.until_removed("SELECT name FROM latchkey_access_tokens").await;
}

async fn a_token_ends_with_its_owner_s_say(setting: Setting) {
    let app = app(&setting).await;
    let (ann, ben) = (editor(&app).await, app.person("ben").await);
    let script = script_of(&app, &ann, &["posts.edit"]).await;
    let owner = signed_in(&app, &ann).await;
    let said = owner.get("/account/tokens").await.done();
    let place = format!("/account/tokens/{}", said["tokens"][0]["id"].as_str().expect("an id"));
    signed_in(&app, &ben).await.post(&place, json!({})).await.done();
    assert!(opens(&script, "/edit").await, "somebody else has ended it");
    owner.post("/account/tokens/x", json!({})).await.refused(404, "NOT_FOUND");
    owner.post(&place, json!({})).await.done();
    assert!(!opens(&script, "/edit").await);
    assert_eq!(owner.get("/account/tokens").await.done()["tokens"], json!([]));
    assert!(app.told(&["events"]).contains("access_token.ended"));
}

async fn signing_out_ends_no_script(setting: Setting) {
    let app = app(&setting).await;
    let ann = editor(&app).await;
    let script = script_of(&app, &ann, &["posts.edit"]).await;
    let (owner, browser) = (signed_in(&app, &ann).await, app.signed_in(&ann).await);
    browser.press(&browser.get("/account/sessions").await, "/account/sessions").await;
    owner.post("/logout", json!({})).await;
    script.post("/logout", json!({})).await;
    assert!(opens(&script, "/edit").await);
}

async fn a_new_password_ends_tokens(setting: Setting) {
    let app = app(&setting).await;
    let ann = editor(&app).await;
    let script = script_of(&app, &ann, &["posts.edit"]).await;
    let owner = signed_in(&app, &ann).await;
    let body = json!({ "password": ann.password, "new_password": NEW, "new_password_confirm": NEW });
    owner.post("/change", body).await.done();
    assert!(!opens(&script, "/edit").await);
}

async fn not_me_ends_tokens(setting: Setting) {
    let app = app(&setting).await;
    let ann = editor(&app).await;
    let said = ask(&signed_in(&app, &ann).await, &["posts.edit"]).await.done();
    let script = app.program();
    script.carry(said["access_token"].as_str());
    assert!(opens(&script, "/edit").await);
    let browser = app.browser();
    let page = browser.get(&app.mailbox.next_notice(&ann.email).await.link()).await;
    browser.press(&page, "/reset/not-me").await;
    assert!(!opens(&script, "/edit").await);
}

async fn a_disabled_account_has_no_tokens(setting: Setting) {
    let app = app(&setting).await;
    let ann = editor(&app).await;
    let script = script_of(&app, &ann, &["posts.edit"]).await;
    app.latchkey(&["user", "disable", &ann.email]);
    assert!(!opens(&script, "/edit").await);
    app.latchkey(&["user", "enable", &ann.email]);
    assert!(!opens(&script, "/edit").await, "it comes back");
}

async fn a_role_may_have_no_tokens(setting: Setting) {
    let mut app = app(&setting).await;
    let (ann, ben) = (editor(&app).await, app.person("ben").await);
    let script = script_of(&app, &ann, &["posts.edit"]).await;
    app.switch(setting.strategy, &[("latchkey.sign_in.role.editor.access_tokens", json!(false))]).await;
    assert!(!opens(&script, "/edit").await && !opens(&script, "/script").await);
    let owner = signed_in(&app, &ann).await;
    let said = owner.get("/account/tokens").await.done();
    assert_eq!(
        (&said["allowed"], said["tokens"].as_array().map(Vec::len)),
        (&json!(false), Some(1)),
        "{said}"
    );
    ask(&owner, &[]).await.refused(400, "ACCESS_TOKENS_OFF");
    script_of(&app, &ben, &[]).await;
    app.switch(setting.strategy, &[("latchkey.sign_in.role.editor.access_tokens", json!(true))]).await;
    assert!(opens(&script, "/edit").await, "it does not work again");
    let told = app.told(&["events", "--kind", "policy.switched"]);
    assert!(told.contains("access_tokens true -> false"), "{told}");
}

async fn a_token_takes_the_strongest_proof(setting: Setting) {
    let app = app(&setting).await;
    let (ann, authenticator, _, codes) = with_app(&app).await;
    let program = app.program();
    let body = json!({ "email": ann.email, "password": ann.password });
    let said = program.post("/login?include_auth_token", body).await.done();
    program.carry(said["tf_token"].as_str());
    assert_ne!(ask(&program, &[]).await.status, 200, "a factor is owed");
    let body = json!({ "code": authenticator.code(&app) });
    let reply = program.post("/tf-validate?include_auth_token", body).await;
    program.carry(Some(reply.token().expect("a token")));
    ask(&program, &[]).await.done();
    app.minutes_pass(14);
    program.post("/verify?include_auth_token", json!({ "code": codes[0] })).await;
    app.minutes_pass(16);
    program.get("/account/tokens").await.refused(401, "UNAUTHENTICATED");
    let browser = app.signed_in(&app.person("ben").await).await;
    app.minutes_pass(16);
    assert_eq!(browser.get("/account/tokens").await.path(), "/login", "the proof is too old");
}

async fn bad_requests_for_tokens_are_refused(setting: Setting) {
    let app = app(&setting).await;
    let ann = editor(&app).await;
    let owner = signed_in(&app, &ann).await;
    let good = || json!({ "name": "Nightly backup", "days": "30", "permissions": "posts.edit" });
    for (field, value, code) in [
        ("name", json!(""), "FIELD_NOT_PROVIDED"),
        ("name", json!("x".repeat(41)), "INPUT_TOO_LONG"),
        ("name", json!(["x"]), "API_ERROR"),
        ("days", json!(31), "INVALID_CHOICE"),
        ("days", Value::Null, "INVALID_CHOICE"),
        ("days", json!({}), "API_ERROR"),
        ("permissions", json!(["posts.edit", "posts.delete"]), "INVALID_CHOICE"),
        ("permissions", json!("posts.edit posts.publish"), "INVALID_CHOICE"),
        ("permissions", json!(7), "INVALID_CHOICE"),
        ("permissions", json!([7]), "API_ERROR"),
        ("permissions", json!([["posts.edit"]]), "API_ERROR"),
        ("permissions", json!({ "posts.edit": true }), "API_ERROR"),
    ] {
        let mut body = good();
        body[field] = value.clone();
        let reply = owner.post("/account/tokens", body).await;
        assert_eq!(reply.response["field_codes"][field], json!([code]), "{field} {value}: {reply:?}");
    }
    let twice = r#"{"name":"x","days":30,"permissions":["posts.edit"],"permissions":["posts.publish"]}"#;
    let twice =
        owner.request(Method::POST, "/account/tokens").header("Content-Type", "application/json").body(twice);
    owner.send(twice).await.refused(400, "API_ERROR");
    assert_eq!(owner.get("/account/tokens").await.done()["tokens"], json!([]));
    owner.post("/account/tokens", good()).await.done();
}

async fn an_account_has_so_many_tokens(setting: Setting) {
    let app = app(&setting).await;
    let ann = editor(&app).await;
    let owner = signed_in(&app, &ann).await;
    let mut tokens = BTreeSet::new();
    for _ in 0..50 {
        tokens.insert(ask(&owner, &[]).await.done()["access_token"].to_string());
    }
    assert_eq!(tokens.len(), 50);
    ask(&owner, &[]).await.refused(400, "TOO_MANY_TOKENS");
    app.minutes_pass(31 * 24 * 60);
    ask(&signed_in(&app, &ann).await, &[]).await.done();
}

async fn the_last_use_is_shown(setting: Setting) {
    let app = app(&setting).await;
    let ann = editor(&app).await;
    let script = script_of(&app, &ann, &["posts.edit"]).await;
    let listed = async || {
        let said = signed_in(&app, &ann).await.get("/account/tokens").await.done();
        said["tokens"][0]["used"].clone()
    };
    assert_eq!(listed().await, Value::Null);
    script.get("/account").await;
    assert_eq!(listed().await, Value::Null, "a page that is not open to it is no use");
    assert!(opens(&script, "/edit").await);
    let first = listed().await;
    assert!(first.is_string(), "{first}");
    app.minutes_pass(3);
    assert!(opens(&script, "/edit").await);
    assert_ne!(listed().await, first);
}

async fn a_reset_ends_tokens(setting: Setting) {
    let app = app(&setting).await;
    let ann = editor(&app).await;
    let script = script_of(&app, &ann, &["posts.edit"]).await;
    let link = app.key(&ann).await.link();
    app.recover(&app.browser(), &ann, &link, NEW).await;
    assert!(!opens(&script, "/edit").await);
}
