//! Pages and messages: embedded in the program, each file replaceable by one of the same name on disk.

use std::{borrow::Cow, collections::BTreeMap, fs, path::Path};

use include_dir::{Dir, include_dir};
use regex::Regex;

use super::{
    asset::{self, Asset},
    catalog::{self, Catalog},
    language::Language,
};
use crate::base::{Error, locale::Locale};

static PAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

type Files = BTreeMap<String, Cow<'static, [u8]>>;

/// The pages and messages in every language, and the files that pages load.
pub struct Templates {
    /// In the order of [`Locale::all`].
    languages: Vec<Language>,
    assets: BTreeMap<String, Asset>,
    /// Path below which the assets are.
    assets_at: String,
    own: bool,
}

impl Templates {
    /// Loads the embedded templates, sentences and assets. A file in `dir` replaces the embedded one of the same name
    /// before inheritance is resolved; the sentences in its `locales/<tag>.ftl` replace theirs one by one.
    ///
    /// # Errors
    /// [`Error::File`] if `dir` cannot be read, [`Error::Template`] or [`Error::Config`] if a file in it is invalid.
    pub fn load(dir: Option<&Path>, places: &BTreeMap<String, String>) -> Result<Self, Error> {
        let mut files = Files::new();
        embedded(&PAGES, &mut files);
        if let Some(dir) = dir {
            on_disk(dir, dir, &mut files)?;
        }
        let own = |locale: &Locale| {
            let name = catalog::file(*locale);
            let own = files.get(&name).map(|bytes| text(&name, bytes)).transpose()?;
            Catalog::load(*locale, own.as_deref())
        };
        let catalogs: Vec<_> = Locale::all().iter().map(own).collect::<Result<_, Error>>()?;

        let shown = Regex::new(r"\{\{ place\.([a-z_]+) \}\}|\bplace\.([a-z_]+)").expect("a pattern");
        let mut pages = Vec::new();
        let mut assets = BTreeMap::new();
        for (name, bytes) in files {
            if name.starts_with("admin/") && !cfg!(feature = "console") {
                continue;
            }
            if let Some(page) = name.strip_suffix(".tera") {
                let source = text(&name, &bytes)?;
                pages.push((page.to_owned(), placed(&name, &source, &shown, places)?));
            } else if let Some(file) = name.strip_prefix("assets/") {
                let bytes = match bytes {
                    Cow::Borrowed(ours) => asset::without_comments(file, ours),
                    Cow::Owned(theirs) => theirs,
                };
                assets.extend(Asset::new(file, bytes).map(|asset| (file.to_owned(), asset)));
            }
        }
        let framed = assets.get("latchkey.css").and_then(|css| Asset::new(FRAMED, framed(css.bytes.plain())));
        assets.extend(framed.map(|css| (FRAMED.to_owned(), css)));
        let languages = catalogs.into_iter().map(|catalog| Language::new(catalog, &pages));
        let languages = languages.collect::<Result<_, Error>>()?;
        let assets_at = places.get("assets").cloned().unwrap_or_default();
        Ok(Self { languages, assets, assets_at, own: dir.is_some() })
    }

    /// Returns the embedded templates and assets, each with its name as a file: `account/login.html.tera`.
    pub fn built_in() -> Vec<(String, Cow<'static, [u8]>)> {
        let mut files = Files::new();
        embedded(&PAGES, &mut files);
        files.into_iter().collect()
    }

    /// Returns the pages and sentences of a language.
    pub fn language(&self, locale: Locale) -> &Language {
        let of_locale = self.languages.iter().find(|language| language.locale() == locale);
        of_locale.expect("every language is loaded")
    }

    /// True if equal contexts give equal pages: a template on disk may also show the time or random values.
    pub fn are_cacheable(&self) -> bool {
        !self.own
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

/// Name of the stylesheet for pages in an application's layout.
const FRAMED: &str = "latchkey-framed.css";

/// Restricts the stylesheet to the parts of a page that are ours: the element `.latchkey` takes the place of the document
/// and of its body. Type and colour around the cards are the application's.
fn framed(css: &[u8]) -> Vec<u8> {
    const AROUND: &str = "
.latchkey { max-inline-size: var(--column); margin: 2rem auto; box-sizing: border-box; font-family: inherit }
.latchkey > :is(.card, .note) { color: var(--ink) }
.latchkey > :not(.card, .note) { &, & a { color: inherit } }
";
    let css = String::from_utf8_lossy(css).replace(":root", ":where(&)").replace("body.", "&.");
    format!(".latchkey {{\n{css}}}\n{AROUND}").into_bytes()
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
        } else if name.ends_with(".tera") || name.starts_with("assets/") || is_sentences(&name) {
            files.insert(name, Cow::from(fs::read(&path).map_err(fault(&path))?));
        }
    }
    Ok(())
}

fn is_sentences(name: &str) -> bool {
    Locale::all().iter().any(|locale| name == catalog::file(*locale))
}

fn name(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests;
