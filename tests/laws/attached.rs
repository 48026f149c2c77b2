//! Latchkey in somebody else's application, which stays as it is.

use std::path::PathBuf;

use latchkey::{Account, Has, Role};
use reqwest::{
    Method,
    header::{ACCEPT, HeaderMap, HeaderValue},
};
use rocket::{Build, Config, Rocket, catch, catchers, error::ErrorKind, get, put, routes};
use serde_json::{Value, json};

use crate::common::{OLD, Setting, TestApp, host};

for_both_databases! {
    only_our_routes_carry_our_headers,
    a_guard_sends_people_to_sign_in_and_back,
    a_guard_answers_programs_in_json,
    no_other_route_answers_for_a_guard_unless_asked,
    a_catcher_of_the_host_comes_first,
    a_host_may_answer_all_refusals,
    no_route_of_the_host_answers_for_ours,
    a_form_of_the_host_may_choose_its_method,
    the_console_and_the_probes_can_be_left_out,
    signing_in_leads_on_into_the_host,
}

struct Editor;

impl Role for Editor {
    const NAME: &'static str = "editor";
}

#[get("/")]
fn home(me: Option<&Account>) -> String {
    me.map_or("hello, stranger".into(), |me| format!("hello, {}", me.email()))
}

#[get("/notes?<page>")]
fn notes(me: &Account, page: u8) -> String {
    format!("page {page} of {}", me.email())
}

#[get("/drafts")]
fn drafts(editor: Has<'_, Editor>) -> String {
    format!("the drafts of {}", editor.email())
}

#[put("/notes")]
fn put_note() -> &'static str {
    "put"
}

#[get("/<path..>", rank = 50)]
fn everything(path: PathBuf) -> String {
    format!("the host's {}", path.display())
}

#[catch(401)]
fn who_are_you() -> &'static str {
    "the host asks who you are"
}

fn plain(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![home, notes, drafts, put_note])
}

async fn app(setting: &Setting, changes: &[(&str, Value)]) -> TestApp {
    setting.attached(changes, |rocket, latchkey| plain(rocket).attach(latchkey)).await
}

async fn only_our_routes_carry_our_headers(setting: Setting) {
    for first in [true, false] {
        let app = setting
            .attached(&[], move |rocket, latchkey| match first {
                true => host::around(plain(rocket.attach(latchkey))),
                false => host::around(plain(rocket)).attach(latchkey),
            })
            .await;
        let mut ours = 0;
        let theirs = ["/", "/notes", "/drafts", "/host"];
        let gets = app.routes.iter().filter(|(method, _)| *method == Method::GET);
        for path in gets.map(|(_, uri)| uri.split(['?', '<']).next().unwrap_or_default()) {
            let answer = app.browser().ask(Method::GET, path).await;
            let header = |name: &str| answer.headers.get(name).map(|value| value.to_str().expect("text"));
            if theirs.contains(&path) {
                assert_eq!(header("content-security-policy"), Some(host::CSP), "{path}");
                assert_eq!(header("x-frame-options"), Some("SAMEORIGIN"), "{path}");
                assert!(header("x-request-id").is_none(), "{path}");
            } else if answer.text() != host::ERROR {
                assert_ne!(header("content-security-policy"), Some(host::CSP), "{path}");
                assert_eq!(header("x-frame-options"), Some("DENY"), "{path}");
                assert_eq!(header("access-control-allow-origin"), None, "{path}");
                assert!(header("x-request-id").is_some(), "{path}");
                ours += 1;
            }
        }
        assert!(ours > 30, "{ours}");
        let lost = app.browser().ask(Method::GET, "/nowhere").await;
        assert_eq!(lost.text(), host::ERROR);
        app.stop().await;
    }
}

async fn a_guard_sends_people_to_sign_in_and_back(setting: Setting) {
    let app = app(&setting, &[]).await;
    let ann = app.person("ann").await;
    assert_eq!(app.browser().ask(Method::GET, "/").await.text(), "hello, stranger");
    let browser = app.browser();
    let page = browser.get("/notes?page=2").await;
    let signed_in = browser.fill(&page, &[("email", &ann.email), ("password", OLD)]);
    assert_eq!(browser.post_only(&signed_in).await.location(), "/notes?page=2");
    let notes = browser.ask(Method::GET, "/notes?page=2").await;
    assert_eq!(notes.text(), "page 2 of ann@example.com");
}

async fn a_guard_answers_programs_in_json(setting: Setting) {
    let app = app(&setting, &[]).await;
    let program = app.browser();
    let json = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    let answer = program.send(program.request(Method::GET, "/notes?page=2").headers(json)).await;
    assert_eq!(answer.status, 401);
    let read: Value = serde_json::from_slice(&answer.body).expect("JSON");
    assert_eq!(
        read,
        json!({ "status": 401, "error": "sign in first", "sign_in": "/login?next=/notes%3Fpage%3D2" })
    );
}

async fn no_other_route_answers_for_a_guard_unless_asked(setting: Setting) {
    for (refusal, answers) in [("error", false), ("forward", true)] {
        let app = setting
            .attached(&[("latchkey.refusal", refusal.into())], |rocket, latchkey| {
                plain(rocket).mount("/", routes![everything]).attach(latchkey)
            })
            .await;
        let answer = app.browser().ask(Method::GET, "/notes?page=2").await;
        assert_eq!(answer.text() == "the host's notes", answers, "{answer:?}");
        app.stop().await;
    }
}

async fn a_catcher_of_the_host_comes_first(setting: Setting) {
    let app = setting
        .attached(&[], |rocket, latchkey| {
            plain(rocket).register("/notes", catchers![who_are_you]).attach(latchkey)
        })
        .await;
    let answer = app.browser().ask(Method::GET, "/notes?page=2").await;
    assert_eq!((answer.status, answer.text().as_str()), (401, "the host asks who you are"));
    assert_eq!(app.browser().ask(Method::GET, "/drafts").await.status, 303);
    assert_eq!(app.browser().ask(Method::GET, "/account").await.location(), "/login?next=/account");
}

async fn a_host_may_answer_all_refusals(setting: Setting) {
    let app = app(&setting, &[("latchkey.refusal", "host".into())]).await;
    assert_eq!(app.browser().ask(Method::GET, "/notes?page=2").await.status, 401);
}

async fn no_route_of_the_host_answers_for_ours(setting: Setting) {
    let app = setting
        .attached(&[], |rocket, latchkey| rocket.mount("/", routes![everything]).attach(latchkey))
        .await;
    assert_eq!(app.browser().ask(Method::GET, "/account").await.location(), "/login?next=/account");
    assert_eq!(app.browser().ask(Method::GET, "/elsewhere").await.text(), "the host's elsewhere");
    let used = app.browser().get(&format!("/reset/{}", "A".repeat(43))).await;
    assert_eq!(used.status, 410, "{}", used.text);
}

async fn a_form_of_the_host_may_choose_its_method(setting: Setting) {
    let app = app(&setting, &[]).await;
    let browser = app.browser();
    let form = |path: &str| {
        let form =
            browser.request(Method::POST, path).header("Content-Type", "application/x-www-form-urlencoded");
        browser.send(form.body("_method=PUT&x=1"))
    };
    assert_eq!(form("/notes").await.text(), "put");
    assert_eq!(form("/login").await.status, 404);
}

async fn the_console_and_the_probes_can_be_left_out(setting: Setting) {
    let changes = [("latchkey.console", json!(false))];
    let app = app(&setting, &changes).await;
    assert_eq!(app.browser().ask(Method::GET, "/admin").await.status, 404);
    assert_eq!(app.browser().ask(Method::GET, "/healthz").await.status, 200);
}

async fn signing_in_leads_on_into_the_host(setting: Setting) {
    let app = app(&setting, &[("latchkey.after_sign_in", "/".into())]).await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let page = browser.get("/login").await;
    let signed_in = browser.fill(&page, &[("email", &ann.email), ("password", OLD)]);
    assert_eq!(browser.post_only(&signed_in).await.location(), "/");
    assert_eq!(browser.ask(Method::GET, "/").await.text(), "hello, ann@example.com");
}

#[rocket::async_test]
async fn a_guard_without_the_fairing_is_reported_at_launch() {
    let refused = plain(rocket::build()).ignite().await.expect_err("nothing is attached");
    assert!(matches!(refused.kind(), ErrorKind::SentinelAborts(_)), "{refused}");
}

#[rocket::async_test]
async fn the_fairing_attached_twice_is_reported_at_launch() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = format!("sqlite://{}", folder.path().join("latchkey.db").display());
    let figment = Config::figment().merge(("databases.latchkey.url", database)).merge(("log_level", "off"));
    let twice = rocket::custom(figment).attach(latchkey::fairing()).attach(latchkey::fairing());
    let refused = twice.ignite().await.expect_err("it is attached twice");
    assert!(matches!(refused.kind(), ErrorKind::FailedFairings(_)), "{refused}");
}
