//! The one responder: routes say what happened, and here it becomes a page, a redirect or an error page.

use std::{borrow::Cow, io::Cursor, sync::Arc};

use rocket::{
    Request, Response,
    http::{Header, Method, Status},
    response::{self, Responder},
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Visit, fields::Faults, refused::Refused, told, viewer};
use crate::{
    app::App,
    base::{Error, clock::Time, email::Email, fault::Fault},
    core::limits::Allowed,
    view::{
        catalog::FluentValue,
        format,
        gzip::{Gzip, Packed},
        templates::Templates,
    },
};

/// A page: its template's name, what it shows, and what is wrong with the form on it.
pub struct Page {
    name: &'static str,
    status: Status,
    shown: Map<String, Value>,
    typed: Map<String, Value>,
    faults: Faults,
    labels: Map<String, Value>,
    retry: Option<u64>,
    still: bool,
    home: Option<String>,
}

/// What a route answers.
pub enum Answer {
    /// A page.
    Page(Page),
    /// Go to a path of this site.
    Go(Cow<'static, str>),
}

/// Why a key opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Why {
    /// It is none that was made here, or so long over that nobody knows it.
    Unknown,
    /// It did what it was for.
    Used,
    /// Its time is over.
    Expired,
    /// There is a newer one.
    Replaced,
    /// Whoever held it ended it.
    Cancelled,
    /// The account changed.
    Withdrawn,
    /// It lives, but the page is another key's, or the policy no longer accepts it.
    Live,
    /// The browser carries none.
    NoCookie,
    /// The session that reaches one step is over.
    Step,
}

impl Why {
    /// The one of this name.
    pub fn named(name: &str) -> Self {
        name.parse().unwrap_or(Why::Unknown)
    }
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
            labels: Map::new(),
            retry: None,
            still: false,
            home: None,
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

    /// Tells what a field of the site's own is called.
    pub fn label(mut self, field: &str, label: &str) -> Self {
        self.labels.insert(field.to_owned(), label.into());
        self
    }

    /// Says after how many seconds to try again.
    fn retry(mut self, seconds: u64) -> Self {
        self.retry = Some(seconds);
        self.with("retry", seconds)
    }

    /// Says what is wrong, with status 422 if anything is.
    pub fn faults(mut self, faults: Faults) -> Self {
        if !faults.is_empty() {
            self.status = Status::UnprocessableEntity;
        }
        self.faults = faults;
        self
    }

    /// Says at which address the form is shown, where that is another than the one it is sent to.
    pub fn home(mut self, place: impl Into<String>) -> Self {
        self.home = Some(place.into());
        self
    }

    /// Shows everybody the same for as long as the server runs, and so may come from memory.
    pub fn cacheable(mut self) -> Self {
        self.still = true;
        self
    }

    /// Answers with another status than 200.
    pub fn status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    /// The page of a key that opens nothing: why, since when, and where to ask again.
    pub fn unusable(templates: &Templates, why: Why, when: Option<Time>, again: &str) -> Self {
        let name: &str = match why {
            // Nobody keeps which registrations became accounts.
            Why::Unknown if again == "/confirm" => "confirm",
            why => why.into(),
        };
        let when = when.map(format::moment).unwrap_or_default();
        let say =
            |part: &str| templates.say(&format!("unusable-{name}-{part}"), &[("when", when.as_str().into())]);
        Self::new("reset/unusable")
            .with("title", say("title"))
            .with("lead", say("lead"))
            .with("again", again)
            .with("email", None::<String>)
            .status(Status::Gone)
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
        let page = Self::new("error")
            .with("status", status.code)
            .with("title", key("title"))
            .with("text", key("text"))
            .with("retry", None::<u64>)
            .with("instead", false)
            .with("support", status == Status::InternalServerError)
            .status(status);
        if status == Status::ServiceUnavailable { page.retry(RETRY_AFTER) } else { page }
    }

    /// The page for what was tried too often: it says when to try again.
    pub fn too_many(app: &App, allowed: Allowed) -> Self {
        let page = Self::error(&app.templates, Status::TooManyRequests);
        match allowed {
            Allowed::At(at) => page.retry(app.now().until(at).as_millis().div_ceil(1000).max(1) as u64),
            Allowed::Yes => page,
        }
    }

    fn body(self, app: &App, request: &Request<'_>, refused: Option<Refused>) -> Result<Body, Error> {
        let me = viewer::email(request);
        let here = request.uri().path().as_str();
        let told = told::take(app, request);
        let still = self.still && self.typed.is_empty() && told.is_empty() && refused.is_none();
        if still && me.is_none() && app.templates.are_cacheable() {
            let name = self.name;
            let still = app.page_cache.page(name, here, self.shown, |shown| {
                app.render(name, shown, here, None, json!({ "errors": [], "values": {} }), &[])
            });
            return still.map(Body::Cached);
        }
        let (errors, typed) = match refused {
            Some(refused) => (refused.errors, refused.typed),
            None => (self.errors(app), self.typed),
        };
        let form = json!({ "errors": errors, "values": typed });
        app.render(self.name, self.shown, here, me, form, &told).map(Body::Own)
    }

    /// What is wrong, in words.
    fn errors(&self, app: &App) -> Vec<Value> {
        let said = |(field, fault): (&str, &Fault)| {
            let label = self.labels.get(field).and_then(Value::as_str);
            json!({ "field": field, "text": say(&app.templates, field, label, fault) })
        };
        self.faults.iter().map(said).collect()
    }

    /// Where the refused form is shown, if this answers one that was sent and can be kept until then.
    fn put_off(&self, app: &App, request: &Request<'_>) -> Option<String> {
        if self.faults.is_empty() || request.method() != Method::Post {
            return None;
        }
        let site = Visit::of(request)?;
        let refused = Refused {
            page: self.name.to_owned(),
            place: self.home.clone().unwrap_or_else(|| request.uri().path().to_string()),
            typed: self.typed.clone(),
            errors: self.errors(app),
            at: site.now(),
        };
        refused.keep(&site)
    }
}

/// What is sent of a page: one that is the same for everybody may be packed.
enum Body {
    Cached(Packed),
    Own(String),
}

/// After how many seconds to try again what there was too much to do for.
const RETRY_AFTER: u64 = 5;

/// What is wrong with a field, which the sentence may name as `$field`.
fn say(templates: &Templates, field: &str, label: Option<&str>, fault: &Fault) -> String {
    let key = format!("field-{field}");
    let field = match label {
        Some(label) => templates.say("field-own", &[("label", label.into())]),
        None if templates.knows(&key) => templates.say(&key, &[]),
        None => templates.say("field-other", &[]),
    };
    let numbers = fault.args.iter().map(|(name, number)| (*name, FluentValue::from(*number)));
    let args: Vec<_> = numbers.chain([("field", field.into())]).collect();
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
        told: &[String],
    ) -> Result<String, Error> {
        shown.insert("site".into(), self.site_context());
        shown.insert("me".into(), json!(me.map(|email| json!({ "email": email }))));
        shown.insert("here".into(), here.into());
        shown.insert("form".into(), form);
        shown.insert("told".into(), json!(told));
        self.templates.render(name, Value::Object(shown))
    }

    fn site_context(&self) -> Value {
        json!({
            "name": self.config().site_name,
            "open": self.config().register.open,
            "min_length": self.config().password.min_length,
            "remember": self.config().session.remember.as_secs() / 3600,
            "contact": self.config().contact.as_deref().map(contact),
            "css": self.templates.address("latchkey.css"),
            "js": self.templates.address("latchkey.js"),
            "icon": self.templates.icon(),
        })
    }
}

/// Where support can be reached: a mail address or a link is one to press.
fn contact(text: &str) -> Value {
    let href = match Email::parse(text) {
        Ok(_) => Some(format!("mailto:{text}")),
        Err(_) => {
            Some(text.to_owned()).filter(|text| text.starts_with("https://") || text.starts_with("http://"))
        }
    };
    json!({ "text": text, "href": href })
}

impl<'r> Responder<'r, 'static> for Page {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let Some(app) = request.rocket().state::<Arc<App>>() else { return Err(Status::InternalServerError) };
        if let Some(place) = self.put_off(app, request) {
            return see_other(place);
        }
        let refused = (request.method() == Method::Get).then(|| Refused::of(request, self.name)).flatten();
        let status = if refused.is_some() { Status::UnprocessableEntity } else { self.status };
        let retry = self.retry;
        let body = self.body(app, request, refused).map_err(|error| {
            log::error!("{error}");
            Status::InternalServerError
        })?;
        let mut response = Response::build();
        response.status(status).raw_header("Content-Type", "text/html; charset=utf-8");
        match body {
            Body::Cached(page) => page.fill(Gzip::of(request), &mut response),
            Body::Own(html) => _ = response.sized_body(html.len(), Cursor::new(html)),
        }
        if let Some(seconds) = retry {
            response.header(Header::new("Retry-After", seconds.to_string()));
        }
        response.ok()
    }
}

fn see_other(place: String) -> response::Result<'static> {
    Response::build().status(Status::SeeOther).header(Header::new("Location", place)).ok()
}

impl<'r> Responder<'r, 'static> for Answer {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        match self {
            Answer::Page(page) => page.respond_to(request),
            Answer::Go(path) => {
                if request.method() == Method::Post {
                    Refused::forget(request);
                }
                see_other(path.into_owned())
            }
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
