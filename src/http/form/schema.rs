//! The JSON schema of a form.

use serde_json::{Map, Value, json};

use super::kind::MAX_PASSWORD;
use crate::view::input::{Input, Keep, Kind};

/// Returns the schema of a form with these inputs.
pub(super) fn of(inputs: &[Input]) -> Value {
    let (own, fixed): (Vec<&Input>, Vec<&Input>) = inputs.iter().partition(|input| input.kind == Kind::Own);
    let properties: Map<_, _> =
        fixed.iter().map(|input| (input.name.to_owned(), Value::Object(property(input)))).collect();
    // The answer of a passkey stands in place of a code.
    let has_answer = fixed.iter().any(|input| input.name == "answer");
    let is_required =
        |input: &&&Input| input.required && !(has_answer && input.autocomplete == "one-time-code");
    let required: Vec<_> = fixed.iter().filter(is_required).map(|input| input.name).collect();
    let mut schema = json!({ "type": "object", "properties": properties, "required": required });
    if let Some(own) = own.first() {
        let pattern = format!("^{}[A-Za-z0-9_]+$", own.name.replace('.', "\\."));
        schema["patternProperties"] = json!({ pattern: { "type": "string" } });
    }
    schema
}

fn property(input: &Input) -> Map<String, Value> {
    let mut property = Map::new();
    if input.kind == Kind::Several {
        property.insert("type".into(), "array".into());
        property.insert("items".into(), json!({ "type": "string" }));
        return property;
    }
    let kind = if input.kind == Kind::Checkbox { "boolean" } else { "string" };
    property.insert("type".into(), kind.into());
    let format = match input.kind {
        Kind::Email => Some("email"),
        Kind::Password => Some("password"),
        Kind::Date => Some("date"),
        _ => None,
    };
    property.extend(format.map(|format| ("format".to_owned(), format.into())));
    let most = input.maxlength.or((input.kind == Kind::Password).then_some(MAX_PASSWORD));
    property.extend(most.map(|most| ("maxLength".to_owned(), most.into())));
    if let Some(choices) = input.choices.map(|choices| choices()) {
        let numbers: Option<Vec<u64>> = choices.iter().map(|choice| choice.parse().ok()).collect();
        if numbers.is_some() {
            property.insert("type".into(), "integer".into());
        }
        property.insert("enum".into(), numbers.map_or_else(|| json!(choices), |numbers| json!(numbers)));
    }
    let is_secret = input.kind == Kind::Password || input.keep == Keep::IfRight;
    property.extend(is_secret.then(|| ("writeOnly".to_owned(), true.into())));
    property
}
