//! `latchkey.register`: who can register, and what they are asked.

use serde::{Deserialize, Serialize};

use crate::base::{Error, SettingFault, duration::HumanDuration};

/// Settings of `latchkey.register`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegisterSettings {
    /// Lets anybody register; otherwise people need an invitation. Default: true.
    pub open: bool,
    /// Signs people in when they confirm their address. Default: true.
    pub login_after_confirm: bool,
    /// Life of a confirmation or invitation, at most 24h. Default: 24h.
    pub key_ttl: HumanDuration,
    /// Further fields of the form, in this order. Default: none.
    pub fields: Vec<Input>,
}

/// An input of the registration form: one of `[[latchkey.register.fields]]`, or of a
/// [`Registration`](crate::Registration).
///
/// Its name has letters, digits and `_`, and is sent as `field.NAME`. Its value is one line without control characters.
///
/// ```
/// use latchkey::Input;
///
/// let inputs = vec![
///     Input::text("name", "Your name").required().max_length(40).autocomplete("name"),
///     Input::choice("plan", "Plan", &[("free", "Free"), ("team", "For a team")]).required(),
///     Input::checkbox("terms", "I accept the terms").required(),
/// ];
/// ```
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Name: letters, digits and `_`.
    pub(crate) name: String,
    /// Label on the form.
    pub(crate) label: String,
    /// Requires an answer. Default: false.
    #[serde(default)]
    pub(crate) required: bool,
    /// Maximum length, in characters. Default: 200.
    #[serde(default = "most")]
    pub(crate) max_length: usize,
    /// Way to fill it in.
    #[serde(skip)]
    pub(crate) way: FillIn,
    /// Hint for the browser's own filling in.
    #[serde(skip)]
    pub(crate) autocomplete: Option<String>,
    /// Whether an application asks for it, instead of the configuration.
    #[serde(skip)]
    pub(crate) of_application: bool,
}

/// Way to fill in an input.
#[derive(Clone, Debug, Default)]
pub(crate) enum FillIn {
    /// A line of text.
    #[default]
    Text,
    /// A box to tick.
    Checkbox,
    /// One of several values, each with its name.
    Choice(Vec<(String, String)>),
}

impl Input {
    fn new(name: &str, label: &str, way: FillIn) -> Self {
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            required: false,
            max_length: most(),
            way,
            autocomplete: None,
            of_application: true,
        }
    }

    /// Returns a line of text of at most 200 characters, sent even if it is empty.
    pub fn text(name: &str, label: &str) -> Self {
        Self::new(name, label, FillIn::Text)
    }

    /// Returns a box to tick, sent as `true` if it is; a required one must be.
    pub fn checkbox(name: &str, label: &str) -> Self {
        Self::new(name, label, FillIn::Checkbox)
    }

    /// Returns a choice between values, each with its name; none is sent as an empty text.
    pub fn choice(name: &str, label: &str, values: &[(&str, &str)]) -> Self {
        let values = values.iter().map(|(value, name)| ((*value).to_owned(), (*name).to_owned()));
        Self::new(name, label, FillIn::Choice(values.collect()))
    }

    /// Requires people to fill it in.
    pub fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// Sets the greatest number of characters, 1 to 2000.
    pub fn max_length(self, characters: usize) -> Self {
        Self { max_length: characters, ..self }
    }

    /// Sets the HTML `autocomplete` by which browsers fill it in, such as `given-name`.
    pub fn autocomplete(self, purpose: &str) -> Self {
        Self { autocomplete: Some(purpose.to_owned()), ..self }
    }
}

fn most() -> usize {
    200
}

impl Default for RegisterSettings {
    fn default() -> Self {
        Self { open: true, login_after_confirm: true, key_ttl: HumanDuration::hours(24), fields: Vec::new() }
    }
}

impl RegisterSettings {
    /// Adds the inputs of an application.
    ///
    /// # Errors
    /// [`Error::Config`] for a name that is taken or unusable.
    pub fn add(&mut self, inputs: Vec<Input>) -> Result<(), Error> {
        self.fields.extend(inputs);
        match self.validate().first() {
            Some(fault) => Err(Error::Config(format!("Registration::inputs: {fault}"))),
            None => Ok(()),
        }
    }

    /// Returns the faults.
    pub fn validate(&self) -> Vec<SettingFault> {
        let mut faults = Vec::new();
        let mut add = |name: &str, why: String, remedy: &str| {
            faults.push(SettingFault::new(format!("latchkey.register.{name}"), why, remedy));
        };
        if self.key_ttl > HumanDuration::hours(24) || self.key_ttl < HumanDuration::minutes(5) {
            add("key_ttl", format!("\"{}\" is out of range", self.key_ttl), "write \"5m\" to \"24h\"");
        }
        for (at, field) in self.fields.iter().enumerate() {
            let known = self.fields[..at].iter().any(|other| other.name == field.name);
            let named = !field.name.is_empty()
                && field.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            if known || !named {
                add(
                    "fields",
                    format!("`{}` must be a name of letters, digits and `_`, once", field.name),
                    "",
                );
            }
            if !(1..=2_000).contains(&field.max_length) {
                let why = format!("`{}` has a max_length out of range", field.name);
                add("fields", why, "write 1 to 2000");
            }
        }
        faults
    }
}
