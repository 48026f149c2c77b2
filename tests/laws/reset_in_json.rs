//! Resets by programs, and by scripts of pages, under each strategy.

use reqwest::{Method, header::CONTENT_TYPE};
use rocket::futures::future::join_all;
use serde_json::{Value, json};

use crate::common::{Capabilities, NEW, OLD, Person, Program, Reply, Setting, TestApp};

for_both_databases! {
    a_fault_goes_by_the_name_that_was_sent,
}

for_every_strategy! {
    a_password_is_reset_in_json,
    a_key_is_good_once_in_json,
    of_many_that_spend_a_key_in_json_one_wins,
    a_newer_key_ends_the_one_before_in_json,
    a_key_ends_in_time_in_json,
    three_wrong_codes_end_the_code_in_json,
}

async fn a_fault_goes_by_the_name_that_was_sent(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let (place, program) = (path(&app, &link), app.program());
    for (body, name) in [
        (json!({}), "password"),
        (json!({ "password": "short" }), "password"),
        (json!({ "new_password": "short" }), "new_password"),
    ] {
        let reply = program.post(place, body).await;
        let names: Vec<_> = reply.response["field_codes"].as_object().expect("a field").keys().collect();
        assert_eq!(names, [name], "{reply:?}");
    }
}

async fn a_password_is_reset_in_json(setting: Setting) {
    let app = setting.app().await;
    for (name, is_page) in [("ann", false), ("bob", true)] {
        let person = app.person(name).await;
        let reset = Reset { is_page, ..Reset::new(&app) };
        reset.ask(&person).await;
        let link = app.mailbox.next_key(&person.email).await.link();
        reset.through(&link, &person).await;
        assert!(app.opens(&person.email, NEW).await);
    }
}

async fn a_key_is_good_once_in_json(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let (first, second) = (Reset::new(&app), Reset::new(&app));
    let (step, body) = first.prepare(&link, &ann).await;
    second.arrive(&link).await;
    first.finish(first.send(&step, None, body.clone()).await, &ann).await;
    for program in [&first, &second] {
        let again = program.send(&step, None, body.clone()).await;
        assert!(again.status == 400 || is_second(&again), "a key is good twice: {again:?}");
    }
    second.program.get(path(&app, &link)).await.refused(400, "INVALID_RESET_PASSWORD_TOKEN");
    assert!(!second.program.is_signed_in().await, "another program is signed in");
    assert!(app.opens(&ann.email, NEW).await);
}

async fn of_many_that_spend_a_key_in_json_one_wins(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let reset = Reset::new(&app);
    let (step, body) = reset.prepare(&link, &ann).await;
    let all: Vec<_> =
        (0..16).map(|_| Reset { program: reset.program.with_same_cookies(), ..reset }).collect();
    let replies = join_all(all.iter().map(|program| program.send(&step, None, body.clone()))).await;
    let won = replies.iter().filter(|reply| reply.status == 200 && !is_second(reply)).count();
    assert_eq!(won, 1, "{replies:?}");
}

async fn a_newer_key_ends_the_one_before_in_json(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let old = app.key(&ann).await.link();
    app.minutes_pass(2);
    let new = app.key(&ann).await.link();
    assert_ne!(old, new);
    let reset = Reset::new(&app);
    reset.program.get(path(&app, &old)).await.refused(400, "INVALID_RESET_PASSWORD_TOKEN");
    reset.through(&new, &ann).await;
}

async fn a_key_ends_in_time_in_json(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let reset = Reset::new(&app);
    let (step, body) = reset.prepare(&link, &ann).await;
    app.minutes_pass(setting.strategy.minutes() + 1);
    reset.send(&step, None, body).await.refused(400, "PASSWORD_RESET_EXPIRED");
    reset.program.get(path(&app, &link)).await.refused(400, "PASSWORD_RESET_EXPIRED");
    assert!(app.opens(&ann.email, OLD).await, "the password has changed");
}

async fn three_wrong_codes_end_the_code_in_json(setting: Setting) {
    if !setting.strategy.takes_code() {
        return;
    }
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let reset = Reset::new(&app);
    let (step, right) = reset.prepare(&link, &ann).await;
    for code in ["000000", "111111", "222222"] {
        let wrong = json!({ "code": code, "new_password": NEW });
        assert_eq!(reset.send(&step, None, wrong).await.status, 400);
    }
    let late = reset.send(&step, None, right).await;
    assert_eq!(late.status, 400, "the code outlives three tries: {late:?}");
    assert!(app.opens(&ann.email, OLD).await, "the password has changed");
}

/// True if an answer leads on without doing anything, because the same was sent before.
fn is_second(reply: &Reply) -> bool {
    reply.status == 200 && reply.response["messages"].to_string().contains("sent twice")
}

/// Path of a link below the site.
fn path<'l>(app: &TestApp, link: &'l str) -> &'l str {
    link.strip_prefix(&app.url).unwrap_or(link)
}

/// A reset by a program, which may be a script of a page of the site.
struct Reset<'a> {
    app: &'a TestApp,
    program: Program,
    is_page: bool,
}

impl<'a> Reset<'a> {
    fn new(app: &'a TestApp) -> Self {
        Self { app, program: app.program_with_cookies(), is_page: false }
    }

    async fn ask(&self, person: &Person) {
        self.send("/reset", None, json!({ "email": person.email })).await.done();
    }

    /// Opens a link; returns the page of the strategy.
    async fn arrive(&self, link: &str) -> String {
        let said = self.program.get(path(self.app, link)).await.done();
        said["location"].as_str().expect("the page of the strategy").to_owned()
    }

    /// Opens a link, and has a code sent if it takes one; returns the place that spends the key, and what it takes.
    async fn prepare(&self, link: &str, person: &Person) -> (String, Value) {
        let step = self.arrive(link).await;
        let strategy = self.app.setting.strategy;
        let mut body = json!({ "new_password": NEW });
        if strategy.takes_code() {
            let to = if strategy.needs_phone() { &person.phone } else { &person.email };
            self.button(&step, &format!("{step}/send"), json!({})).await.done();
            body["code"] = json!(self.app.mailbox.next_code(to).await);
        }
        (step, body)
    }

    /// Goes on after the key is spent, until the new password is set.
    async fn finish(&self, spent: Reply, person: &Person) {
        let strategy = self.app.setting.strategy;
        let said = match strategy.mails_password() {
            true => {
                spent.done();
                let password = self.app.mailbox.next_code(&person.email).await;
                self.send("/login", None, json!({ "email": person.email, "password": password })).await.done()
            }
            false => spent.done(),
        };
        assert_eq!(said["restricted"] == json!(true), !strategy.ends_with_password(), "{said}");
        if !strategy.ends_with_password() {
            self.program.get("/account").await.refused(400, "WRONG_ORDER");
            let place = "/reset/new-password";
            self.button(place, place, json!({ "new_password": NEW })).await.done();
        }
        assert!(self.program.is_signed_in().await);
    }

    async fn through(&self, link: &str, person: &Person) {
        let (step, body) = self.prepare(link, person).await;
        self.finish(self.button(&step, &step, body).await, person).await;
    }

    /// Presses a button of a step. A page says which link it means: another may have been opened since.
    async fn button(&self, step: &str, place: &str, body: Value) -> Reply {
        let shown = self.program.get(step).await.done();
        let id = shown["ticket"]["id"].as_str().filter(|_| self.is_page);
        if self.is_page {
            for wrong in [None, Some("0198c0de-0000-7000-8000-000000000000")] {
                self.send(place, wrong, body.clone()).await.refused(400, "INVALID_RESET_PASSWORD_TOKEN");
            }
        }
        self.send(place, id, body).await
    }

    async fn send(&self, place: &str, form: Option<&str>, body: Value) -> Reply {
        let place = form.map_or_else(|| place.to_owned(), |id| format!("{place}?form={id}"));
        let mut request = self.program.request(Method::POST, &place).header(CONTENT_TYPE, "application/json");
        if self.is_page {
            request = request.header("Origin", &self.app.url);
        }
        self.program.send(request.body(body.to_string())).await
    }
}
