//! What is asked besides address and password: by `latchkey.register.fields`, and by the application.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    app::App,
    config::register::{self, FillIn, RegisterSettings},
    http::{
        Refusal,
        form::kind::{OwnValues, own_id},
    },
    view::input::{Input, Kind, OwnInput},
};

/// A field that the site or the application defines itself.
#[derive(Serialize)]
pub struct FieldShown {
    name: String,
    label: String,
    required: bool,
    max_length: usize,
    /// Value and name of each choice; none if it is not one.
    choices: Vec<(String, String)>,
    #[serde(skip)]
    kind: Kind,
    #[serde(skip)]
    autocomplete: Option<String>,
}

impl FieldShown {
    /// Returns the fields of a form.
    pub fn of(settings: &RegisterSettings) -> Vec<Self> {
        let shown = |field: &register::Input| {
            let (kind, choices) = match &field.way {
                FillIn::Text => (Kind::Text, Vec::new()),
                FillIn::Checkbox => (Kind::Checkbox, Vec::new()),
                FillIn::Choice(values) => (Kind::Select, values.clone()),
            };
            FieldShown {
                name: field.name.clone(),
                label: field.label.clone(),
                required: field.required,
                max_length: field.max_length,
                choices,
                kind,
                autocomplete: field.autocomplete.clone(),
            }
        };
        settings.fields.iter().map(shown).collect()
    }

    /// Returns a field of each kind, which all require an answer or none.
    pub fn samples(required: bool) -> Vec<Self> {
        use register::Input;
        let samples = [
            Input::text("team", "Team").autocomplete("organization"),
            Input::choice("plan", "Plan", &[("free", "Free")]),
            Input::checkbox("terms", "I accept the terms"),
        ];
        let fields = samples.map(|input| if required { input.required() } else { input });
        Self::of(&RegisterSettings { fields: fields.into(), ..RegisterSettings::default() })
    }

    /// Returns the inputs of fields.
    pub fn inputs(fields: &[Self]) -> Vec<OwnInput> {
        let input = |field: &FieldShown| {
            let FieldShown { kind, required, max_length, .. } = *field;
            OwnInput {
                name: own_id(&field.name),
                input: Input { kind, required, maxlength: Some(max_length), ..Input::text() },
                autocomplete: field.autocomplete.clone(),
            }
        };
        fields.iter().map(input).collect()
    }
}

/// Judges what was filled in, and returns what is kept of it, as JSON; `None` if there are faults, which are added at their
/// fields, and at `at` if they concern another.
pub async fn judge(
    app: &App,
    email: &str,
    values: &OwnValues,
    at: &str,
    refusal: &mut Refusal,
) -> Option<Map<String, Value>> {
    let fields = &app.config().register.fields;
    let texts = fields.iter().filter(|field| !field.of_application).filter_map(|field| {
        let text = values.get(&field.name)?;
        Some((field.name.clone(), text.as_str().into()))
    });
    let mut kept: Map<String, Value> = texts.collect();
    let Some(registration) = &app.extensions.registration else { return Some(kept) };
    match registration.judge(email, values).await {
        Ok(more) => {
            kept.extend(more);
            Some(kept)
        }
        Err(faults) => {
            for (name, fault) in faults {
                let is_field = fields.iter().any(|field| field.name == name);
                refusal.add(&if is_field { own_id(&name) } else { at.to_owned() }, fault);
            }
            None
        }
    }
}
