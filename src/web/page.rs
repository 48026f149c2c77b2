//! The one responder: routes say what happened, and here it becomes a page, a redirect or an error page.

use std::{borrow::Cow, io::Cursor, sync::Arc};

use rocket::{
    Request, Response,
    http::{Header, Status},
    response::{self, Responder},
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    fields::Faults,
    gzip::{Gzip, Packed},
    templates::Templates,
};
use crate::{
    Error,
    account::{fault::Fault, session},
    app::App,
};

/// A page: its template's name, what it shows, and what is wrong with the form on it.
pub struct Page {
    name: &'static str,
    status: Status,
    shown: Map<String, Value>,
    typed: Map<String, Value>,
    faults: Faults,
    still: bool,
}

/// What a route answers.
pub enum Answer {
    /// A page.
    Page(Page),
    /// Go to a path of this site.
    Go(Cow<'static, str>),
}

impl Answer {
    /// Go to a path of this site.
    pub fn go(path: impl Into<Cow<'static, str>>) -> Self {
        Answer::Go(path.into())
    }
}

impl From<Page> for Answer {
    fn from(page: Page) -> Self {
        Answer::Page(page)
    }
}

impl Page {
    /// The page of the template `name`.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            status: Status::Ok,
            shown: Map::new(),
            typed: Map::new(),
            faults: Faults::default(),
            still: false,
        }
    }

    /// Shows `value` as `name`.
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.shown.insert(name.to_owned(), json!(value));
        self
    }

    /// Keeps what was typed into a field. Never a password.
    pub fn typed(mut self, field: &str, value: &str) -> Self {
        self.typed.insert(field.to_owned(), value.into());
        self
    }

    /// Says what is wrong, with status 422 if anything is.
    pub fn faults(mut self, faults: Faults) -> Self {
        if !faults.is_empty() {
            self.status = Status::UnprocessableEntity;
        }
        self.faults = faults;
        self
    }

    /// Shows everybody the same for as long as the server runs, and so may come from memory.
    pub fn still(mut self) -> Self {
        self.still = true;
        self
    }

    /// Answers with another status than 200.
    pub fn status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    /// The page that every unusable key gets, whatever the reason: it offers to ask again at `again`.
    pub fn unusable(again: &str) -> Self {
        Self::new("reset/unusable").with("again", again).status(Status::Gone)
    }

    /// The page of a link that holds no whole key: it offers to ask again at `again`.
    pub fn incomplete(again: &str) -> Self {
        Self::new("reset/incomplete").with("again", again).status(Status::Gone)
    }

    /// The page of an error.
    pub fn error(templates: &Templates, status: Status) -> Self {
        let key = |part: &str| {
            let key = format!("error-{}-{part}", status.code);
            let known = if templates.knows(&key) { key } else { format!("error-other-{part}") };
            templates.say(&known, &[])
        };
        let retry = (status == Status::ServiceUnavailable).then_some(RETRY_AFTER);
        Self::new("error")
            .with("status", status.code)
            .with("title", key("title"))
            .with("text", key("text"))
            .with("retry", retry)
            .status(status)
    }

    fn body(self, app: &App, request: &Request<'_>) -> Result<Body, Error> {
        let me = session::shown(request);
        let here = request.uri().path().as_str();
        if self.still && me.is_none() && app.templates.are_still() {
            let name = self.name;
            let still = app.stills.page(name, here, self.shown, |shown| {
                app.render(name, shown, here, None, json!({ "errors": [], "values": {} }))
            });
            return still.map(Body::Still);
        }
        let errors: Vec<Value> = self
            .faults
            .iter()
            .map(|(field, fault)| json!({ "field": field, "text": say(&app.templates, fault) }))
            .collect();
        let form = json!({ "errors": errors, "values": self.typed });
        app.render(self.name, self.shown, here, me, form).map(Body::Own)
    }
}

/// What is sent of a page: one that is the same for everybody may be packed.
enum Body {
    Still(Packed),
    Own(String),
}

/// After how many seconds to try again what there was too much to do for.
const RETRY_AFTER: u64 = 5;

fn say(templates: &Templates, fault: &Fault) -> String {
    let args: Vec<_> = fault.args.iter().map(|(name, number)| (*name, (*number).into())).collect();
    templates.say(fault.key, &args)
}

impl App {
    fn render(
        &self,
        name: &str,
        mut shown: Map<String, Value>,
        here: &str,
        me: Option<&str>,
        form: Value,
    ) -> Result<String, Error> {
        shown.insert("site".into(), self.site_context());
        shown.insert("me".into(), json!(me.map(|email| json!({ "email": email }))));
        shown.insert("here".into(), here.into());
        shown.insert("form".into(), form);
        self.templates.render(name, Value::Object(shown))
    }

    fn site_context(&self) -> Value {
        json!({
            "name": self.config().site_name,
            "css": self.templates.address("latchkey.css"),
            "js": self.templates.address("latchkey.js"),
            "icon": self.templates.icon(),
        })
    }
}

impl<'r> Responder<'r, 'static> for Page {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let Some(app) = request.rocket().state::<Arc<App>>() else { return Err(Status::InternalServerError) };
        let status = self.status;
        let body = self.body(app, request).map_err(|error| {
            log::error!("{error}");
            Status::InternalServerError
        })?;
        let mut response = Response::build();
        response.status(status).raw_header("Content-Type", "text/html; charset=utf-8");
        match body {
            Body::Still(page) => page.fill(Gzip::of(request), &mut response),
            Body::Own(html) => _ = response.sized_body(html.len(), Cursor::new(html)),
        }
        if status == Status::ServiceUnavailable {
            response.header(Header::new("Retry-After", RETRY_AFTER.to_string()));
        }
        response.ok()
    }
}

impl<'r> Responder<'r, 'static> for Answer {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        match self {
            Answer::Page(page) => page.respond_to(request),
            Answer::Go(path) => Response::build()
                .status(Status::SeeOther)
                .header(Header::new("Location", path.into_owned()))
                .ok(),
        }
    }
}

impl<'r> Responder<'r, 'static> for Error {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let Some(app) = request.rocket().state::<Arc<App>>() else { return Err(Status::InternalServerError) };
        // Whoever floods the site shall not flood its log: each request has its line, and the meters count.
        if !matches!(self, Error::Busy) {
            log::error!("{self}");
        }
        let status = match self {
            Error::Database(_) | Error::Migration(_) | Error::Busy | Error::Randomness(_) => {
                Status::ServiceUnavailable
            }
            _ => Status::InternalServerError,
        };
        Page::error(&app.templates, status).respond_to(request)
    }
}
