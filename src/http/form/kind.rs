//! Kinds of fields, the words in which forms are declared.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::{
    Refusal,
    field::{Field, Reader, Sent, Take, copied, filled_in, lined, raw},
    fields::Fields,
};
use crate::{
    base::{email::Email, fault::Fault, identity::Identity, phone::Phone, username::Username},
    config::register::{self, FillIn},
    hashing::password::{MAX_BYTES, Password},
    view::input::{Input, Keep, Kind},
};

/// Most characters of an address.
pub const MAX_EMAIL: usize = 254;
/// Most characters of a phone number as it is typed.
const MAX_PHONE: usize = 100;
/// Beginning of the names of the fields that a site defines itself.
pub(super) const OWN: &str = "field.";
/// Most characters of a password: each is a byte at least.
pub(super) const MAX_PASSWORD: usize = MAX_BYTES;

/// Returns an email address.
pub const fn email() -> Field<Email> {
    let input = Input { kind: Kind::Email, inputmode: "email", maxlength: Some(MAX_EMAIL), ..Input::text() };
    Field { input, reader: Reader::Text(raw, Email::parse) }
}

/// Returns an address, or a username or phone number in its place.
pub const fn identity() -> Field<Identity> {
    let input =
        Input { autocomplete: "username", inputmode: "email", maxlength: Some(MAX_EMAIL), ..Input::text() };
    Field {
        input,
        reader: Reader::Sent(|sent| {
            // As it was sent: a line break around an address is no slip.
            let text = sent.fields.get(sent.name)?;
            sent.fields.line(sent.name, sent.most)?;
            Identity::parse(text, sent.config.sms.home())
        }),
    }
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

/// Returns a username, or nothing if it is empty.
pub const fn username() -> Field<Option<Username>> {
    let input = Input { autocomplete: "username", maxlength: Some(MAX_EMAIL), ..Input::text() };
    let parse: fn(&str) -> Result<Option<Username>, Fault> = |text| match Username::parse(text) {
        Err(fault) if fault.is_missing() => Ok(None),
        parsed => parsed.map(Some),
    };
    Field { input, reader: Reader::Text(lined, parse) }
}

const fn secret(autocomplete: &'static str) -> Input {
    Input { kind: Kind::Password, autocomplete, enterkeyhint: "go", keep: Keep::Never, ..Input::text() }
}

fn parse_password(text: &str) -> Result<Password, Fault> {
    match text {
        "" => Err(Fault::missing()),
        text => Password::parse(text),
    }
}

/// Takes a password, which a program may send twice.
fn retyped<'a>(sent: &Sent<'a>) -> Result<&'a str, Fault> {
    sent.fields.confirmed(sent.name)?;
    raw(sent)
}

/// Returns the current password.
pub const fn password() -> Field<Password> {
    Field { input: secret("current-password"), reader: Reader::Text(retyped, parse_password) }
}

/// Returns a new password.
pub const fn new_password() -> Field<Password> {
    Field { input: secret("new-password"), reader: Reader::Text(retyped, parse_password) }
}

/// Returns a line of at most so many characters, which is not empty.
pub const fn line(most: usize) -> Field<String> {
    let input = Input { maxlength: Some(most), ..Input::text() };
    Field { input, reader: Reader::Text(filled_in, |text| Ok(text.to_owned())) }
}

/// Returns a line of at most so many characters, possibly empty.
pub const fn optional_line(most: usize) -> Field<String> {
    let input = Input { maxlength: Some(most), required: false, ..Input::text() };
    Field { input, reader: Reader::Text(lined, |text| Ok(text.to_owned())) }
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

/// Returns the values of boxes to tick, possibly none; a program may send a list.
pub const fn several() -> Field<Vec<String>> {
    let input = Input { kind: Kind::Several, required: false, ..Input::text() };
    let read: fn(&Sent<'_>, &mut Refusal) -> _ = |sent, refusal| {
        let values = refusal.take(sent.name, sent.fields.several(sent.name))?;
        refusal.keep(sent.name, &values.join(" "), Keep::Always);
        Some(values)
    };
    Field { input, reader: Reader::Several(read) }
}

/// Returns a value that the page fills in, and nobody types.
pub const fn hidden() -> Field<String> {
    let input = Input { kind: Kind::Hidden, required: false, keep: Keep::Never, ..Input::text() };
    Field { input, reader: Reader::Text(raw, |text| Ok(text.to_owned())) }
}

/// Returns the answer of a passkey, which the page fills in; a program may send it as it is.
pub const fn answer() -> Field<String> {
    let Field { input, .. } = hidden();
    let json: Take = |sent| sent.fields.get_json(sent.name);
    Field { input, reader: Reader::Text(json, |text| Ok(text.to_owned())) }
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

/// Values of the fields that a site defines itself, by their names.
pub type OwnValues = BTreeMap<String, String>;

/// Faults of these fields, each with its id.
pub type OwnFaults = Vec<(String, Fault)>;

/// Returns the fields that the site defines itself, by their names.
pub const fn own() -> Field<OwnValues> {
    let input = Input { name: OWN, id: OWN, kind: Kind::Own, ..Input::text() };
    Field { input, reader: Reader::Several(read_own) }
}

/// Returns the id of a field that the site defines itself, by its name.
pub fn own_id(name: &str) -> String {
    format!("{OWN}{name}")
}

fn read_own(sent: &Sent<'_>, refusal: &mut Refusal) -> Option<OwnValues> {
    let read = read_own_values(sent, refusal);
    refusal.take_own(read)
}

/// Reads the values, and keeps what was typed.
fn read_own_values(sent: &Sent<'_>, refusal: &mut Refusal) -> Result<OwnValues, OwnFaults> {
    let (mut values, mut faults) = (OwnValues::new(), Vec::new());
    for field in &sent.config.register.fields {
        let id = own_id(&field.name);
        refusal.label(&id, &field.label);
        match read_own_value(sent.fields, &id, field) {
            Ok(text) => {
                refusal.keep(&id, text, Keep::Always);
                if !(text.is_empty() && matches!(field.way, FillIn::Checkbox)) {
                    values.insert(field.name.clone(), text.to_owned());
                }
            }
            Err(fault) => {
                refusal.keep(&id, sent.fields.get(&id).unwrap_or_default(), Keep::Always);
                faults.push((id, fault));
            }
        }
    }
    if faults.is_empty() { Ok(values) } else { Err(faults) }
}

fn read_own_value<'a>(sent: &'a Fields, id: &str, field: &register::Input) -> Result<&'a str, Fault> {
    let text = sent.line(id, field.max_length)?;
    match &field.way {
        FillIn::Text if text.is_empty() && field.required => Err(Fault::missing()),
        FillIn::Checkbox if text != "true" && field.required => Err(Fault::new("fault-tick")),
        FillIn::Choice(values) if !values.iter().any(|(value, _)| value == text) => {
            if text.is_empty() && !field.required { Ok(text) } else { Err(Fault::new("fault-choose")) }
        }
        _ => Ok(text),
    }
}

impl Field<OwnValues> {
    /// The same, where they may not be asked for: their faults are left to the handler.
    pub const fn alternative(self) -> Field<Result<OwnValues, OwnFaults>> {
        let read: fn(&Sent<'_>, &mut Refusal) -> _ = |sent, refusal| Some(read_own_values(sent, refusal));
        Field { input: self.input, reader: Reader::Several(read) }
    }
}

impl Field<Password> {
    /// The same, where another field may take its place: its fault is left to the handler.
    pub const fn alternative(self) -> Field<Result<Password, Fault>> {
        let input = Input { required: false, ..self.input };
        Field { input, reader: Reader::Text(retyped, |text| Ok(parse_password(text))) }
    }
}
