//! The one responder: turns the results of routes into pages, redirects and error pages.

use std::{io::Cursor, sync::Arc};

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
    base::{Error, email::Email, fault::Fault},
    core::place::Address,
    view::{
        catalog::FluentValue,
        gzip::{Gzip, Packed},
        shown::{self, View},
        templates::Templates,
    },
};

/// A page: its template, its values, and the faults of the form on it.
pub struct Page {
    name: &'static str,
    status: Status,
    shown: Map<String, Value>,
    typed: Map<String, Value>,
    faults: Faults,
    labels: Map<String, Value>,
    retry: Option<u64>,
    cacheable: bool,
    home: Option<Address>,
    places: Vec<(&'static str, Address)>,
}

/// Answer of a route.
pub enum Answer {
    /// A page.
    Page(Page),
    /// A redirect to a path of this site.
    Go(Address),
}

/// Reason why a key opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Why {
    /// It was not issued here, or so long ago that no record is left.
    Unknown,
    /// It has been used.
    Used,
    /// It has expired.
    Expired,
    /// A newer key replaced it.
    Replaced,
    /// Its holder cancelled it.
    Cancelled,
    /// The account has changed.
    Withdrawn,
    /// It is live, but the page belongs to another key, or the policy no longer accepts it.
    Live,
    /// The browser carries no key.
    NoCookie,
    /// The restricted session for one step has ended.
    Step,
}

impl Why {
    /// Returns the reason with this name.
    pub fn named(name: &str) -> Self {
        name.parse().unwrap_or(Why::Unknown)
    }
}

impl Answer {
    /// Redirects to a path of this site.
    pub fn go(to: impl Into<Address>) -> Self {
        Answer::Go(to.into())
    }
}

impl From<Page> for Answer {
    fn from(page: Page) -> Self {
        Answer::Page(page)
    }
}

impl Page {
    /// A page with these contents.
    pub fn of<V: View>(view: &V) -> Self {
        Self { shown: shown::fields(view), ..Self::new(V::TEMPLATE) }
    }

    fn new(name: &'static str) -> Self {
        Self {
            name,
            status: Status::Ok,
            shown: Map::new(),
            typed: Map::new(),
            faults: Faults::default(),
            labels: Map::new(),
            retry: None,
            cacheable: false,
            home: None,
            places: Vec::new(),
        }
    }

    /// Sets the value `name` of the template.
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.shown.insert(name.to_owned(), json!(value));
        self
    }

    /// Shows an address as `name`.
    pub fn to(mut self, name: &'static str, place: impl Into<Address>) -> Self {
        self.places.push((name, place.into()));
        self
    }

    /// Keeps the typed value of a field. Never a password.
    pub fn typed(mut self, field: &str, value: &str) -> Self {
        self.typed.insert(field.to_owned(), value.into());
        self
    }

    /// Sets the label of a field that the site defines itself.
    pub fn label(mut self, field: &str, label: &str) -> Self {
        self.labels.insert(field.to_owned(), label.into());
        self
    }

    /// Sets the seconds until another try.
    pub(super) fn retry(mut self, seconds: u64) -> Self {
        self.retry = Some(seconds);
        self.with("retry", seconds)
    }

    /// Sets the faults, with status 422 if there are any.
    pub fn faults(mut self, faults: Faults) -> Self {
        if !faults.is_empty() {
            self.status = Status::UnprocessableEntity;
        }
        self.faults = faults;
        self
    }

    /// Sets the address at which the form is shown, if it differs from the one that it is sent to.
    pub fn home(mut self, place: impl Into<Address>) -> Self {
        self.home = Some(place.into());
        self
    }

    /// Allows the page to be cached in memory: it is the same for everybody while the server runs.
    pub fn cacheable(mut self) -> Self {
        self.cacheable = true;
        self
    }

    /// Sets a status other than 200.
    pub fn status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    fn body(mut self, app: &App, request: &Request<'_>, refused: Option<Refused>) -> Result<Body, Error> {
        for (name, place) in &self.places {
            self.shown.insert((*name).to_owned(), place.at(app.base()).into());
        }
        let me = viewer::email(request);
        let here = request.uri().path().as_str();
        let told = told::take(app, request);
        let cacheable = self.cacheable && self.typed.is_empty() && told.is_empty() && refused.is_none();
        if cacheable && me.is_none() && app.templates.are_cacheable() {
            let name = self.name;
            let cacheable = app.page_cache.page(name, here, self.shown, |shown| {
                app.render(name, shown, here, None, json!({ "errors": [], "values": {} }), &[])
            });
            return cacheable.map(Body::Cached);
        }
        let (errors, typed) = match refused {
            Some(refused) => (refused.errors, refused.typed),
            None => (self.errors(app), self.typed),
        };
        let form = json!({ "errors": errors, "values": typed });
        app.render(self.name, self.shown, here, me, form, &told).map(Body::Own)
    }

    /// Faults in words.
    fn errors(&self, app: &App) -> Vec<Value> {
        let said = |(field, fault): (&str, &Fault)| {
            let label = self.labels.get(field).and_then(Value::as_str);
            json!({ "field": field, "text": say(&app.templates, field, label, fault) })
        };
        self.faults.iter().map(said).collect()
    }

    /// Keeps a refused form that was posted; returns the address where it is shown, or `None` if not kept.
    fn put_off(&self, app: &App, request: &Request<'_>) -> Option<String> {
        if self.faults.is_empty() || request.method() != Method::Post {
            return None;
        }
        let site = Visit::of(request)?;
        let refused = Refused {
            page: self.name.to_owned(),
            place: match &self.home {
                Some(home) => home.at(app.base()),
                None => request.uri().path().to_string(),
            },
            typed: self.typed.clone(),
            errors: self.errors(app),
            at: site.now(),
        };
        refused.keep(&site)
    }
}

/// Body of a page; one that is the same for everybody may be compressed.
enum Body {
    Cached(Packed),
    Own(String),
}

/// Describes a fault of a field, which the sentence may name as `$field`.
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

/// Contact for support, with a link if it is a mail address or a URL.
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
                let Some(app) = request.rocket().state::<Arc<App>>() else {
                    return Err(Status::InternalServerError);
                };
                if request.method() == Method::Post {
                    Refused::forget(request);
                }
                see_other(path.at(app.base()))
            }
        }
    }
}

impl<'r> Responder<'r, 'static> for Error {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let Some(app) = request.rocket().state::<Arc<App>>() else { return Err(Status::InternalServerError) };
        // A flood of requests must not flood the log: each request has its line, and the metrics count it.
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
