//! The one presenter: turns what a route has done into a page or a redirect.

use std::{io::Cursor, sync::Arc};

use rocket::{
    Request, Response,
    http::{Header, Method, Status},
    response::{self, Responder},
};
use serde_json::{Map, Value, json};

use super::{Outcome, Page, Visit, dead_end, form::Refusal, refused::Refused, told, viewer};
use crate::{
    app::App,
    base::{Error, email::Email, fault::Fault},
    core::place,
    view::{
        catalog::FluentValue,
        gzip::{Gzip, Packed},
        templates::Templates,
    },
};

impl<'r> Responder<'r, 'static> for Outcome {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let Some(app) = request.rocket().state::<Arc<App>>() else { return Err(Status::InternalServerError) };
        let page = match self {
            Outcome::Show(page) => page,
            Outcome::Go(to) => {
                if request.method() == Method::Post {
                    Refused::forget(request);
                }
                return see_other(to.at(app.base()));
            }
            Outcome::Refused(page, refusal) => return refuse(app, request, page, &refusal),
            Outcome::Gone(gone) => gone.page(&app.templates),
            Outcome::Incomplete(again) => dead_end::incomplete(again),
            Outcome::TooMany { allowed, instead } => dead_end::too_many(app, allowed, instead),
            Outcome::Failed(status) => dead_end::error(&app.templates, status),
        };
        match (request.method() == Method::Get).then(|| Refused::of(request, page.name)).flatten() {
            Some(refused) => show(app, request, unprocessable(page), refused.errors, refused.typed),
            None => show_filled(app, request, page),
        }
    }
}

impl<'r> Responder<'r, 'static> for Page {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        Outcome::Show(self).respond_to(request)
    }
}

impl<'r> Responder<'r, 'static> for Error {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
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
        Outcome::Failed(status).respond_to(request)
    }
}

/// Refuses a form: a posted one is kept, and its page shows it again; otherwise, or if it is too long to be kept, the
/// answer shows it.
fn refuse(app: &App, request: &Request<'_>, page: Page, refusal: &Refusal) -> response::Result<'static> {
    let (errors, mut typed) = (errors(&app.templates, refusal), page.filled.clone());
    typed.extend(refusal.typed());
    if request.method() == Method::Post
        && let Some(site) = Visit::of(request)
    {
        let place = match &page.home {
            Some(home) => home.at(app.base()),
            None => request.uri().path().to_string(),
        };
        let kept = Refused { page: page.name.to_owned(), place, typed, errors, at: site.now() };
        return match kept.keep(&site) {
            Some(place) => see_other(place),
            None => show(app, request, unprocessable(page), kept.errors, kept.typed),
        };
    }
    show(app, request, unprocessable(page), errors, typed)
}

fn unprocessable(page: Page) -> Page {
    page.status(Status::UnprocessableEntity)
}

fn see_other(place: String) -> response::Result<'static> {
    Response::build().status(Status::SeeOther).header(Header::new("Location", place)).ok()
}

/// Body of a page; one that is the same for everybody may be compressed.
enum Body {
    Cached(Packed),
    Own(String),
}

/// Shows a page, from the cache if it is the same for everybody.
fn show_filled(app: &App, request: &Request<'_>, mut page: Page) -> response::Result<'static> {
    place::settle(&mut page.shown, app.base());
    let told = told::take(app, request);
    let plain = page.filled.is_empty() && told.is_empty() && viewer::email(request).is_none();
    if page.cacheable && plain && app.templates.are_cacheable() {
        let (name, here) = (page.name, request.uri().path().as_str());
        let shown = std::mem::take(&mut page.shown);
        let form = form(&page, Vec::new(), Map::new());
        let render = |shown| app.render(name, shown, here, None, form, &[]);
        return respond(request, &page, app.page_cache.page(name, here, shown, render).map(Body::Cached));
    }
    let typed = std::mem::take(&mut page.filled);
    let body = render(app, request, &mut page, Vec::new(), typed, &told);
    respond(request, &page, body)
}

/// Shows a page with faults and typed values.
fn show(
    app: &App,
    request: &Request<'_>,
    mut page: Page,
    errors: Vec<Value>,
    typed: Map<String, Value>,
) -> response::Result<'static> {
    place::settle(&mut page.shown, app.base());
    let told = told::take(app, request);
    let body = render(app, request, &mut page, errors, typed, &told);
    respond(request, &page, body)
}

fn render(
    app: &App,
    request: &Request<'_>,
    page: &mut Page,
    errors: Vec<Value>,
    typed: Map<String, Value>,
    told: &[String],
) -> Result<Body, Error> {
    let (shown, here) = (std::mem::take(&mut page.shown), request.uri().path().as_str());
    let form = form(page, errors, typed);
    app.render(page.name, shown, here, viewer::email(request), form, told).map(Body::Own)
}

fn form(page: &Page, errors: Vec<Value>, typed: Map<String, Value>) -> Value {
    json!({ "errors": errors, "values": typed, "fields": page.inputs })
}

fn respond(request: &Request<'_>, page: &Page, body: Result<Body, Error>) -> response::Result<'static> {
    let body = body.map_err(|error| {
        log::error!("{error}");
        Status::InternalServerError
    })?;
    let mut response = Response::build();
    response.status(page.status).raw_header("Content-Type", "text/html; charset=utf-8");
    match body {
        Body::Cached(page) => page.fill(Gzip::of(request), &mut response),
        Body::Own(html) => _ = response.sized_body(html.len(), Cursor::new(html)),
    }
    if let Some(seconds) = page.retry {
        response.header(Header::new("Retry-After", seconds.to_string()));
    }
    response.ok()
}

/// Faults in words.
fn errors(templates: &Templates, refusal: &Refusal) -> Vec<Value> {
    let said = |(field, label, fault): (&str, Option<&str>, &Fault)| json!({ "field": field, "text": say(templates, field, label, fault) });
    refusal.faults().into_iter().map(said).collect()
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
