//! Kinds of fields: each says how it is shown and how it is read.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::{Refusal, fields::Fields};
use crate::{
    base::{email::Email, fault::Fault, phone::Phone},
    config::Config,
    hashing::password::{MAX_BYTES, Password},
    view::input::{Input, Keep, Kind},
};

/// Most characters of an address.
pub const MAX_EMAIL: usize = 254;
/// Most characters of a phone number as it is typed.
const MAX_PHONE: usize = 100;
/// Beginning of the names of the fields that a site defines itself.
pub const OWN: &str = "field.";

/// A field whose value is a `T`.
pub struct Field<T> {
    input: Input,
    reader: Reader<T>,
}

/// Way to read a field.
enum Reader<T> {
    /// Takes its text, and parses that.
    Text(Take, fn(&str) -> Result<T, Fault>),
    /// Reads it by the configuration.
    Sent(fn(&Sent<'_>) -> Result<T, Fault>),
    /// Reads several, and records the faults.
    Several(fn(&Sent<'_>, &mut Refusal) -> T),
}

type Take = for<'a> fn(&Sent<'a>) -> Result<&'a str, Fault>;

/// A field as it was sent.
struct Sent<'a> {
    fields: &'a Fields,
    config: &'a Config,
    name: &'a str,
    most: usize,
}

fn raw<'a>(sent: &Sent<'a>) -> Result<&'a str, Fault> {
    sent.fields.get(sent.name)
}

fn filled_in<'a>(sent: &Sent<'a>) -> Result<&'a str, Fault> {
    sent.fields.required(sent.name, sent.most)
}

fn copied<'a>(sent: &Sent<'a>) -> Result<&'a str, Fault> {
    sent.fields.pasted(sent.name, sent.most)
}

/// Returns an email address.
pub const fn email() -> Field<Email> {
    let input = Input { kind: Kind::Email, inputmode: "email", maxlength: Some(MAX_EMAIL), ..Input::text() };
    Field { input, reader: Reader::Text(raw, Email::parse) }
}

/// Returns a phone number, in international form or as dialled at home.
pub const fn phone() -> Field<Phone> {
    let input = Input {
        kind: Kind::Tel,
        autocomplete: "tel",
        inputmode: "tel",
        maxlength: Some(MAX_PHONE),
        ..Input::text()
    };
    Field {
        input,
        reader: Reader::Sent(|sent| {
            Phone::parse(sent.fields.line(sent.name, sent.most)?, sent.config.sms.home())
        }),
    }
}

const fn secret(autocomplete: &'static str) -> Input {
    Input { kind: Kind::Password, autocomplete, enterkeyhint: "go", keep: Keep::Never, ..Input::text() }
}

fn parse_password(text: &str) -> Result<Password, Fault> {
    match text {
        "" => Err(Fault::new("fault-required")),
        text => Password::parse(text),
    }
}

/// Returns the current password.
pub const fn password() -> Field<Password> {
    Field { input: secret("current-password"), reader: Reader::Text(raw, parse_password) }
}

/// Returns a new password.
pub const fn new_password() -> Field<Password> {
    Field { input: secret("new-password"), reader: Reader::Text(raw, parse_password) }
}

/// Returns a line of at most so many characters, which is not empty.
pub const fn line(most: usize) -> Field<String> {
    let input = Input { maxlength: Some(most), ..Input::text() };
    Field { input, reader: Reader::Text(filled_in, |text| Ok(text.to_owned())) }
}

/// Returns a code of at most so many characters, which is shown again unless it is wrong.
pub const fn code(most: usize) -> Field<Zeroizing<String>> {
    let input =
        Input { autocomplete: "one-time-code", maxlength: Some(most), keep: Keep::IfRight, ..Input::text() };
    Field { input, reader: Reader::Text(filled_in, |text| Ok(Zeroizing::new(text.to_owned()))) }
}

/// Returns the same, without the white space and line breaks around it when it is copied from a message.
pub const fn pasted(most: usize) -> Field<Zeroizing<String>> {
    let Field { input, .. } = code(most);
    Field { input, reader: Reader::Text(copied, |text| Ok(Zeroizing::new(text.to_owned()))) }
}

/// Returns a box to tick.
pub const fn ticked() -> Field<bool> {
    let input = Input { kind: Kind::Checkbox, required: false, ..Input::text() };
    Field { input, reader: Reader::Text(raw, |text| Ok(!text.is_empty())) }
}

/// Returns a value that the page fills in, and nobody types.
pub const fn hidden() -> Field<String> {
    let input = Input { kind: Kind::Hidden, required: false, keep: Keep::Never, ..Input::text() };
    Field { input, reader: Reader::Text(raw, |text| Ok(text.to_owned())) }
}

/// Returns a text to search for, in any form, possibly empty.
pub const fn search() -> Field<String> {
    let input = Input { kind: Kind::Search, enterkeyhint: "search", required: false, ..Input::text() };
    Field { input, reader: Reader::Text(raw, |text| Ok(text.to_owned())) }
}

/// Returns a day, possibly none.
pub const fn day() -> Field<String> {
    let input = Input { kind: Kind::Date, required: false, ..Input::text() };
    Field { input, reader: Reader::Text(raw, |text| Ok(text.to_owned())) }
}

/// Returns a choice.
pub const fn choice<T>(parse: fn(&str) -> Result<T, Fault>) -> Field<T> {
    let input = Input { kind: Kind::Select, ..Input::text() };
    Field { input, reader: Reader::Text(raw, parse) }
}

/// Returns the fields that the site defines itself, by their names.
pub const fn own() -> Field<BTreeMap<String, String>> {
    let input = Input { name: OWN, id: OWN, kind: Kind::Own, ..Input::text() };
    Field { input, reader: Reader::Several(read_own) }
}

/// Returns the input of a field that the site defines itself.
pub fn own_input(required: bool, most: usize) -> Input {
    Input { required, maxlength: Some(most), ..Input::text() }
}

fn read_own(sent: &Sent<'_>, refusal: &mut Refusal) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for field in &sent.config.register.fields {
        let name = format!("{OWN}{}", field.name);
        refusal.label(&name, &field.label);
        let read = match field.required {
            true => sent.fields.required(&name, field.max_length),
            false => sent.fields.line(&name, field.max_length),
        };
        if let Some(text) = refusal.take(&name, read) {
            refusal.keep(&name, text, Keep::Always);
            values.insert(field.name.clone(), text.to_owned());
        }
    }
    values
}

impl Field<Password> {
    /// The same, where another field may take its place: its fault is left to the handler.
    pub const fn alternative(self) -> Field<Result<Password, Fault>> {
        let input = Input { required: false, ..self.input };
        Field { input, reader: Reader::Text(raw, |text| Ok(parse_password(text))) }
    }
}

impl<T> Field<T> {
    /// Sets the name, if it is not that of the struct's field.
    pub const fn named(mut self, name: &'static str) -> Self {
        self.input.name = name;
        self
    }

    /// Sets the id in the page, if another form of it has a field of the same name.
    pub const fn id(mut self, id: &'static str) -> Self {
        self.input.id = id;
        self
    }

    /// Sets the hint for the browser's own filling in.
    pub const fn complete(mut self, autocomplete: &'static str) -> Self {
        self.input.autocomplete = autocomplete;
        self
    }

    /// Sets the keyboard of a phone.
    pub const fn mode(mut self, inputmode: &'static str) -> Self {
        self.input.inputmode = inputmode;
        self
    }

    /// Sets the label of a phone's enter key.
    pub const fn enter(mut self, enterkeyhint: &'static str) -> Self {
        self.input.enterkeyhint = enterkeyhint;
        self
    }

    /// Makes it a value that the page fills in, and nobody types.
    pub const fn hidden(mut self) -> Self {
        self.input.kind = Kind::Hidden;
        self.input.keep = Keep::Never;
        self
    }

    /// Names the values of a choice, if they are the same everywhere.
    pub const fn among(mut self, choices: fn() -> Vec<&'static str>) -> Self {
        self.input.choices = Some(choices);
        self
    }

    /// Allows it to be empty.
    pub const fn optional(mut self) -> Self {
        self.input.required = false;
        self
    }

    /// Parses the text in another way.
    pub const fn parse<U>(self, parse: fn(&str) -> Result<U, Fault>) -> Field<U> {
        let take = match self.reader {
            Reader::Text(take, _) => take,
            _ => raw,
        };
        Field { input: self.input, reader: Reader::Text(take, parse) }
    }

    /// Returns the input of the struct's field with this name.
    pub(crate) const fn input(&self, field: &'static str) -> Input {
        let input = self.input;
        let name = if input.name.is_empty() { field } else { input.name };
        let id = if input.id.is_empty() { name } else { input.id };
        Input { name, id, ..input }
    }

    /// Reads the struct's field with this name.
    pub(crate) fn read(
        &self,
        field: &'static str,
        fields: &Fields,
        config: &Config,
        refusal: &mut Refusal,
    ) -> Option<T> {
        let input = self.input(field);
        let most = input.maxlength.unwrap_or(usize::MAX);
        let sent = Sent { fields, config, name: input.name, most };
        let read = match &self.reader {
            Reader::Several(read) => return Some(read(&sent, refusal)),
            Reader::Text(take, parse) => take(&sent).and_then(parse),
            Reader::Sent(read) => read(&sent),
        };
        refusal.keep(input.id, raw(&sent).unwrap_or_default(), input.keep);
        refusal.take(input.id, read)
    }
}

/// Most characters of a password: each is a byte at least.
pub(super) const MAX_PASSWORD: usize = MAX_BYTES;
