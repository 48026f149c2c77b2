//! The short code of a mailed reset: typed in the browser that requested it, it does the same as the link.

use rocket::post;
use zeroize::Zeroizing;

use super::{issue::unseal, request::sent, ticket::Issued};
use crate::{
    auth::requested::RESET,
    base::{Error, fault::Fault, key::Key},
    core::place::Place,
    http::{Outcome, Paced, SameOrigin, Visit, form::form, keyed},
};

form! {
    /// The form for the code of a mailed reset.
    pub struct TypedForm {
        /// The code, or the whole key or link.
        code: Zeroizing<String> = code(500).enter("go"),
    }
}

/// Takes the code, or the whole key or link, in the browser that requested the message.
#[post("/reset/sent", data = "<form>")]
pub async fn submit(_ours: SameOrigin, site: Visit<'_>, form: Paced<TypedForm>) -> Result<Outcome, Error> {
    let Some(requested) = RESET.last(&site) else { return Ok(Outcome::elsewhere(Place::Reset)) };
    let page = || sent(&site, Some(&requested));
    let (typed, refusal) = match form.0.whole() {
        Ok((TypedForm { code }, refusal)) => (code, refusal),
        Err(refusal) => return Ok(page().refused(refusal)),
    };
    if let Some(key) = Key::parse_typed(&typed) {
        return keyed::follow::<Issued>(&site, &key).await;
    }
    let found = RESET.try_out(&site, &requested, &typed).await?;
    match found.and_then(|row| unseal(site.app, &row).ok_or(Fault::new("fault-key"))) {
        Ok(key) => keyed::follow::<Issued>(&site, &key).await,
        Err(fault) => Ok(page().refused(refusal.with(TypedForm::AT.code, fault))),
    }
}
