//! Whoever adds a strategy cannot forget its page, its name or the lists that people choose from.

use std::path::Path;

use crate::{base::locale::Locale, policy::strategy::Strategy, view::templates::Templates};

const ROCKET_TOML: &str = include_str!("../../Rocket.toml");
const README: &str = include_str!("../../README.md");
const SECURITY: &str = include_str!("../../SECURITY.md");

/// Returns the names of all strategies, the strictest first.
fn names() -> Vec<&'static str> {
    Strategy::all().iter().map(|strategy| strategy.name()).collect()
}

#[test]
fn every_strategy_has_its_page() {
    for name in names() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("templates/reset/{name}.html.tera"));
        assert!(page.is_file(), "{} is missing", page.display());
    }
}

#[test]
fn every_strategy_has_a_name_in_the_console() {
    let templates = Templates::embedded();
    for name in names() {
        assert!(
            templates.language(Locale::En).knows(&format!("strategy-{name}")),
            "locales/en.ftl lacks strategy-{name}"
        );
    }
}

#[test]
fn rocket_toml_lists_every_strategy() {
    let names = names();
    let (last, others) = names.split_last().unwrap();
    let line = format!("# How people get back in: {} or {last}.", others.join(", "));
    assert!(ROCKET_TOML.lines().any(|it| it == line), "Rocket.toml lacks the line {line:?}");
}

#[test]
fn readme_and_security_have_a_row_for_every_strategy() {
    for (file, text) in [("README.md", README), ("SECURITY.md", SECURITY)] {
        for name in names() {
            let row = format!("| `{name}`");
            assert!(text.lines().any(|line| line.starts_with(&row)), "{file} has no row of {name}");
        }
    }
    let order = format!("From strictest to least strict: `{}`.", names().join("`, `"));
    let words: Vec<_> = README.split_whitespace().collect();
    assert!(words.join(" ").contains(&order), "README.md lacks {order:?}");
}
