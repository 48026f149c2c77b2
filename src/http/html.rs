//! The presenter for people: turns what a route has done into a page or a redirect.

use std::io::Cursor;

use rocket::{
    Request, Response,
    http::{Header, Method, Status},
    response,
};
use serde_json::{Map, Value, json};

use super::{
    Outcome, Page, Visit, dead_end, flash, form::Refusal, framed, locale, outcome::Unproven,
    refused::Refused, viewer,
};
use crate::{
    app::App,
    base::{email::Email, fault::Fault},
    core::place::{self, Address},
    view::{
        catalog::FluentValue,
        gzip::{Gzip, Packed},
        language::Language,
        layout::Frame,
    },
};

/// Answers a person.
pub(super) fn respond(outcome: Outcome, app: &App, request: &Request<'_>) -> response::Result<'static> {
    let language = locale::language(app, request);
    let page = match outcome {
        Outcome::Show(page) => page,
        Outcome::Go(to) | Outcome::Elsewhere(to) | Outcome::ForStrangers(to) => {
            return go(app, request, &to);
        }
        Outcome::Unproven(Unproven { to, .. }) => return go(app, request, &to),
        Outcome::Unsent(why, to) => {
            if let Some(site) = Visit::of(request) {
                site.flash_all(vec![why]);
            }
            return go(app, request, &to);
        }
        Outcome::Refused(page, refusal) => return refuse(app, request, page, &refusal),
        Outcome::Gone(gone) => gone.page(language),
        Outcome::Incomplete(again) => dead_end::incomplete(again),
        Outcome::TooMany { allowed, instead } => dead_end::too_many(app, language, allowed, instead),
        Outcome::Failed(status) => dead_end::error(language, status),
    };
    let refused = (request.method() == Method::Get).then(|| Refused::of(request, page.name)).flatten();
    show(app, request, page, refused.map(|refused| (refused.errors, refused.typed)))
}

/// Refuses a form: a posted one is kept, and its page shows it again; otherwise, or if it is too long to be kept, the
/// answer shows it.
fn refuse(app: &App, request: &Request<'_>, page: Page, refusal: &Refusal) -> response::Result<'static> {
    let (errors, mut typed) = (errors(locale::language(app, request), refusal), page.filled.clone());
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
            None => show(app, request, page, Some((kept.errors, kept.typed))),
        };
    }
    show(app, request, page, Some((errors, typed)))
}

fn go(app: &App, request: &Request<'_>, to: &Address) -> response::Result<'static> {
    if request.method() == Method::Post {
        Refused::forget(request);
    }
    see_other(to.at(app.base()))
}

fn see_other(place: String) -> response::Result<'static> {
    Response::build().status(Status::SeeOther).header(Header::new("Location", place)).ok()
}

/// Body of a page; one that is the same for everybody may be compressed.
enum Body {
    Cached(Packed),
    Own(String),
}

impl Body {
    fn html(self) -> String {
        match self {
            Body::Cached(page) => String::from_utf8_lossy(page.plain()).into_owned(),
            Body::Own(html) => html,
        }
    }
}

/// Shows a page, with the faults and the typed values of a refused form if there is one.
fn show(
    app: &App,
    request: &Request<'_>,
    page: Page,
    refused: Option<(Vec<Value>, Map<String, Value>)>,
) -> response::Result<'static> {
    let Page { name, status, mut shown, inputs, filled, retry, cacheable, .. } = page;
    place::settle(&mut shown, app.base());
    let language = locale::language(app, request);
    let (me, here, flash) =
        (viewer::email(request), request.uri().path().as_str(), flash::take(app, request));
    let is_plain = refused.is_none() && filled.is_empty() && flash.is_empty() && me.is_none();
    let status = if refused.is_some() { Status::UnprocessableEntity } else { status };
    let (errors, typed) = refused.unwrap_or((Vec::new(), filled));
    let form = json!({ "errors": errors, "values": typed, "fields": inputs });
    let body = if cacheable && is_plain && app.templates.are_cacheable() {
        let render = |shown| language.render(name, app.context(shown, here, None, form, &[]));
        app.page_cache.page(language.locale(), name, here, shown, render).map(Body::Cached)
    } else {
        language.render(name, app.context(shown, here, me, form, &flash)).map(Body::Own)
    };
    let body = body.map_err(|error| {
        log::error!("{error}");
        Status::InternalServerError
    })?;
    let mut response = Response::build();
    response.status(status).raw_header("Content-Type", "text/html; charset=utf-8");
    match body {
        Body::Cached(page) if app.extensions.layout.is_none() => page.fill(Gzip::of(request), &mut response),
        body => {
            let html = body.html();
            if let Some(layout) = &app.extensions.layout {
                let frame = app.frame(&html, language, status);
                if frame.is_none() {
                    layout
                        .tell("is given no page, since layout.html.tera lacks <title> or <main id=\"main\">");
                }
                framed::keep(request, frame);
            }
            response.sized_body(html.len(), Cursor::new(html));
        }
    }
    if let Some(seconds) = retry {
        response.header(Header::new("Retry-After", seconds.to_string()));
    }
    response.ok()
}

/// Returns the faults of a refused form as sentences.
pub fn sentences(language: &Language, refusal: &Refusal) -> Vec<String> {
    refusal.faults().into_iter().map(|(field, label, fault)| say(language, field, label, fault)).collect()
}

/// Faults in words.
fn errors(language: &Language, refusal: &Refusal) -> Vec<Value> {
    let said = |(field, label, fault): (&str, Option<&str>, &Fault)| json!({ "field": field, "text": say(language, field, label, fault) });
    refusal.faults().into_iter().map(said).collect()
}

/// Describes a fault of a field, which the sentence may name as `$field`.
fn say(language: &Language, field: &str, label: Option<&str>, fault: &Fault) -> String {
    if let Some(words) = &fault.words {
        return words.clone();
    }
    let key = format!("field-{field}");
    let field = match label {
        Some(label) => language.say("field-own", &[("label", label.into())]),
        None if language.knows(&key) => language.say(&key, &[]),
        None => language.say("field-other", &[]),
    };
    let numbers = fault.args.iter().map(|(name, number)| (*name, FluentValue::from(*number)));
    let args: Vec<_> = numbers.chain([("field", field.into())]).collect();
    language.say(fault.key, &args)
}

impl App {
    /// Contents of a page, with those of every page.
    fn context(
        &self,
        mut shown: Map<String, Value>,
        here: &str,
        me: Option<&str>,
        form: Value,
        flash: &[String],
    ) -> Value {
        shown.insert("site".into(), self.site_context());
        shown.insert("me".into(), json!(me.map(|email| json!({ "email": email }))));
        shown.insert("here".into(), here.into());
        shown.insert("form".into(), form);
        shown.insert("flash".into(), json!(flash));
        Value::Object(shown)
    }

    /// Takes a page apart for the layout of an application, which gets a stylesheet that leaves its own parts alone.
    fn frame(&self, html: &str, language: &Language, status: Status) -> Option<Frame> {
        let (css, js) =
            (self.templates.address("latchkey-framed.css"), self.templates.address("latchkey.js"));
        let head = format!(
            "<meta name=\"robots\" content=\"noindex\">\n<link rel=\"stylesheet\" href=\"{css}\">\n<script src=\"{js}\" defer></script>"
        );
        Frame::of(html, head, language.locale().tag(), &self.config().site_name, status)
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
