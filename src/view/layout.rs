//! Our pages in an application's layout: the parts of a page, and what puts them together.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rocket::{Orbit, Request, Rocket, http::Status};
use serde::Serialize;

use super::language::unescape;
use crate::base::bounded::bounded;

/// Longest time to put a page into a layout.
const LAYOUT_TIMEOUT: Duration = Duration::from_secs(5);

/// An application's layout for our pages, given to [`Latchkey::layout`](crate::Latchkey::layout).
///
/// A function or closure is one; a layout that has to wait for a guard or a database implements the trait. It is called
/// for every page of ours, including error pages, after the page's own work is done.
///
/// ```no_run
/// use latchkey::Frame;
/// use rocket::{Request, http::RawStr, launch};
///
/// fn layout(frame: &Frame, _: &Request<'_>) -> Option<String> {
///     let (title, head, main) = (RawStr::new(frame.title()).html_escape(), frame.head(), frame.main());
///     let language = frame.language();
///     Some(format!(
///         "<!doctype html><html lang={language}><meta charset=utf-8><title>{title}</title>{head}<main>{main}</main>"
///     ))
/// }
///
/// #[launch]
/// fn rocket() -> _ {
///     rocket::build().attach(latchkey::fairing().layout(layout))
/// }
/// ```
///
/// One that shows who is signed in:
///
/// ```no_run
/// use latchkey::{Account, Frame, Layout};
/// use rocket::Request;
///
/// struct Site;
///
/// #[rocket::async_trait]
/// impl Layout for Site {
///     async fn frame(&self, frame: &Frame, request: &Request<'_>) -> Option<String> {
///         let me = request.guard::<Option<&Account>>().await.succeeded().flatten();
///         let nav = if me.is_some() { "signed in" } else { "" };
///         Some(format!("{}<body><nav>{nav}</nav><main>{}</main>", frame.head(), frame.main()))
///     }
/// }
/// ```
#[rocket::async_trait]
pub trait Layout: Send + Sync + 'static {
    /// Returns the whole HTML document. If it returns `None`, panics or takes more than five seconds, the page is shown in
    /// our own layout, and the log says so once.
    async fn frame(&self, frame: &Frame, request: &Request<'_>) -> Option<String>;

    /// Returns the reason why pages cannot be framed, in one line with the remedy; it ends the launch. The default is `None`.
    ///
    /// ```no_run
    /// # use {latchkey::{Frame, Layout}, rocket::{Orbit, Request, Rocket}};
    /// # struct Engine;
    /// # struct Site;
    /// # #[rocket::async_trait]
    /// # impl Layout for Site {
    /// #     async fn frame(&self, _: &Frame, _: &Request<'_>) -> Option<String> { None }
    /// fn fault(&self, rocket: &Rocket<Orbit>) -> Option<String> {
    ///     let missing = rocket.state::<Engine>().is_none();
    ///     missing.then(|| "the layout needs its engine: add .manage(Engine)".into())
    /// }
    /// # }
    /// ```
    fn fault(&self, _rocket: &Rocket<Orbit>) -> Option<String> {
        None
    }
}

#[rocket::async_trait]
impl<F> Layout for F
where
    F: Fn(&Frame, &Request<'_>) -> Option<String> + Send + Sync + 'static,
{
    async fn frame(&self, frame: &Frame, request: &Request<'_>) -> Option<String> {
        self(frame, request)
    }
}

/// The parts of a page of ours, for a [`Layout`]. A template reads them as `title`, `head`, `main`, `language` and
/// `status`.
///
/// ```no_run
/// fn heading(frame: &latchkey::Frame) -> &str {
///     if frame.status().code == 404 { "Nothing here" } else { frame.title() }
/// }
/// ```
#[derive(Clone, Debug, Serialize)]
pub struct Frame {
    title: String,
    head: String,
    main: String,
    language: &'static str,
    status: u16,
}

impl Frame {
    /// Returns the title of the page, without the name of the site: text, which an HTML document has to escape.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Returns the page's part of `<head>`, as HTML: stylesheet, script and `noindex`. Charset, viewport and icon are up to
    /// the layout.
    pub fn head(&self) -> &str {
        &self.head
    }

    /// Returns the content of the page as HTML: one `<div class="latchkey">`, for the layout's `<main>`.
    pub fn main(&self) -> &str {
        &self.main
    }

    /// Returns the language of the page (BCP 47), for `<html lang>`: `en`.
    pub fn language(&self) -> &str {
        self.language
    }

    /// Returns the status of the answer, such as 404 for an error page.
    pub fn status(&self) -> Status {
        Status::new(self.status)
    }

    /// Takes the parts out of a page in our own layout. What people typed is escaped, and so never taken for a tag. `None`
    /// if the layout, which may be replaced, lacks one of them.
    pub(crate) fn of(
        page: &str,
        head: String,
        language: &'static str,
        site: &str,
        status: Status,
    ) -> Option<Self> {
        let title = unescape(between(page, "<title>", "</title>")?);
        let title = title.strip_suffix(&format!(" · {site}")).unwrap_or(&title).trim().to_owned();
        let (_, main) = page.split_once("<main id=\"main\">")?;
        let (main, _) = main.rsplit_once("</main>")?;
        let class = between(page, "<body class=\"", "\"").unwrap_or_default();
        let main = format!("<div class=\"{}\">{main}</div>", format!("latchkey {class}").trim_end());
        Some(Self { title, head, main, language, status: status.code })
    }

    /// Title that shows whether a layout escapes it.
    pub(super) const SAMPLE_TITLE: &str = "<latchkey>";

    /// Returns a page to try a layout with.
    pub(super) fn sample() -> Self {
        let main = "<div class=\"latchkey\"></div>".to_owned();
        Self { title: Self::SAMPLE_TITLE.into(), head: String::new(), main, language: "en", status: 200 }
    }
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    text.split_once(begin)?.1.split_once(end).map(|(inner, _)| inner)
}

/// The layout of an application, with a limit for what it may do to a page.
#[derive(Clone)]
pub struct HostLayout {
    layout: Arc<dyn Layout>,
    /// Whether a page was shown without it.
    failed: Arc<AtomicBool>,
}

impl HostLayout {
    /// Wraps a layout.
    pub fn new(layout: impl Layout) -> Self {
        Self { layout: Arc::new(layout), failed: Arc::default() }
    }

    /// Returns a page in the layout; `None` if it returns none, panics or takes too long.
    pub async fn page(&self, frame: &Frame, request: &Request<'_>) -> Option<String> {
        match bounded(LAYOUT_TIMEOUT, async { self.layout.frame(frame, request).await }).await {
            Ok(Some(page)) => return Some(page),
            Ok(None) => self.tell("returned None"),
            Err(cut) => self.tell(&cut.to_string()),
        }
        None
    }

    /// Logs once why a page is shown without the layout: each request has a line of its own in the log.
    pub fn tell(&self, why: &str) {
        if !self.failed.swap(true, Ordering::Relaxed) {
            log::error!("the layout {why}: such pages are shown in Latchkey's own, which is not said again");
        }
    }

    /// Returns why pages cannot be framed, if that is known at launch.
    pub fn fault(&self, rocket: &Rocket<Orbit>) -> Option<String> {
        self.layout.fault(rocket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(page: &str) -> Option<Frame> {
        Frame::of(page, String::new(), "en", "A & B", Status::NotFound)
    }

    #[test]
    fn the_parts_are_those_of_the_page() {
        let page =
            "<title>You can&#39;t · A &amp; B</title><body class=\"wide\"><main id=\"main\">\n<p>1</main>";
        let frame = parts(page).unwrap();
        assert_eq!((frame.title(), frame.status().code), ("You can't", 404));
        assert_eq!(frame.main(), "<div class=\"latchkey wide\">\n<p>1</div>");
    }

    #[test]
    fn a_layout_without_them_has_no_parts() {
        assert!(parts("<title>x</title><main>1</main>").is_none());
        assert!(parts("<main id=\"main\">1</main>").is_none());
    }
}
