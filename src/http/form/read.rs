//! The form of a request, read for its handler.

use rocket::{
    Data, Request,
    data::{FromData, Outcome},
    http::Status,
};

use super::{Form, Refusal, fields::Fields};
use crate::{config::Config, http::Visit};

/// A form as it was sent: what could be read of it, and what to show if it is refused.
///
/// # Outcomes
/// Same as [`Fields`], and error 500 if there is no site.
pub struct Read<F: Form> {
    /// Values as far as they could be read.
    pub draft: F::Draft,
    /// Faults found so far, and the typed values.
    pub refusal: Refusal,
}

impl<F: Form> Read<F> {
    /// Reads a form.
    pub fn of(sent: &Fields, config: &Config) -> Self {
        let mut refusal = Refusal::of(F::INPUTS);
        Self { draft: F::read(sent, config, &mut refusal), refusal }
    }

    /// Reads a form from the values of a query, in the order of its fields.
    pub fn of_query<const N: usize>(values: [Option<&str>; N], config: &Config) -> Self {
        let names = F::INPUTS.iter().map(|input| input.name);
        Self::of(&Fields::of(names.zip(values.map(Option::unwrap_or_default))), config)
    }

    /// Returns the form, and the refusal that further faults can be added to.
    ///
    /// # Errors
    /// The refusal if there is a fault.
    pub fn whole(self) -> Result<(F, Refusal), Refusal> {
        match F::whole(self.draft) {
            Some(form) if self.refusal.is_empty() => Ok((form, self.refusal)),
            _ => Err(self.refusal),
        }
    }
}

#[rocket::async_trait]
impl<'r, F: Form> FromData<'r> for Read<F> {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        match Fields::from_data(request, data).await {
            Outcome::Success(sent) => read(request, &sent),
            Outcome::Error(error) => Outcome::Error(error),
            Outcome::Forward(forward) => Outcome::Forward(forward),
        }
    }
}

/// Reads a form for a request.
pub(in super::super) fn read<'r, F: Form>(request: &'r Request<'_>, sent: &Fields) -> Outcome<'r, Read<F>> {
    match Visit::of(request) {
        Some(site) => Outcome::Success(Read::of(sent, site.config())),
        None => Outcome::Error((Status::InternalServerError, ())),
    }
}
