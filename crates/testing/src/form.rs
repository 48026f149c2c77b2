//! A form of a page, as a browser or a password manager sees it.

use scraper::{ElementRef, Selector};

use super::page::inside;

/// A form: its action, its method, and its fields in the page's order.
#[derive(Clone, Debug)]
pub struct Form {
    pub action: String,
    pub method: String,
    pub fields: Vec<Field>,
}

/// One input.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub kind: String,
    pub autocomplete: String,
    pub value: String,
    pub checked: bool,
    /// Where a button sends the form, if not to its action.
    pub elsewhere: Option<String>,
}

impl Form {
    pub(super) fn read(form: ElementRef<'_>) -> Form {
        let inputs = Selector::parse("input, textarea, select, button[name]").expect("a selector");
        let selected = Selector::parse("option[selected]").expect("a selector");
        let fields = form.select(&inputs).map(|input| {
            let attribute = |name| input.attr(name).unwrap_or_default().to_owned();
            let option = input.select(&selected).next().and_then(|option| option.attr("value"));
            Field {
                name: attribute("name"),
                kind: attribute("type"),
                autocomplete: attribute("autocomplete"),
                value: option.map_or_else(|| attribute("value"), str::to_owned),
                checked: input.attr("checked").is_some(),
                elsewhere: input.attr("formaction").map(inside),
            }
        });
        Form {
            action: inside(form.attr("action").unwrap_or_default()),
            method: form.attr("method").unwrap_or("get").to_ascii_lowercase(),
            fields: fields.collect(),
        }
    }

    /// Path of the action, without the query.
    pub fn path(&self) -> &str {
        self.action.split(['?', '#']).next().unwrap_or_default()
    }

    /// The field that `key` identifies, by name or by `autocomplete`.
    pub fn field(&self, key: &str) -> Option<&Field> {
        let by_name = self.fields.iter().find(|field| field.name == key);
        by_name.or_else(|| {
            self.fields.iter().find(|field| field.autocomplete.split(' ').any(|word| word == key))
        })
    }

    /// The button with this value, which sends the form elsewhere, and the path that it sends it to.
    pub fn button(&self, value: &str) -> Option<(&Field, &str)> {
        let mut buttons = self.fields.iter().filter_map(|field| Some((field, field.elsewhere.as_deref()?)));
        buttons.find(|(button, _)| button.value == value)
    }

    /// The fields that a browser would send with `typed` filled in; any text ticks a box.
    pub fn filled(&self, typed: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut sent = Vec::new();
        let is_sent =
            |field: &&Field| !field.name.is_empty() && field.kind != "submit" && field.elsewhere.is_none();
        for field in self.fields.iter().filter(is_sent) {
            let by_hand = typed.iter().find(|(key, _)| self.field(key).is_some_and(|f| f.name == field.name));
            match by_hand {
                Some(_) if field.kind == "checkbox" => sent.push((field.name.clone(), field.value.clone())),
                Some((_, text)) => sent.push((field.name.clone(), (*text).to_owned())),
                None if field.kind == "checkbox" && !field.checked => {}
                None => sent.push((field.name.clone(), field.value.clone())),
            }
        }
        sent
    }
}
