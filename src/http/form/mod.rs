//! Forms: one struct for each, one line for each field. The line says how a field is shown, read, limited and described.

pub mod field;
pub mod fields;
mod json;
pub mod kind;
mod read;
mod refusal;
mod schema;

use serde_json::Value;

use self::fields::Fields;
use crate::{config::Config, view::input::Input};

pub(crate) use declare::form;
pub use read::Read;
pub(super) use read::read;
pub use refusal::Refusal;

/// A form: a struct of its values, declared by `form!`.
pub trait Form: Sized + Send {
    /// Values as far as they could be read: the same fields, each an `Option`.
    type Draft: Send;

    /// Inputs in their order, which is also that of their faults.
    const INPUTS: &'static [Input];

    /// Reads what can be read, and adds the faults and the typed values to `refusal`.
    fn read(sent: &Fields, config: &Config, refusal: &mut Refusal) -> Self::Draft;

    /// Returns the form if every value could be read.
    fn whole(draft: Self::Draft) -> Option<Self>;

    /// Returns its JSON schema.
    fn schema() -> Value {
        schema::of(Self::INPUTS)
    }
}

mod declare {
    /// Declares a [`Form`](super::Form): `name: Type = kind()` for each field, with a [`kind`](super::kind).
    ///
    /// `AT` holds the ids of the fields, to add a fault to one of them.
    macro_rules! form {
        (
            $(#[$doc:meta])*
            $vis:vis struct $form:ident {
                $($(#[$about:meta])* $field:ident: $value:ty = $kind:expr,)+
            }
        ) => {
            $(#[$doc])*
            $vis struct $form {
                $(
                    $(#[$about])*
                    #[doc = concat!("Declared as `", stringify!($kind), "`.")]
                    pub $field: $value,
                )+
            }

            const _: () = {
                use $crate::http::form::{field::Field, kind::*};

                /// Values as far as they could be read.
                pub struct Draft {
                    $(pub $field: Option<$value>,)+
                }

                /// Ids of the fields.
                #[allow(dead_code, reason = "not every field gets a fault from a handler")]
                pub struct Ids {
                    $(pub $field: &'static str,)+
                }

                #[allow(dead_code, reason = "not every form gets a fault from a handler")]
                impl $form {
                    /// Ids of its fields.
                    pub const AT: Ids = Ids {
                        $($field: {
                            let field: Field<$value> = $kind;
                            field.input(stringify!($field)).id
                        },)+
                    };
                }

                impl $crate::http::form::Form for $form {
                    type Draft = Draft;

                    const INPUTS: &'static [$crate::view::input::Input] = &[$({
                        let field: Field<$value> = $kind;
                        field.input(stringify!($field))
                    },)+];

                    fn read(
                        sent: &$crate::http::form::fields::Fields,
                        config: &$crate::config::Config,
                        refusal: &mut $crate::http::form::Refusal,
                    ) -> Draft {
                        Draft {
                            $($field: {
                                let field: Field<$value> = $kind;
                                field.read(stringify!($field), sent, config, refusal)
                            },)+
                        }
                    }

                    fn whole(draft: Draft) -> Option<Self> {
                        Some(Self { $($field: draft.$field?,)+ })
                    }
                }
            };
        };
    }

    pub(crate) use form;
}

#[cfg(test)]
mod tests;
