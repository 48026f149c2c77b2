//! Setting up and removing factors in one address each, for programs, in the words of Flask-Security.

use rocket::{Route, post, routes};

use super::{
    email,
    enrol::Enrolling,
    list::{self, NameForm},
    passkey, sms, totp,
};
use crate::{
    auth::{stepped_up::SteppedUp, told},
    base::{Error, factor::FactorKind, fault::Fault},
    core::place::Place,
    http::{Outcome, Read, Refusal, SameOrigin, Visit, form::form},
    store::factors,
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![set_up, set_up_to_sign_in, remove_passkey]
}

form! {
    /// The factor to set up.
    pub struct SetupForm {
        setup: String = hidden(),
        phone: String = hidden(),
    }
}

form! {
    /// The way to sign in to set up: it is a factor.
    pub struct MethodForm {
        chosen_method: String = hidden(),
        phone: String = hidden(),
    }
}

#[post("/tf-setup", format = "json", data = "<form>")]
async fn set_up(
    ours: SameOrigin,
    site: Visit<'_>,
    me: Enrolling<'_>,
    form: Read<SetupForm>,
) -> Result<Outcome, Error> {
    let draft = form.draft;
    let (name, phone) = (draft.setup.unwrap_or_default(), draft.phone.unwrap_or_default());
    start(ours, site, me, ("setup", &name), &phone).await
}

#[post("/us-setup", format = "json", data = "<form>")]
async fn set_up_to_sign_in(
    ours: SameOrigin,
    site: Visit<'_>,
    me: Enrolling<'_>,
    form: Read<MethodForm>,
) -> Result<Outcome, Error> {
    let draft = form.draft;
    let (name, phone) = (draft.chosen_method.unwrap_or_default(), draft.phone.unwrap_or_default());
    start(ours, site, me, ("chosen_method", &name), &phone).await
}

/// Begins to set up the factor with this name, which stood in a field.
async fn start(
    ours: SameOrigin,
    site: Visit<'_>,
    me: Enrolling<'_>,
    (field, name): (&str, &str),
    phone: &str,
) -> Result<Outcome, Error> {
    let config = site.app.config();
    let none = || Read::of_query([None], config);
    match told::kind(name) {
        Some(FactorKind::Totp) => totp::start(ours, site, me, none()).await,
        Some(FactorKind::Email) => email::start(ours, site, me, none()).await,
        Some(FactorKind::Sms) if phone.is_empty() => sms::start_own(ours, site, me, none()).await,
        Some(FactorKind::Sms) => {
            sms::start(ours, site, me, Read::of_query([None, Some(phone)], config)).await
        }
        Some(FactorKind::Passkey) => passkey::show(site, me, None).await,
        Some(FactorKind::RecoveryCode) | None => {
            let page = list::page(&site, &me, "").await?.home(Place::Factors);
            Ok(page.refused(Refusal::at(field, Fault::new("fault-choose"))))
        }
    }
}

#[post("/wan-delete", format = "json", data = "<form>")]
async fn remove_passkey(
    ours: SameOrigin,
    site: Visit<'_>,
    me: SteppedUp<'_>,
    form: Read<NameForm>,
) -> Result<Outcome, Error> {
    let name = match form.whole() {
        Ok((form, _)) => form.name,
        Err(refusal) => return list::refused(&site, me, refusal).await,
    };
    let held = factors::of_account(&mut site.read().await?, me.0.0.account.id).await?;
    let named = held.iter().find(|factor| factor.kind == FactorKind::Passkey && factor.name == name);
    match named.map(|factor| factor.id.to_string()) {
        Some(id) => list::remove(ours, site, me, &id).await,
        None => {
            let refusal = Refusal::at(NameForm::AT.name, Fault::new("fault-passkey-name"));
            list::refused(&site, me, refusal).await
        }
    }
}
