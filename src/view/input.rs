//! An input of a form: the attributes that its template shows, and what its schema says.

use serde::Serialize;

/// An input of a form.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Input {
    /// Name of the value that is sent.
    pub name: &'static str,
    /// Id in the page, which also names its faults: the name, unless two forms of a page share that.
    #[serde(skip)]
    pub id: &'static str,
    /// Kind of the value, and the type in HTML.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Hint for the browser's own filling in.
    pub autocomplete: &'static str,
    /// Keyboard of a phone.
    pub inputmode: &'static str,
    /// Label of the enter key of a phone.
    pub enterkeyhint: &'static str,
    /// Most characters.
    pub maxlength: Option<usize>,
    /// Whether it must be filled in.
    pub required: bool,
    /// Whether its value is shown again with a refused form.
    #[serde(skip)]
    pub keep: Keep,
    /// Values to choose from.
    #[serde(skip)]
    pub choices: Option<fn() -> Vec<&'static str>>,
}

/// An input that a site or an application defines itself.
pub struct OwnInput {
    /// Name of the value that is sent, and id in the page.
    pub name: String,
    /// Its attributes, apart from these two.
    pub input: Input,
    /// Hint for the browser's own filling in.
    pub autocomplete: Option<String>,
}

/// Kind of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A line of text.
    Text,
    /// An email address.
    Email,
    /// A phone number.
    Tel,
    /// A password.
    Password,
    /// A text to search for.
    Search,
    /// A day.
    Date,
    /// A box to tick.
    Checkbox,
    /// A choice.
    Select,
    /// Boxes to tick.
    Several,
    /// A value that nobody types.
    Hidden,
    /// The fields that a site defines itself: its name begins theirs, and the page lists them.
    Own,
}

/// Whether a value is shown again with a refused form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// It is.
    Always,
    /// It is, unless it is wrong.
    IfRight,
    /// It is not.
    Never,
}

impl Input {
    /// Returns a required line of text.
    pub const fn text() -> Self {
        Self {
            name: "",
            id: "",
            kind: Kind::Text,
            autocomplete: "off",
            inputmode: "text",
            enterkeyhint: "next",
            maxlength: None,
            required: true,
            keep: Keep::Always,
            choices: None,
        }
    }
}
