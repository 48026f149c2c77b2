//! Our pages in the layout of an application.

use std::{fs, path::PathBuf, time::Duration};

use latchkey::{Account, Frame, Latchkey, Layout, Urls, in_template};
use reqwest::{
    Method,
    header::{ACCEPT_ENCODING, CONTENT_LENGTH},
};
use rocket::{
    Build, Request, Rocket, async_trait,
    error::ErrorKind,
    get,
    http::RawStr,
    routes,
    tokio::time::{sleep, timeout},
};
use rocket_dyn_templates::Template;
use serde_json::Value;

use crate::common::{Answer, Browser, Setting, TestApp};

for_both_databases! {
    every_page_is_in_the_layout,
    errors_are_in_the_layout,
    a_page_from_memory_is_framed_for_each_person,
    a_layout_may_wait_for_a_guard,
    a_layout_that_fails_leaves_ours,
    a_template_frames_pages_in_either_engine_and_order,
    a_missing_template_ends_the_launch,
    a_template_that_escapes_wrongly_ends_the_launch,
    a_layout_is_chosen_once,
}

/// At an address that tests ask until it answers; ours is below the base.
#[get("/healthz")]
fn healthz() -> &'static str {
    "up"
}

/// The only text that the layout of these tests adds.
const MARK: &str = "<header>the host's own</header>";

fn around(frame: &Frame, more: &str) -> String {
    let title = RawStr::new(frame.title()).html_escape();
    let (language, head, main, status) = (frame.language(), frame.head(), frame.main(), frame.status().code);
    format!(
        "<!doctype html><html lang=\"{language}\" data-status=\"{status}\"><head><meta charset=\"utf-8\">\
         <title>{title}</title>{head}</head><body>{MARK}{more}<main>{main}</main></body></html>"
    )
}

fn layout(frame: &Frame, _: &Request<'_>) -> Option<String> {
    Some(around(frame, ""))
}

async fn app(setting: &Setting, layout: impl Layout + Copy) -> TestApp {
    setting.attached(&[], move |rocket, latchkey| rocket.attach(latchkey.layout(layout))).await
}

fn is_page(answer: &Answer) -> bool {
    answer.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// True if a page is in the layout, once and whole, with our headers.
fn is_framed(answer: &Answer) -> bool {
    let text = answer.text();
    let header = |name: &str| answer.headers.get(name).map(|value| value.to_str().expect("text"));
    assert_eq!(header(CONTENT_LENGTH.as_str()), Some(&*answer.body.len().to_string()));
    assert_eq!((header("content-encoding"), header("etag")), (None, None));
    assert_eq!(header("cache-control"), Some("no-store"));
    assert!(header("content-security-policy").is_some_and(|policy| policy.contains("style-src 'self'")));
    text.matches("<html").count() == 1
        && text.matches(MARK).count() == 1
        && text.matches("<div class=\"latchkey").count() == 1
        && text.contains(&format!("data-status=\"{}\"", answer.status))
}

async fn ask(browser: &Browser, path: &str) -> Answer {
    browser.send(browser.request(Method::GET, path).header(ACCEPT_ENCODING, "gzip")).await
}

async fn every_page_is_in_the_layout(setting: Setting) {
    let app = app(&setting, layout).await;
    let admin = app.signed_in(&app.admin("root@example.com").await).await;
    let mut pages = 0;
    // The page for developers is one of its own.
    let gets =
        app.routes.iter().filter(|(method, uri)| *method == Method::GET && !uri.starts_with("/api/docs"));
    for path in gets.map(|(_, uri)| uri.split(['?', '<']).next().unwrap_or_default()) {
        for browser in [&admin, &app.browser()] {
            let answer = ask(browser, path).await;
            // Some of these addresses lack their parameter, and nobody answers them.
            if is_page(&answer) && answer.headers.contains_key("x-request-id") {
                assert!(is_framed(&answer), "{path}: {}", answer.text());
                pages += 1;
            }
        }
    }
    assert!(pages > 40, "{pages}");
    let login = app.browser().get("/login").await;
    assert_eq!(login.title, "Sign in");
    let style = login.body.split("href=\"").find(|part| part.contains("-framed.css")).expect("a stylesheet");
    let style = app.browser().ask(Method::GET, style.split('"').next().expect("an address")).await;
    assert!(style.status == 200 && style.text().starts_with(".latchkey {"), "{}", style.text());
}

async fn errors_are_in_the_layout(setting: Setting) {
    let changes = [("latchkey.base", "/auth".into())];
    let app = setting
        .attached(&changes, |rocket, latchkey| {
            rocket.mount("/", routes![healthz]).attach(latchkey.layout(layout))
        })
        .await;
    let browser = app.browser();
    let foreign =
        browser.client().post(format!("{}/auth/login", app.url)).header("Sec-Fetch-Site", "cross-site");
    for (answer, status) in [
        (ask(&browser, "/auth/nowhere").await, 404),
        (ask(&browser, &format!("/auth/reset/{}", "A".repeat(43))).await, 410),
        (ask(&browser, "/auth/reset/set-then-login").await, 410),
        (browser.send(foreign.form(&[("email", "ann@example.com")])).await, 403),
    ] {
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(is_framed(&answer), "{}", answer.text());
    }
    assert!(!ask(&browser, "/elsewhere").await.text().contains(MARK));
}

fn by_name(frame: &Frame, request: &Request<'_>) -> Option<String> {
    Some(around(frame, &format!("<p>for {}</p>", request.headers().get_one("X-Name").unwrap_or_default())))
}

async fn a_page_from_memory_is_framed_for_each_person(setting: Setting) {
    let app = app(&setting, by_name).await;
    for name in ["ann", "bob", "ann"] {
        let browser = app.browser();
        let answer = browser.send(browser.request(Method::GET, "/login").header("X-Name", name)).await;
        assert!(is_framed(&answer) && answer.text().contains(&format!("<p>for {name}</p>")));
    }
}

#[derive(Clone, Copy)]
struct Waits;

#[async_trait]
impl Layout for Waits {
    async fn frame(&self, frame: &Frame, request: &Request<'_>) -> Option<String> {
        let me = request.guard::<Option<&Account>>().await.succeeded().flatten();
        let urls = request.guard::<&Urls>().await.succeeded()?;
        let name = me.map_or("nobody", Account::email);
        Some(around(frame, &format!("<p>{name} <a href=\"{}\">in</a></p>", urls.sign_in())))
    }
}

async fn a_layout_may_wait_for_a_guard(setting: Setting) {
    let app = app(&setting, Waits).await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let (ann, bob, nobody) = (app.signed_in(&ann).await, app.signed_in(&bob).await, app.browser());
    for path in ["/account", "/reset", "/nowhere/x"] {
        for (browser, name) in [(&ann, "ann@example.com"), (&bob, "bob@example.com"), (&nobody, "nobody")] {
            let answer = ask(browser, path).await;
            let is_ours = answer.status == 200;
            assert!(!is_ours || answer.text().contains(&format!("<p>{name} <a href=\"/login\">")), "{path}");
        }
    }
}

#[derive(Clone, Copy)]
enum Fails {
    Panics,
    ReturnsNone,
    Hangs,
}

#[async_trait]
impl Layout for Fails {
    async fn frame(&self, _: &Frame, _: &Request<'_>) -> Option<String> {
        match self {
            Fails::Panics => panic!("a layout's own fault"),
            Fails::ReturnsNone => None,
            Fails::Hangs => {
                sleep(Duration::MAX).await;
                None
            }
        }
    }
}

async fn a_layout_that_fails_leaves_ours(setting: Setting) {
    for fails in [Fails::Panics, Fails::ReturnsNone, Fails::Hangs] {
        let app = app(&setting, fails).await;
        for (path, status) in [("/login", 200), ("/reset/set-then-login", 410)] {
            let answer = ask(&app.browser(), path).await;
            assert_eq!(answer.status, status);
            assert!(answer.text().contains("class=\"brand\"") && !answer.text().contains(MARK));
        }
        app.stop().await;
    }
}

/// Writes the template `frame` for an engine to a folder of the host's, and returns the key that names the folder.
fn template(setting: &Setting, ending: &str, text: &str) -> (&'static str, Value) {
    let folder: PathBuf = setting.folder.join(ending);
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join(format!("frame.html.{ending}")), text).expect("a template");
    ("template_dir", folder.display().to_string().into())
}

const TERA: &str = "<html lang=\"{{ language }}\" data-status=\"{{ status }}\"><title>{{ title }}</title>\
    {{ head | safe }}<header>the host's own</header><main>{{ main | safe }}</main>";
const HANDLEBARS: &str = "<html lang=\"{{ language }}\" data-status=\"{{ status }}\"><title>{{ title }}</title>\
    {{{ head }}}<header>the host's own</header><main>{{{ main }}}</main>";

async fn a_template_frames_pages_in_either_engine_and_order(setting: Setting) {
    let attach = |first: bool, rocket: Rocket<Build>, latchkey: Latchkey| match first {
        true => rocket.attach(latchkey).attach(Template::fairing()),
        false => rocket.attach(Template::fairing()).attach(latchkey),
    };
    for (ending, text, first) in [("tera", TERA, true), ("hbs", HANDLEBARS, false)] {
        let folder = template(&setting, ending, text);
        let by_key = [folder.clone(), ("latchkey.layout", "frame".into())];
        let called = setting
            .attached(&[folder], move |rocket, latchkey| {
                attach(first, rocket, latchkey.layout(in_template("frame")))
            })
            .await;
        let named = setting.attached(&by_key, move |rocket, latchkey| attach(!first, rocket, latchkey)).await;
        for app in [called, named] {
            let answer = ask(&app.browser(), "/login").await;
            assert!(is_framed(&answer), "{}", answer.text());
            assert!(answer.text().contains("<title>Sign in</title>"), "{}", answer.text());
            app.stop().await;
        }
    }
}

async fn a_missing_template_ends_the_launch(setting: Setting) {
    let folder = template(&setting, "tera", TERA);
    for with_fairing in [true, false] {
        let config = setting.config(&[folder.clone(), ("latchkey.layout", "fram".into())]);
        let rocket = rocket::custom(config.figment()).attach(latchkey::fairing());
        let rocket = if with_fairing { rocket.attach(Template::fairing()) } else { rocket };
        let ended = timeout(Duration::from_secs(20), rocket.launch()).await;
        assert!(ended.is_ok(), "it serves pages without the layout");
    }
    let bare = rocket::local::asynchronous::Client::untracked(rocket::custom(rocket::Config {
        log_level: rocket::config::LogLevel::Off,
        ..rocket::Config::debug_default()
    }));
    let why = in_template("frame").fault(bare.await.expect("it starts").rocket()).expect("a fault");
    assert!(why.contains("\"frame\" cannot be rendered: attach Template::fairing()"), "{why}");
}

async fn a_template_that_escapes_wrongly_ends_the_launch(setting: Setting) {
    let unescaped = "does not escape the title: name the file frame.html.tera";
    for (file, text, fault) in [
        ("frame.tera", TERA, Some(unescaped)),
        ("frame.txt.tera", TERA, Some(unescaped)),
        ("frame.html.tera", "<title>{{ title | upper | safe }}</title>{{ main | safe }}", Some(unescaped)),
        ("frame.html.hbs", "<title>{{{ title }}}</title>{{{ main }}}", Some(unescaped)),
        (
            "frame.html.tera",
            "<title>{{ title }}</title>{{ main }}",
            Some("escapes the page: write {{ main | safe }}"),
        ),
        ("frame.html.hbs", "<title>{{ title }}</title>{{ main }}", Some("escapes the page")),
        ("frame.hbs", HANDLEBARS, None),
        ("frame.tera", "<title>{{ title | escape }}</title>{{ main }}", None),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(file), text).expect("a template");
        let config = rocket::Config { log_level: rocket::config::LogLevel::Off, ..Default::default() };
        let figment = rocket::figment::Figment::from(config).merge(("template_dir", folder.path()));
        let host = rocket::custom(figment).attach(Template::fairing());
        let host = rocket::local::asynchronous::Client::untracked(host).await.expect("it starts");
        let found = in_template("frame").fault(host.rocket());
        assert_eq!(found.is_some(), fault.is_some(), "{file} {text}: {found:?}");
        assert!(found.unwrap_or_default().contains(fault.unwrap_or_default()), "{file} {text}");
    }
    let folder = template(&setting, "tera", &TERA.replace("{{ title }}", "{{ title | safe }}"));
    let config = setting.config(&[folder, ("latchkey.layout", "frame".into())]);
    let rocket = rocket::custom(config.figment()).attach(latchkey::fairing()).attach(Template::fairing());
    assert!(timeout(Duration::from_secs(20), rocket.launch()).await.is_ok(), "it serves unescaped titles");
}

async fn a_layout_is_chosen_once(setting: Setting) {
    let config = setting.config(&[("latchkey.layout", "frame".into())]);
    let rocket = rocket::custom(config.figment())
        .attach(latchkey::fairing().layout(|frame: &Frame, _: &Request<'_>| Some(around(frame, ""))));
    let refused = rocket.ignite().await.expect_err("there are two layouts");
    assert!(matches!(refused.kind(), ErrorKind::FailedFairings(_)), "{refused}");
}
