//! A field of a form: how it is shown, and how it is read.

use super::{Refusal, fields::Fields};
use crate::{
    base::fault::Fault,
    config::Config,
    view::input::{Input, Keep, Kind},
};

/// A field whose value is a `T`.
pub struct Field<T> {
    pub(super) input: Input,
    pub(super) reader: Reader<T>,
}

/// Way to read a field.
pub(super) enum Reader<T> {
    /// Takes its text, and parses that.
    Text(Take, fn(&str) -> Result<T, Fault>),
    /// Reads it by the configuration.
    Sent(fn(&Sent<'_>) -> Result<T, Fault>),
    /// Reads several, and records the faults.
    Several(fn(&Sent<'_>, &mut Refusal) -> Option<T>),
}

/// Way to take the text of a field.
pub(super) type Take = for<'a> fn(&Sent<'a>) -> Result<&'a str, Fault>;

/// A field as it was sent.
pub(super) struct Sent<'a> {
    pub fields: &'a Fields,
    pub config: &'a Config,
    pub name: &'a str,
    pub most: usize,
}

/// Takes a text as sent.
pub(super) fn raw<'a>(sent: &Sent<'a>) -> Result<&'a str, Fault> {
    sent.fields.get(sent.name)
}

/// Takes a line that is not empty.
pub(super) fn filled_in<'a>(sent: &Sent<'a>) -> Result<&'a str, Fault> {
    sent.fields.required(sent.name, sent.most)
}

/// Takes a line, possibly empty.
pub(super) fn lined<'a>(sent: &Sent<'a>) -> Result<&'a str, Fault> {
    sent.fields.line(sent.name, sent.most)
}

/// Takes a text copied from a message.
pub(super) fn copied<'a>(sent: &Sent<'a>) -> Result<&'a str, Fault> {
    sent.fields.pasted(sent.name, sent.most)
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
            Reader::Several(read) => return read(&sent, refusal),
            Reader::Text(take, parse) => take(&sent).and_then(parse),
            Reader::Sent(read) => read(&sent),
        };
        refusal.keep(input.id, raw(&sent).unwrap_or_default(), input.keep);
        refusal.take(input.id, read)
    }
}
