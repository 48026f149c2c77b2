//! Pages and messages: embedded in the program, each file replaceable by one of the same name on disk.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
    sync::Arc,
};

use include_dir::{Dir, include_dir};
use regex::Regex;
use rocket_dyn_templates::tera::{Context, Tera};
use serde_json::Value;

use super::{
    asset::Asset,
    catalog::{Catalog, FluentValue},
};
use crate::base::{Error, email::readable};

static PAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");
const SENTENCES: (&str, &str) =
    ("locales/en.ftl", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/en.ftl")));

type Files = BTreeMap<String, Cow<'static, [u8]>>;

/// Renders pages and messages, and looks up sentences.
pub struct Templates {
    tera: Tera,
    catalog: Arc<Catalog>,
    assets: BTreeMap<String, Asset>,
    /// Path below which the assets are.
    assets_at: String,
    own: bool,
}

impl Templates {
    /// Loads the embedded templates, sentences and assets. A file in `dir` replaces the embedded one of the same name
    /// before inheritance is resolved; the sentences in its `locales/en.ftl` replace theirs one by one.
    ///
    /// # Errors
    /// [`Error::File`] if `dir` cannot be read, [`Error::Template`] or [`Error::Config`] if a file in it is invalid.
    pub fn load(dir: Option<&Path>, places: &BTreeMap<String, String>) -> Result<Self, Error> {
        let mut files = Files::new();
        embedded(&PAGES, &mut files);
        if let Some(dir) = dir {
            on_disk(dir, dir, &mut files)?;
        }
        let own = files.remove(SENTENCES.0).map(|bytes| text(SENTENCES.0, &bytes)).transpose()?;
        let catalog =
            Catalog::read([SENTENCES].into_iter().chain(own.as_deref().map(|own| (SENTENCES.0, own))))?;
        let catalog = Arc::new(catalog);

        let shown = Regex::new(r"\{\{ place\.([a-z_]+) \}\}|\bplace\.([a-z_]+)").expect("a pattern");
        let mut pages = Vec::new();
        let mut assets = BTreeMap::new();
        for (name, bytes) in files {
            if let Some(page) = name.strip_suffix(".tera") {
                let source = text(&name, &bytes)?;
                let html = page.ends_with(".html");
                let source = placed(&name, &source, &shown, places)?;
                pages.push((page.to_owned(), if html { settle(&source, &catalog) } else { source }));
            } else if let Some(asset) = name.strip_prefix("assets/") {
                assets.extend(Asset::new(asset, bytes.into_owned()).map(|file| (asset.to_owned(), file)));
            }
        }
        let mut tera = Tera::default();
        tera.autoescape_on(vec![".html"]);
        tera.set_escape_fn(escape);
        tera.register_function("fluent", catalog.clone().function());
        tera.register_filter("address", |address: &Value, _: &HashMap<String, Value>| {
            Ok(address.as_str().map_or_else(|| address.clone(), |address| readable(address).into()))
        });
        tera.add_raw_templates(pages)?;
        let assets_at = places.get("assets").cloned().unwrap_or_default();
        Ok(Self { tera, catalog, assets, assets_at, own: dir.is_some() })
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

    /// True if equal contexts give equal pages: a template on disk may also show the time or random values.
    pub fn are_cacheable(&self) -> bool {
        !self.own
    }

    /// Returns the sentence `key`, like [`Catalog::say`].
    pub fn say(&self, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        self.catalog.say(key, args)
    }

    /// Returns the lines of the sentence `key`, each a paragraph of a message.
    pub fn lines(&self, key: &str, args: &[(&str, FluentValue<'_>)]) -> Vec<String> {
        self.say(key, args).lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    /// True if there is a sentence `key`.
    pub fn knows(&self, key: &str) -> bool {
        self.catalog.knows(key)
    }

    /// Returns the file `name` of `assets/`, like `latchkey.css`.
    pub fn asset(&self, name: &str) -> Option<&Asset> {
        self.assets.get(name)
    }

    /// Returns the URL of the icon: a `data:` URL if it is small, which costs no request.
    pub fn icon(&self) -> String {
        const SMALL: usize = 600;
        let icon = self.asset("latchkey.svg").filter(|icon| icon.bytes.plain().len() <= SMALL);
        icon.map_or_else(|| self.address("latchkey.svg"), Asset::inline)
    }

    /// Returns the URL of an asset, which changes with its content: `/assets/latchkey.css?v=0123456789ab`.
    pub fn address(&self, name: &str) -> String {
        let version = self.asset(name).map_or("", |asset| &asset.version);
        format!("{}/{name}?v={version}", self.assets_at)
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

/// Puts addresses in their place: `{{ place.reset }}` becomes `/reset`, and `place.reset` in an expression a string.
fn placed(
    name: &str,
    source: &str,
    shown: &Regex,
    places: &BTreeMap<String, String>,
) -> Result<String, Error> {
    let mut placed = String::with_capacity(source.len());
    let mut end = 0;
    for found in shown.captures_iter(source) {
        let whole = found.get(0).expect("all of it");
        placed.push_str(&source[end..whole.start()]);
        end = whole.end();
        let (place, is_text) = match (found.get(1), found.get(2)) {
            (Some(place), _) => (place.as_str(), true),
            (None, place) => (place.map_or("", |place| place.as_str()), false),
        };
        let path = places.get(place).ok_or_else(|| {
            let known: Vec<_> = places.keys().map(String::as_str).collect();
            Error::Config(format!("{name}: there is no place.{place}; write one of {}", known.join(", ")))
        })?;
        if is_text { placed.push_str(path) } else { placed.extend(["\"", path, "\""]) }
    }
    placed.push_str(&source[end..]);
    Ok(placed)
}

fn text(name: &str, bytes: &[u8]) -> Result<String, Error> {
    let text = std::str::from_utf8(bytes).map_err(|fault| Error::Config(format!("{name}: {fault}")))?;
    Ok(text.to_owned())
}

fn embedded(dir: &'static Dir<'static>, files: &mut Files) {
    files.extend(dir.files().map(|file| (name(file.path()), Cow::from(file.contents()))));
    for inner in dir.dirs() {
        embedded(inner, files);
    }
}

fn on_disk(root: &Path, dir: &Path, files: &mut Files) -> Result<(), Error> {
    let fault = |path: &Path| {
        let path = path.display().to_string();
        move |source| Error::File { path, source }
    };
    for entry in fs::read_dir(dir).map_err(fault(dir))? {
        let path = entry.map_err(fault(dir))?.path();
        let name = name(path.strip_prefix(root).unwrap_or(&path));
        if path.is_dir() {
            on_disk(root, &path, files)?;
        } else if name.ends_with(".tera") || name.starts_with("assets/") || name == SENTENCES.0 {
            files.insert(name, Cow::from(fs::read(&path).map_err(fault(&path))?));
        }
    }
    Ok(())
}

fn name(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests;
