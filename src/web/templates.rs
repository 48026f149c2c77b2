//! The pages and messages: embedded in the program, each file replaceable by one of the same name on disk.

use std::{borrow::Cow, collections::BTreeMap, fs, path::Path, sync::Arc};

use include_dir::{Dir, include_dir};
use rocket_dyn_templates::tera::{Context, Tera};
use serde::Serialize;

use super::{
    asset::Asset,
    voice::{FluentValue, Voice},
};
use crate::Error;

static PAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");
const SENTENCES: (&str, &str) =
    ("locales/en.ftl", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/en.ftl")));

type Files = BTreeMap<String, Cow<'static, [u8]>>;

/// Renders pages and messages, and says sentences.
pub struct Templates {
    tera: Tera,
    voice: Arc<Voice>,
    assets: BTreeMap<String, Asset>,
}

impl Templates {
    /// The embedded templates, sentences and assets; a file in `dir` replaces its namesake before inheritance is
    /// resolved, and the sentences in its `locales/en.ftl` replace theirs one by one.
    ///
    /// # Errors
    /// [`Error::File`] if `dir` cannot be read, [`Error::Template`] or [`Error::Config`] if a file in it is faulty.
    pub fn load(dir: Option<&Path>) -> Result<Self, Error> {
        let mut files = Files::new();
        embedded(&PAGES, &mut files);
        if let Some(dir) = dir {
            on_disk(dir, dir, &mut files)?;
        }
        let own = files.remove(SENTENCES.0).map(|bytes| text(SENTENCES.0, &bytes)).transpose()?;
        let voice = Voice::read([SENTENCES].into_iter().chain(own.as_deref().map(|own| (SENTENCES.0, own))))?;
        let voice = Arc::new(voice);

        let mut pages = Vec::new();
        let mut assets = BTreeMap::new();
        for (name, bytes) in files {
            if let Some(page) = name.strip_suffix(".tera") {
                pages.push((page.to_owned(), text(&name, &bytes)?));
            } else if let Some(asset) = name.strip_prefix("assets/") {
                assets.extend(Asset::new(asset, bytes.into_owned()).map(|file| (asset.to_owned(), file)));
            }
        }
        let mut tera = Tera::default();
        tera.autoescape_on(vec![".html"]);
        tera.set_escape_fn(escape);
        tera.register_function("fluent", voice.clone().function());
        tera.add_raw_templates(pages)?;
        Ok(Self { tera, voice, assets })
    }

    /// Renders `name`; without an ending it is a page: `account/login` is `account/login.html.tera`.
    ///
    /// # Errors
    /// [`Error::Template`] if there is no such template or the context lacks what it needs.
    pub fn render(&self, name: &str, context: &impl Serialize) -> Result<String, Error> {
        let context = Context::from_serialize(context)?;
        let page = if name.contains('.') { Cow::from(name) } else { Cow::from(format!("{name}.html")) };
        Ok(self.tera.render(&page, &context)?)
    }

    /// The sentence `key`, as [`Voice::say`].
    pub fn say(&self, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        self.voice.say(key, args)
    }

    /// The lines of the sentence `key`, each a paragraph of a message.
    pub fn lines(&self, key: &str, args: &[(&str, FluentValue<'_>)]) -> Vec<String> {
        self.say(key, args).lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    /// Whether there is a sentence `key`.
    pub fn knows(&self, key: &str) -> bool {
        self.voice.knows(key)
    }

    /// The file `name` of `assets/`, like `latchkey.css`.
    pub fn asset(&self, name: &str) -> Option<&Asset> {
        self.assets.get(name)
    }

    /// The address of an asset, which changes with its content: `/assets/latchkey.css?v=0123456789ab`.
    pub fn address(&self, name: &str) -> String {
        let version = self.asset(name).map_or("", |asset| &asset.version);
        format!("/assets/{name}?v={version}")
    }
}

/// Escapes what could end a text or a quoted attribute; slashes stay, so that links in mails look like links.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
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
