//! Every sentence that people read, looked up by its id in the file of a language, like `locales/en.ftl`.

use std::{collections::HashMap, sync::Arc};

use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use serde_json::Value;
use unic_langid::LanguageIdentifier;

pub use fluent_bundle::FluentValue;

use crate::base::{Error, locale::Locale};

/// Returns the name of the file with the sentences of a language, like `locales/en.ftl`.
pub fn file(locale: Locale) -> String {
    format!("locales/{}.ftl", locale.tag())
}

/// Returns the embedded sentences of a language.
pub fn embedded(locale: Locale) -> &'static str {
    match locale {
        Locale::En => include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/en.ftl")),
    }
}

/// The sentences of one language.
pub struct Catalog {
    bundle: FluentBundle<FluentResource>,
    locale: Locale,
}

impl Catalog {
    /// Reads the embedded sentences of a language and those of a site; a site's replace others of the same name.
    ///
    /// # Errors
    /// [`Error::Config`] with file and line if the site's are not valid Fluent.
    pub fn load(locale: Locale, own: Option<&str>) -> Result<Self, Error> {
        let name = file(locale);
        let files = [Some(embedded(locale)), own].into_iter().flatten();
        Self::read(locale, files.map(|text| (&*name, text)))
    }

    /// Reads Fluent files, each as `(name, text)`; a message of a later file replaces an earlier one of the same name.
    fn read<'a>(locale: Locale, files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Error> {
        let mut bundle = FluentBundle::new_concurrent(vec![identifier(locale)]);
        // Isolation marks around arguments would end up in links and codes that people copy.
        bundle.set_use_isolating(false);
        for (name, text) in files {
            bundle.add_resource_overriding(parse(name, text)?);
        }
        Ok(Self { bundle, locale })
    }

    /// Returns its language.
    pub fn locale(&self) -> Locale {
        self.locale
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
    pub fn function(self: Arc<Self>) -> impl tera::Function + 'static {
        move |given: &HashMap<String, Value>| {
            let key = given.get("key").and_then(Value::as_str);
            let key = key.ok_or_else(|| tera::Error::msg("fluent() lacks the key of a sentence"))?;
            let args = given.iter().filter(|(name, _)| *name != "key");
            let args = args.map(|(name, value)| Ok((name.replace('_', "-"), argument(value)?)));
            let args = args.collect::<tera::Result<FluentArgs<'_>>>()?;
            Ok(self.find(key, Some(&args)).unwrap_or_else(|| missing(key)).into())
        }
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

/// Returns the value of a variable in a sentence, as a template gives it.
fn argument(value: &Value) -> tera::Result<FluentValue<'static>> {
    match value {
        Value::String(text) => Ok(text.clone().into()),
        Value::Number(number) => match number.as_u64() {
            Some(whole) => Ok(whole.into()),
            None => Ok(number.as_f64().unwrap_or_default().into()),
        },
        _ => Err(tera::Error::msg("fluent() takes texts and numbers")),
    }
}

fn identifier(locale: Locale) -> LanguageIdentifier {
    locale.tag().parse().expect("a tag of BCP 47")
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
    use std::collections::{BTreeMap, BTreeSet};

    use regex::Regex;

    use super::*;

    fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Catalog, Error> {
        Catalog::read(Locale::En, files)
    }

    /// Returns the names of the variables in each message of a file.
    fn variables(text: &str) -> BTreeMap<&str, BTreeSet<&str>> {
        let (message, variable) =
            (Regex::new(r"^([a-z][\w-]*) *=").unwrap(), Regex::new(r"\$([\w-]+)").unwrap());
        let (mut all, mut last) = (BTreeMap::<&str, BTreeSet<&str>>::new(), "");
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            last = message.captures(line).map_or(last, |found| found.get(1).unwrap().as_str());
            let named = variable.captures_iter(line).map(|found| found.get(1).unwrap().as_str());
            all.entry(last).or_default().extend(named);
        }
        all
    }

    #[test]
    fn each_sentence_stands_once() {
        let key = Regex::new(r"(?m)^([a-z][\w-]*) *=").unwrap();
        for locale in Locale::all() {
            let mut seen = BTreeSet::new();
            let twice = key.captures_iter(embedded(*locale)).map(|found| found.get(1).unwrap().as_str());
            let twice: Vec<_> = twice.filter(|key| !seen.insert(*key)).collect();
            assert!(twice.is_empty(), "{locale:?}: {twice:?}");
        }
    }

    #[test]
    fn a_later_file_replaces_single_sentences() {
        let catalog = read([("en.ftl", "one = One\ntwo = Two"), ("own.ftl", "two = Zwei")]).unwrap();
        assert_eq!(catalog.say("one", &[]), "One");
        assert_eq!(catalog.say("two", &[]), "Zwei");
    }

    #[test]
    fn an_argument_stands_in_its_sentence_without_marks_around_it() {
        let catalog = read([("en.ftl", "tries = { $tries ->\n [one] one try\n *[other] {$tries} tries\n }")]);
        let catalog = catalog.unwrap();
        assert_eq!(catalog.say("tries", &[("tries", 1.into())]), "one try");
        assert_eq!(catalog.say("tries", &[("tries", 2.into())]), "2 tries");
    }

    #[test]
    fn a_fault_names_file_and_line() {
        let fault = read([("own.ftl", "one = One\n\ntwo = { $x")]).err().unwrap().to_string();
        assert!(fault.starts_with("own.ftl:3: "), "{fault}");
    }

    #[test]
    fn every_language_has_the_same_messages_with_the_same_variables() {
        let english = variables(embedded(Locale::En));
        assert!(english["step"] == BTreeSet::from(["step", "steps"]) && english.len() > 500, "{english:?}");
        for locale in Locale::all() {
            let file = file(*locale);
            let other = variables(embedded(*locale));
            let lacks: Vec<_> = english.keys().filter(|message| !other.contains_key(*message)).collect();
            assert!(lacks.is_empty(), "{file} lacks {lacks:?}");
            for (message, variables) in &other {
                assert_eq!(
                    english.get(message),
                    Some(variables),
                    "{message} of {file} is not like that of en.ftl"
                );
            }
        }
    }

    #[test]
    fn every_language_names_itself() {
        for locale in Locale::all() {
            let catalog = Catalog::load(*locale, None).unwrap();
            assert_eq!(catalog.say("page-language", &[]), locale.tag());
            assert!(["ltr", "rtl"].contains(&catalog.say("page-direction", &[]).as_str()));
        }
    }
}
