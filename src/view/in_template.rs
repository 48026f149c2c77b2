//! A template of the application as the layout of our pages, in whichever engine of `rocket_dyn_templates`.

use std::borrow::Cow;

use rocket::{Orbit, Request, Rocket};
use rocket_dyn_templates::Template;

use super::layout::{Frame, Layout};

/// Returns a layout made from one of the application's templates: for the name `frame`, `frame.html.tera` or
/// `frame.html.hbs` in its `template_dir`. The key `latchkey.layout = "frame"` does the same.
///
/// The application attaches `Template::fairing()` of `rocket_dyn_templates`, before or after Latchkey. The template is
/// given `title`, which is text, `head` and `main`, which are HTML, `language`, and `status`:
///
/// ```html
/// <!doctype html>
/// <html lang="{{ language }}">
/// <head>
///   <meta charset="utf-8">
///   <meta name="viewport" content="width=device-width, initial-scale=1">
///   <title>{{ title }} · Notes</title>
///   {{ head | safe }}
/// </head>
/// <body><main>{{ main | safe }}</main></body>
/// </html>
/// ```
///
/// In Handlebars the last two are `{{{ head }}}` and `{{{ main }}}`. An application whose template does not escape `title`,
/// or escapes `main`, does not launch: titles may contain what people typed. Tera escapes in files named `.html.tera` alone.
///
/// ```no_run
/// use rocket::launch;
/// use rocket_dyn_templates::Template;
///
/// #[launch]
/// fn rocket() -> _ {
///     let latchkey = latchkey::fairing().layout(latchkey::in_template("frame"));
///     rocket::build().attach(latchkey).attach(Template::fairing())
/// }
/// ```
pub fn in_template(name: impl Into<Cow<'static, str>>) -> impl Layout {
    InTemplate(name.into())
}

struct InTemplate(Cow<'static, str>);

#[rocket::async_trait]
impl Layout for InTemplate {
    async fn frame(&self, frame: &Frame, request: &Request<'_>) -> Option<String> {
        Template::show(request.rocket(), self.0.clone(), frame)
    }

    fn fault(&self, rocket: &Rocket<Orbit>) -> Option<String> {
        let name = &self.0;
        let why = match Template::show(rocket, name.clone(), Frame::sample()) {
            None => format!(
                "cannot be rendered: attach Template::fairing() of rocket_dyn_templates, and put {name}.html.tera (or \
                 .hbs) into template_dir; it is given title, head, main, language and status"
            ),
            // Tera escapes nothing in a template whose name does not end like this.
            Some(page) if page.to_lowercase().contains(Frame::SAMPLE_TITLE) => format!(
                "does not escape the title: name the file {name}.html.tera or {name}.html.hbs, and write {{{{ title }}}}"
            ),
            Some(page) if page.contains("&lt;div") => {
                "escapes the page: write {{ main | safe }}, or {{{ main }}} in Handlebars".to_owned()
            }
            Some(_) => return None,
        };
        Some(format!("the layout \"{name}\" {why}"))
    }
}
