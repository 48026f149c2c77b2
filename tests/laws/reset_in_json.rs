//! Resets by programs, and by scripts of pages, under each strategy.

use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};

use crate::common::{Capabilities, NEW, Person, Program, Reply, Setting, TestApp};

for_both_databases! {
    a_fault_goes_by_the_name_that_was_sent,
}

for_every_strategy! {
    a_password_is_reset_in_json,
}

async fn a_fault_goes_by_the_name_that_was_sent(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let place = link.strip_prefix(&app.url).unwrap_or(&link);
    let program = app.program();
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
        let reset = Reset { app: &app, program: app.program_with_cookies(), is_page };
        reset.through(&person).await;
        assert!(app.opens(&person.email, NEW).await);
    }
}

/// A reset by a program, which may be a script of a page of the site.
struct Reset<'a> {
    app: &'a TestApp,
    program: Program,
    is_page: bool,
}

impl Reset<'_> {
    async fn through(&self, person: &Person) {
        let (app, strategy) = (self.app, self.app.setting.strategy);
        self.send("/reset", None, json!({ "email": person.email })).await.done();
        let link = app.mailbox.next_key(&person.email).await.link();
        let said = self.program.get(link.strip_prefix(&app.url).unwrap_or(&link)).await.done();
        let step = said["location"].as_str().expect("the page of the strategy");
        let mut body = json!({ "new_password": NEW });
        if strategy.takes_code() {
            let to = if strategy.needs_phone() { &person.phone } else { &person.email };
            self.button(step, &format!("{step}/send"), json!({})).await;
            body["code"] = json!(app.mailbox.next_code(to).await);
        }
        let said = self.button(step, step, body).await;
        let said = match strategy.mails_password() {
            true => {
                let password = app.mailbox.next_code(&person.email).await;
                self.send("/login", None, json!({ "email": person.email, "password": password })).await.done()
            }
            false => said,
        };
        assert_eq!(said["restricted"] == json!(true), !strategy.ends_with_password(), "{said}");
        if !strategy.ends_with_password() {
            self.program.get("/account").await.refused(400, "WRONG_ORDER");
            self.button("/reset/new-password", "/reset/new-password", json!({ "new_password": NEW })).await;
        }
        assert!(self.program.is_signed_in().await);
    }

    /// Presses a button of a step. A page says which link it means: another may have been opened since.
    async fn button(&self, step: &str, place: &str, body: Value) -> Value {
        let shown = self.program.get(step).await.done();
        let id = shown["ticket"]["id"].as_str().filter(|_| self.is_page);
        if self.is_page {
            for wrong in [None, Some("0198c0de-0000-7000-8000-000000000000")] {
                self.send(place, wrong, body.clone()).await.refused(400, "INVALID_RESET_PASSWORD_TOKEN");
            }
        }
        self.send(place, id, body).await.done()
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
