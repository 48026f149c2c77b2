//! One language: its sentences, and all pages and messages with its sentences in them.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use serde_json::Value;
use tera::{Context, Tera};

use super::catalog::{Catalog, FluentValue};
use crate::base::{Error, email::readable, locale::Locale};

/// Renders pages and messages in one language, and looks up its sentences.
pub struct Language {
    tera: Tera,
    catalog: Arc<Catalog>,
}

impl Language {
    /// Puts the sentences of `catalog` into the templates, each given as `(name, source)`.
    ///
    /// # Errors
    /// [`Error::Template`] if a template is invalid.
    pub(super) fn new(catalog: Catalog, pages: &[(String, String)]) -> Result<Self, Error> {
        let catalog = Arc::new(catalog);
        let mut tera = Tera::default();
        tera.autoescape_on(vec![".html"]);
        tera.set_escape_fn(escape);
        tera.register_function("fluent", catalog.clone().function());
        tera.register_filter("address", |address: &Value, _: &HashMap<String, Value>| {
            Ok(address.as_str().map_or_else(|| address.clone(), |address| readable(address).into()))
        });
        let settled = pages.iter().map(|(name, source)| {
            let html = name.ends_with(".html");
            (name, if html { Cow::from(settle(source, &catalog)) } else { Cow::from(source) })
        });
        tera.add_raw_templates(settled)?;
        Ok(Self { tera, catalog })
    }

    /// Returns its locale.
    pub fn locale(&self) -> Locale {
        self.catalog.locale()
    }

    /// Renders `name`; without an extension it is a page: `account/login` is `account/login.html.tera`.
    ///
    /// # Errors
    /// [`Error::Template`] if there is no such template or the context lacks what it needs.
    pub fn render(&self, name: &str, context: Value) -> Result<String, Error> {
        let context = Context::from_value(context)?;
        let page = if name.contains('.') { Cow::from(name) } else { Cow::from(format!("{name}.html")) };
        Ok(self.tera.render(&page, &context)?)
    }

    /// Returns the sentence `key`, like [`Catalog::say`].
    pub fn say(&self, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        self.catalog.say(key, args)
    }

    /// Returns the lines of the sentence `key`, each a paragraph of a message.
    pub fn lines(&self, key: &str, args: &[(&str, FluentValue<'_>)]) -> Vec<String> {
        self.say(key, args).lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    /// Returns the name of a browser within a sentence, which is stored like `Firefox on Linux`, or `?` if it is unknown.
    pub fn browser(&self, stored: &str) -> String {
        match stored.split_once(" on ") {
            None if stored == "?" => self.say("browser-unnamed", &[]),
            Some((browser, system)) => {
                self.say("browser-on", &[("browser", browser.into()), ("system", system.into())])
            }
            None => stored.to_owned(),
        }
    }

    /// The same in a list.
    pub fn browser_or_app(&self, stored: &str) -> String {
        match stored {
            "?" => self.say("browser-unknown", &[]),
            known => self.browser(known),
        }
    }

    /// True if there is a sentence `key`.
    pub fn knows(&self, key: &str) -> bool {
        self.catalog.knows(key)
    }

    /// Names of its templates.
    #[cfg(test)]
    pub(super) fn pages(&self) -> impl Iterator<Item = &str> {
        self.tera.get_template_names()
    }
}

/// Escapes characters that could end a text or a quoted attribute, but not slashes, so that links in mails look like
/// links.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        escaped.push_str(&rest[..at]);
        escaped.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        });
        rest = &rest[at + 1..];
    }
    escaped.push_str(rest);
    escaped
}

/// Returns the text that [`escape`] escaped.
pub(super) fn unescape(html: &str) -> String {
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    entities.iter().fold(html.to_owned(), |text, (entity, character)| text.replace(entity, character))
}

/// Inserts sentences without arguments once, instead of at each rendering: they are most of a page.
fn settle(source: &str, catalog: &Catalog) -> String {
    const OPEN: &str = "{{ fluent(key=\"";
    const CLOSE: &str = "\") }}";
    let mut parts = source.split(OPEN);
    let mut settled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let known = part.split_once(CLOSE).filter(|(key, _)| !key.contains('"') && catalog.knows(key));
        let said =
            known.map(|(key, rest)| (catalog.say(key, &[]), rest)).filter(|(said, _)| !said.contains('{'));
        match said {
            Some((said, rest)) => settled.extend([&escape(&said), rest]),
            None => settled.extend([OPEN, part]),
        }
    }
    settled
}
