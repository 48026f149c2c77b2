//! Every sentence that people read, looked up by its id in `locales/en.ftl`.

use std::{borrow::Cow, collections::HashMap};

use fluent_templates::{
    FluentBundle, FluentLoader, LanguageIdentifier, Loader,
    fluent_bundle::{FluentArgs, FluentResource},
    langid,
};
use rocket_dyn_templates::tera;

pub use fluent_templates::fluent_bundle::FluentValue;

use crate::base::Error;

const LANGUAGE: LanguageIdentifier = langid!("en");

/// The sentences of one language.
pub struct Catalog {
    bundle: FluentBundle<FluentResource>,
}

impl Catalog {
    /// Reads Fluent files, each as `(name, text)`; a message of a later file replaces an earlier one of the same name.
    ///
    /// # Errors
    /// [`Error::Config`] with file and line if a file is not valid Fluent.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Error> {
        let mut bundle = FluentBundle::new_concurrent(vec![LANGUAGE]);
        // Isolation marks around arguments would end up in links and codes that people copy.
        bundle.set_use_isolating(false);
        for (name, text) in files {
            bundle.add_resource_overriding(parse(name, text)?);
        }
        Ok(Self { bundle })
    }

    /// Returns the sentence `key`, with its `$names` replaced by `args`; the key itself in brackets if there is none.
    pub fn say(&self, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        let args = args.iter().map(|(name, value)| (*name, value.clone())).collect();
        self.find(key, Some(&args)).unwrap_or_else(|| missing(key))
    }

    /// True if there is a sentence `key`.
    pub fn knows(&self, key: &str) -> bool {
        self.bundle.get_message(key).is_some_and(|message| message.value().is_some())
    }

    /// Returns the templates' function `fluent(key="…", name=value)`.
    pub fn function(self: std::sync::Arc<Self>) -> impl tera::Function + 'static {
        FluentLoader::new(self).with_default_lang(LANGUAGE)
    }

    fn find(&self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut faults = Vec::new();
        let text = self.bundle.format_pattern(pattern, args, &mut faults).into_owned();
        for fault in faults {
            log::warn!("the sentence {key} is incomplete: {fault}");
        }
        Some(text)
    }
}

impl Loader for Catalog {
    fn lookup_complete(
        &self,
        language: &LanguageIdentifier,
        key: &str,
        args: Option<&HashMap<Cow<'static, str>, FluentValue<'_>>>,
    ) -> String {
        self.try_lookup_complete(language, key, args).unwrap_or_else(|| missing(key))
    }

    fn try_lookup_complete(
        &self,
        _: &LanguageIdentifier,
        key: &str,
        args: Option<&HashMap<Cow<'static, str>, FluentValue<'_>>>,
    ) -> Option<String> {
        let args = args.map(|args| args.iter().map(|(name, value)| (&**name, value.clone())).collect());
        self.find(key, args.as_ref())
    }

    fn locales(&self) -> Box<dyn Iterator<Item = &LanguageIdentifier> + '_> {
        Box::new(self.bundle.locales.iter())
    }
}

fn missing(key: &str) -> String {
    log::warn!("no sentence is called {key}");
    format!("[{key}]")
}

fn parse(name: &str, text: &str) -> Result<FluentResource, Error> {
    FluentResource::try_new(text.to_owned()).map_err(|(_, faults)| {
        let first = faults.first().map_or((0, String::new()), |fault| (fault.pos.start, fault.to_string()));
        let line = text.get(..first.0).unwrap_or_default().lines().count().max(1);
        Error::Config(format!("{name}:{line}: {}", first.1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_file_replaces_single_sentences() {
        let catalog = Catalog::read([("en.ftl", "one = One\ntwo = Two"), ("own.ftl", "two = Zwei")]).unwrap();
        assert_eq!(catalog.say("one", &[]), "One");
        assert_eq!(catalog.say("two", &[]), "Zwei");
    }

    #[test]
    fn an_argument_stands_in_its_sentence_without_marks_around_it() {
        let catalog =
            Catalog::read([("en.ftl", "tries = { $tries ->\n [one] one try\n *[other] {$tries} tries\n }")]);
        let catalog = catalog.unwrap();
        assert_eq!(catalog.say("tries", &[("tries", 1.into())]), "one try");
        assert_eq!(catalog.say("tries", &[("tries", 2.into())]), "2 tries");
    }

    #[test]
    fn a_fault_names_file_and_line() {
        let fault = Catalog::read([("own.ftl", "one = One\n\ntwo = { $x")]).err().unwrap().to_string();
        assert!(fault.starts_with("own.ftl:3: "), "{fault}");
    }
}
