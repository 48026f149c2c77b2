//! Every page is rendered from sample contexts, and nothing that a person typed reaches it as markup.

use std::{collections::BTreeSet, env};

use rocket::serde::json::{Value, json};

use strum::VariantArray;

use super::*;
use crate::{
    base::base_path::BasePath,
    core::place::{named, settle},
    http::dead_end::Why,
};

fn load(dir: Option<&Path>) -> Result<Templates, Error> {
    Templates::load(dir, &named(&BasePath::default()))
}

impl Templates {
    /// The embedded ones, of a site without a base.
    pub fn embedded() -> Self {
        load(None).unwrap()
    }

    fn english(&self) -> &Language {
        self.language(Locale::En)
    }
}

/// Returns a context for each sample, with what every page is given: for somebody who just came, and for somebody signed in,
/// after something was done, with a fault of every field.
fn samples() -> Vec<(String, Value)> {
    let rooms = [
        crate::account::samples(),
        crate::sign_in::samples(),
        crate::factors::samples(),
        crate::reset::samples(),
        crate::http::samples(),
        crate::server::samples(),
        crate::admin::console::samples(),
        crate::jobs::delivery::samples(),
    ];
    let contexts = rooms.into_iter().flatten().flat_map(|sample| {
        let mut context = json!({
            "site": {
                "name": "Northwind", "open": true, "min_length": 8, "remember": 336,
                "contact": { "text": "help@example.com", "href": "mailto:help@example.com" },
                "css": "/assets/latchkey.css?v=0", "js": "/assets/latchkey.js?v=0", "icon": "/assets/latchkey.svg?v=0",
            },
            "me": null, "here": "/", "flash": [],
        });
        let values = context.as_object_mut().unwrap();
        let mut shown = sample.fields.clone();
        settle(&mut shown, &BasePath::default());
        values.extend(shown);
        values.insert("form".into(), json!({ "errors": [], "values": {}, "fields": sample.inputs }));
        let mut other = context.clone();
        other["me"] = json!({ "email": "maria@example.com" });
        other["flash"] = json!(["Your password is changed."]);
        let ids: BTreeSet<_> = sample.inputs.keys().map(String::as_str).chain([BUTTON]).collect();
        let wrong = |id: &&str| json!({ "field": id, "text": "This is too long." });
        other["form"]["errors"] = ids.iter().map(wrong).collect();
        other["form"]["values"] = ids.iter().map(|id| ((*id).to_owned(), json!("x"))).collect();
        let both = [(sample.template.to_owned(), context), (sample.template.to_owned(), other)];
        both.into_iter().skip(usize::from(sample.shows_me))
    });
    contexts.collect()
}

/// Id of a button that gets a fault.
const BUTTON: &str = "code";

/// Creates a folder of overrides with these files.
fn overrides(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

/// Writes pages to `target/pages/<tag>` for a look at them, if the variable `PAGES` is set.
fn keep(templates: &Templates, locale: Locale, name: &str, number: usize, text: &str) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pages").join(locale.tag());
    if env::var_os("PAGES").is_none() {
        return;
    }
    fs::create_dir_all(dir.join("assets")).unwrap();
    for (name, asset) in &templates.assets {
        fs::write(dir.join("assets").join(name), asset.bytes.plain()).unwrap();
    }
    let name = name.replace('/', "-");
    let file = match name.rsplit_once('.') {
        Some((name, ending)) => format!("{name}-{number}.{ending}"),
        None => format!("{name}-{number}.html"),
    };
    fs::write(dir.join(file), text).unwrap();
}

/// A page without the questions for passkeys, which are JSON.
fn without_questions(page: &str) -> String {
    let mut parts = page.split("data-passkey=\"");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |before, part| before + part.split_once('"').map_or("", |(_, after)| after))
}

#[test]
fn every_page_says_all_its_sentences() {
    let templates = Templates::embedded();
    let samples = samples();
    for language in &templates.languages {
        for (number, (name, context)) in samples.iter().enumerate() {
            let text =
                language.render(name, context.clone()).unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
            let bare = without_questions(text.split_once("</style>").map_or(&*text, |(_, body)| body));
            assert!(
                !bare.contains('[') && !bare.contains('{'),
                "{name} lacks a sentence or an argument:\n{text}"
            );
            keep(&templates, language.locale(), name, number, &text);
        }
    }
}

/// Names of the values that a page sends, except the one for password managers only.
fn sent(html: &str) -> BTreeSet<String> {
    let page = scraper::Html::parse_document(html);
    let inputs = scraper::Selector::parse("input[name], select[name], textarea[name], button[name]").unwrap();
    let typed = page.select(&inputs).filter(|input| input.attr("readonly").is_none());
    typed.filter_map(|input| input.attr("name")).map(str::to_owned).collect()
}

#[test]
fn a_page_sends_the_fields_of_its_forms_and_no_others() {
    let templates = Templates::embedded();
    let (mut shown, mut declared) = (BTreeMap::new(), BTreeMap::new());
    for (name, context) in samples() {
        let fields = context["form"]["fields"].as_object().unwrap().values();
        let fields: Vec<_> = fields.map(|field| field["name"].as_str().unwrap().to_owned()).collect();
        let html = templates.english().render(&name, context).unwrap();
        shown.entry(name.clone()).or_insert_with(BTreeSet::new).extend(sent(&html));
        declared.entry(name).or_insert_with(BTreeSet::new).extend(fields);
    }
    assert!(declared.values().filter(|fields| !fields.is_empty()).count() > 15);
    for (name, fields) in &shown {
        assert_eq!(fields, &declared[name], "{name} sends other fields than its forms declare");
    }
}

#[test]
fn every_page_has_a_sample() {
    let templates = Templates::embedded();
    let sampled: BTreeSet<_> = samples().into_iter().map(|(name, _)| name).collect();
    let whole = [
        "layout.html",
        "macros.html",
        "inputs.html",
        "own.html",
        "ticket.html",
        "code.html",
        "account/token_inputs.html",
        "factors/inputs.html",
        "factors/rows.html",
        "email/style.css",
        "admin/console.html",
        "admin/macros.html",
        "admin/inputs.html",
        "admin/chart.html",
        "admin/invitations.html",
        "admin/person_account.html",
        "admin/person_help.html",
        "admin/policy_permissions.html",
    ];
    for page in templates.english().pages().filter(|name| !whole.contains(name)) {
        let name = page.strip_suffix(".html").unwrap_or(page);
        assert!(sampled.contains(name) || sampled.contains(page), "no sample renders {page}");
    }
}

#[test]
fn every_sentence_that_a_template_names_exists() {
    let templates = Templates::embedded();
    let mut files = Files::new();
    embedded(&PAGES, &mut files);
    for (name, bytes) in files.iter().filter(|(name, _)| name.ends_with(".tera")) {
        for key in text(name, bytes).unwrap().split("fluent(key=\"").skip(1) {
            let key = key.split('"').next().unwrap();
            assert!(templates.english().knows(key), "{name} says {key}, which locales/en.ftl lacks");
        }
    }
}

#[test]
fn every_reason_for_a_useless_link_is_told() {
    let templates = Templates::embedded();
    for why in Why::VARIANTS {
        let name: &str = why.into();
        for part in ["title", "lead"] {
            assert!(templates.english().knows(&format!("unusable-{name}-{part}")), "{why:?} is not told");
        }
    }
}

#[test]
fn what_was_typed_is_never_markup() {
    let nasty = "\"><script>alert('1')</script>{{7*7}}";
    let form = json!({"errors": [{"field": "email", "text": nasty}], "values": {"email": nasty}});
    let own = r#"{% extends "layout.html" %}{% block card %}<p>{{ form.values.email }}</p>{% endblock %}"#;
    let dir = overrides(&[("reset/request.html.tera", own)]);
    for dir in [None, Some(dir.path())] {
        let templates = load(dir).unwrap();
        for (name, mut context) in samples() {
            let fields = context["form"]["fields"].take();
            context["form"] = form.clone();
            context["form"]["fields"] = fields;
            context["email"] = json!(nasty);
            let text = templates.english().render(&name, context.clone()).unwrap();
            assert!(!text.contains("<script>"), "{name}:\n{text}");
        }
    }
}

#[test]
fn a_page_on_disk_extends_an_embedded_one_and_keeps_its_escaping() {
    let own = r#"{% extends "layout.html" %}{% block card %}Ours: {{ email }}{% endblock %}"#;
    let dir = overrides(&[("reset/cancelled.html.tera", own), ("locales/en.ftl", "page-foot = Ours too")]);
    let templates = load(Some(dir.path())).unwrap();
    let (_, mut context) = samples().into_iter().find(|(name, _)| name == "reset/cancelled").unwrap();
    context["email"] = json!("<b>");
    let text = templates.english().render("reset/cancelled", context.clone()).unwrap();
    assert!(text.contains("Ours: &lt;b&gt;") && text.contains("<!doctype html>"), "{text}");
    assert!(text.contains("Ours too") && text.contains("Northwind"), "{text}");
}

#[test]
fn an_asset_on_disk_replaces_the_embedded_one_and_changes_its_address() {
    let embedded = Templates::embedded();
    let dir = overrides(&[("assets/latchkey.css", "body {}"), ("assets/logo.png", "png")]);
    let own = load(Some(dir.path())).unwrap();
    assert_eq!(own.asset("latchkey.css").unwrap().bytes.plain(), b"body {}");
    assert_eq!(own.asset("logo.png").unwrap().kind, "image/png");
    assert_ne!(own.address("latchkey.css"), embedded.address("latchkey.css"));
    assert!(embedded.asset("logo.png").is_none());
}

#[test]
fn what_is_copied_from_a_mail_stands_alone_on_its_line() {
    let templates = Templates::embedded();
    for (_, context) in samples().iter().filter(|(name, _)| name == "email/message.txt") {
        let text = templates.english().render("email/message.txt", context.clone()).unwrap();
        for copied in ["link", "code"].iter().filter_map(|name| context[name].as_str()) {
            assert!(text.lines().any(|line| line == copied), "{text}");
        }
    }
}

#[test]
fn templates_stay_short() {
    let mut files = Files::new();
    embedded(&PAGES, &mut files);
    for (name, bytes) in files.iter().filter(|(name, _)| name.ends_with(".tera")) {
        let lines = text(name, bytes).unwrap().lines().count();
        assert!(lines <= 40, "{name} has {lines} lines");
    }
}

#[test]
fn a_sentence_is_escaped_as_it_is_settled_and_never_read_as_a_template() {
    let own = "delete-title = <i>{\"{{ 7 * 7 }}\"}</i>\ndelete-lead = <i>Gone</i>";
    let dir = overrides(&[("locales/en.ftl", own)]);
    let templates = load(Some(dir.path())).unwrap();
    let (_, context) = samples().into_iter().find(|(name, _)| name == "account/delete").unwrap();
    let text = templates.english().render("account/delete", context.clone()).unwrap();
    assert!(text.contains("&lt;i&gt;{{ 7 * 7 }}&lt;/i&gt;"), "{text}");
    assert!(text.contains("&lt;i&gt;Gone&lt;/i&gt;"), "{text}");
}

#[test]
fn the_mailbox_shows_a_message_line_by_line() {
    let templates = Templates::embedded();
    let (_, context) = samples().into_iter().rfind(|(name, _)| name == "dev/mailbox").unwrap();
    let page =
        scraper::Html::parse_document(&templates.english().render("dev/mailbox", context.clone()).unwrap());
    let selector = scraper::Selector::parse("pre.text").unwrap();
    let shown: Vec<_> = page.select(&selector).map(|pre| pre.text().collect::<String>()).collect();
    let sent =
        context["messages"].as_array().unwrap().iter().map(|message| message["text"].as_str().unwrap());
    assert_eq!(shown, sent.collect::<Vec<_>>());
}
