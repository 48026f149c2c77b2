//! A page as a person sees it, with checks that hold for every page of the site.

use reqwest::{
    StatusCode,
    header::{self, HeaderMap},
};
use scraper::{Html, Selector};

use super::{
    Form,
    config::{based, below},
    form::Field,
};

/// A page: the answer at the end of all redirects.
#[derive(Clone, Debug)]
pub struct Page {
    /// Status of the last answer.
    pub status: u16,
    /// Status of the first answer, before redirects.
    pub answered: u16,
    /// Final path and query.
    pub place: String,
    pub headers: HeaderMap,
    pub body: String,
    pub title: String,
    /// Visible text of `<main>`, with white space collapsed.
    pub text: String,
    pub forms: Vec<Form>,
    pub links: Vec<String>,
}

/// An address on a page, without the base if it is the site's.
pub(super) fn inside(address: &str) -> String {
    if address.starts_with('/') { below(address).to_owned() } else { address.to_owned() }
}

impl Page {
    pub(super) fn read(
        place: String,
        answered: u16,
        status: StatusCode,
        headers: HeaderMap,
        bytes: Vec<u8>,
    ) -> Page {
        let body = String::from_utf8(bytes).expect("a page is UTF-8");
        let html = Html::parse_document(&body);
        let texts = |selector: &str| -> Vec<String> {
            let selector = Selector::parse(selector).expect("a selector");
            let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
            html.select(&selector).map(|found| words(found.text().collect::<Vec<_>>().join(" "))).collect()
        };
        let forms = Selector::parse("form").expect("a selector");
        let links = Selector::parse("a[href]").expect("a selector");
        let page = Page {
            status: status.as_u16(),
            answered,
            place,
            title: texts("title").concat(),
            text: texts("main").join(" "),
            forms: html.select(&forms).map(Form::read).collect(),
            links: html.select(&links).filter_map(|link| link.attr("href").map(inside)).collect(),
            headers,
            body,
        };
        page.check(&html);
        page
    }

    /// The path, without the query.
    pub fn path(&self) -> &str {
        self.place.split('?').next().unwrap_or_default()
    }

    /// The form that has a field for each of `keys`.
    pub fn form_with(&self, keys: &[&str]) -> &Form {
        let fits = |form: &&Form| form.method == "post" && keys.iter().all(|key| form.field(key).is_some());
        let form = self.forms.iter().find(fits);
        form.unwrap_or_else(|| panic!("no form for {keys:?} on {self}"))
    }

    /// The form that posts to `path`.
    pub fn form_to(&self, path: &str) -> &Form {
        let form = self.forms.iter().find(|form| form.path() == path);
        form.unwrap_or_else(|| panic!("no form to {path} on {self}"))
    }

    /// True if a form has a field for each of `keys`.
    pub fn asks(&self, keys: &[&str]) -> bool {
        self.forms
            .iter()
            .any(|form| form.method == "post" && keys.iter().all(|key| form.field(key).is_some()))
    }

    /// True for the page of an unusable link, whatever reason it gives.
    pub fn is_of_no_use(&self) -> bool {
        const TITLES: [&str; 10] = [
            "This link is not complete",
            "This link does not work",
            "This link has already been used",
            "This link has expired",
            "There is a newer link",
            "This link was cancelled",
            "This link no longer works",
            "This page is out of date",
            "Open your link again",
            "This step has ended",
        ];
        let told = TITLES.iter().any(|title| self.title.starts_with(title));
        let asks = |path: &str| self.offers(path) || self.links.iter().any(|link| link == path);
        told && self.status == 410 && ["/reset", "/confirm", "/account/email"].into_iter().any(asks)
    }

    /// True if it says that the form had been sent before, and leads to where that led.
    pub fn was_sent_twice(&self) -> bool {
        self.answered == 303 && self.body.contains("This was sent twice")
    }

    /// True if a form posts to `path`.
    pub fn offers(&self, path: &str) -> bool {
        self.forms.iter().any(|form| form.path() == path)
    }

    /// Panics unless the page meets the requirements for all pages.
    fn check(&self, html: &Html) {
        let none =
            |selector: &str| html.select(&Selector::parse(selector).expect("a selector")).next().is_none();
        let some = |selector: &str| !none(selector);
        let header = |name| self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let here = &self.place;
        assert_ne!(self.status, 500, "an error of the server at {here}: {}", self.text);
        assert!(header(header::CONTENT_TYPE).starts_with("text/html"), "not a page at {here}: {}", self.body);
        let policy = header(header::CONTENT_SECURITY_POLICY);
        for part in ["default-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"]
        {
            assert!(policy.contains(part), "{here}: the policy lacks {part}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{here}: {policy}");
        assert_eq!(header(header::REFERRER_POLICY), "same-origin", "{here}");
        assert_eq!(header(header::X_CONTENT_TYPE_OPTIONS), "nosniff", "{here}");
        assert!(header(header::CACHE_CONTROL).contains("no-store"), "{here} may be stored");
        assert!(
            some("html[lang]") && some("main") && some("h1") && !self.title.is_empty(),
            "{here} has no frame"
        );
        assert!(
            some(&format!("link[rel=stylesheet][href^='{}']", based("/assets/latchkey"))),
            "{here} is not in the site's look"
        );
        assert!(
            none("style, [style], script:not([src]), [onclick], [onload]"),
            "{here} has style or script inside"
        );
        assert!(
            none("[src^='http'], [src^='//'], link[href^='http'], link[href^='//']"),
            "{here} loads from elsewhere"
        );
        assert!(none("input[type=password][value]:not([value=''])"), "{here} gives a password back");
        for form in &self.forms {
            let is_typed = |field: &&Field| {
                !["hidden", "checkbox", "submit"].contains(&&*field.kind) && field.elsewhere.is_none()
            };
            for field in form.fields.iter().filter(is_typed) {
                assert!(!field.autocomplete.is_empty(), "{here}: {} has no autocomplete", field.name);
                assert!(
                    some(&format!("label[for='{}']", field.name)) || some("label input"),
                    "{here}: {}",
                    field.name
                );
            }
        }
    }
}

impl std::fmt::Display for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let forms: Vec<_> = self
            .forms
            .iter()
            .map(|form| (&form.action, form.fields.iter().map(|field| &field.name).collect::<Vec<_>>()))
            .collect();
        write!(f, "{} {} ({}): {} {forms:?}", self.status, self.place, self.title, self.text)
    }
}
