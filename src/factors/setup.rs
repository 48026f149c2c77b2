//! Setting up and removing factors in one address each, for programs, in the words of Flask-Security.

use rocket::{Route, get, post, routes};

use super::{
    email,
    enrol::Enrolling,
    list::{self, MAX_NAME, NameForm},
    passkey, prove, sms, totp,
};
use crate::{
    account::notice,
    auth::{pending::Pending, question::Question, stepped_up::SteppedUp, token, told},
    base::{Error, factor::FactorKind, fault::Fault},
    core::{
        event::{Event, EventKind},
        place::Place,
    },
    http::{Outcome, Paced, Read, Refusal, SameOrigin, Visit, form::form, program::Program},
    policy::sign_in::SecondFactor,
    sign_in,
    store::{factors, sessions::SignedIn},
};

/// What removes every factor, where one would be set up.
pub(super) const DISABLE: &str = "disable";
/// Faults of a passkey belong to no field.
const WHOLE_FORM: [(&str, &str); 1] = [(Question::ELEMENT, "")];

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![
        set_up,
        set_up_to_sign_in,
        new_passkey,
        ask_passkey,
        ask_passkey_again,
        take_passkey,
        remove_passkey
    ]
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

#[post("/tf-setup", data = "<form>")]
async fn set_up(
    _program: &Program,
    ours: SameOrigin,
    site: Visit<'_>,
    me: Enrolling<'_>,
    form: Read<SetupForm>,
) -> Result<Outcome, Error> {
    start(ours, site, me, (SetupForm::AT.setup, form.draft.setup), form.draft.phone).await
}

#[post("/us-setup", data = "<form>")]
async fn set_up_to_sign_in(
    _program: &Program,
    ours: SameOrigin,
    site: Visit<'_>,
    me: Enrolling<'_>,
    form: Read<MethodForm>,
) -> Result<Outcome, Error> {
    start(ours, site, me, (MethodForm::AT.chosen_method, form.draft.chosen_method), form.draft.phone).await
}

/// Begins to set up the factor with this name, which stood in a field.
async fn start(
    ours: SameOrigin,
    site: Visit<'_>,
    me: Enrolling<'_>,
    (field, name): (&str, Option<String>),
    phone: Option<String>,
) -> Result<Outcome, Error> {
    let (config, name) = (site.app.config(), name.unwrap_or_default());
    let phone = phone.filter(|phone| !phone.is_empty());
    let none = || Read::of_query([None], config);
    let me = match me {
        Enrolling::SignedIn(me) if name == DISABLE => return remove_all(&site, me).await,
        me => me,
    };
    match told::kind(&name) {
        Some(FactorKind::Totp) => totp::start(ours, site, me, none()).await,
        Some(FactorKind::Email) => email::start(ours, site, me, none()).await,
        Some(FactorKind::Sms) => match phone.as_deref() {
            None => sms::start_own(ours, site, me, none()).await,
            phone => sms::start(ours, site, me, Read::of_query([None, phone], config)).await,
        },
        Some(FactorKind::Passkey) => passkey::show(site, me, None).await,
        Some(FactorKind::RecoveryCode) | None => {
            let page = list::page(&site, &me, "").await?.home(Place::Factors);
            Ok(page.refused(Refusal::at(field, Fault::new("fault-choose"))))
        }
    }
}

form! {
    /// The name of a passkey that is to be added.
    pub struct NewPasskeyForm {
        name: String = optional_line(MAX_NAME),
    }
}

#[post("/wan-register", data = "<form>")]
async fn new_passkey(
    _program: &Program,
    _ours: SameOrigin,
    site: Visit<'_>,
    me: Enrolling<'_>,
    form: Read<NewPasskeyForm>,
) -> Result<Outcome, Error> {
    let (NewPasskeyForm { name }, refusal) = match form.whole() {
        Ok(whole) => whole,
        Err(refusal) => return Ok(list::page(&site, &me, "").await?.refused(refusal)),
    };
    let held = factors::of_account(&mut site.read().await?, me.account().id).await?;
    let is_held = held.iter().any(|factor| factor.kind == FactorKind::Passkey && factor.name == name);
    if is_held {
        let refusal = refusal.with(NewPasskeyForm::AT.name, Fault::new("fault-passkey-held"));
        return Ok(list::page(&site, &me, "").await?.refused(refusal));
    }
    passkey::ask(&site, &me, "", &name).await
}

#[get("/wan-signin")]
async fn ask_passkey(
    _program: &Program,
    site: Visit<'_>,
    pending: Option<Pending<'_>>,
    me: Option<&SignedIn>,
) -> Result<Outcome, Error> {
    match pending {
        Some(pending) => prove::show(site, pending, None, Some(FactorKind::Passkey.name())).await,
        None => sign_in::passkey::show(site, me, None),
    }
}

#[post("/wan-signin")]
async fn ask_passkey_again(
    program: &Program,
    _ours: SameOrigin,
    site: Visit<'_>,
    pending: Option<Pending<'_>>,
    me: Option<&SignedIn>,
) -> Result<Outcome, Error> {
    ask_passkey(program, site, pending, me).await
}

form! {
    /// The answer of a passkey.
    pub struct CredentialForm {
        credential: String = answer(),
    }
}

#[post("/wan-signin/<asked>", data = "<form>")]
async fn take_passkey(
    _program: &Program,
    ours: SameOrigin,
    site: Visit<'_>,
    pending: Option<Pending<'_>>,
    asked: &str,
    form: Read<CredentialForm>,
) -> Result<Outcome, Error> {
    let (config, answer) = (site.app.config(), form.draft.credential.unwrap_or_default());
    let outcome = match pending {
        Some(pending) => {
            let with = Some(FactorKind::Passkey.name());
            let form = [None, with, Some(asked), Some(&*answer), None, None];
            prove::submit(ours, site, pending, Read::of_query(form, config)).await
        }
        None => {
            let form = Read::of_query([None, Some(asked), Some(&*answer)], config);
            sign_in::passkey::submit(ours, site, Paced(form)).await
        }
    };
    outcome.map(|outcome| outcome.named(&WHOLE_FORM))
}

#[post("/wan-delete", data = "<form>")]
async fn remove_passkey(
    _program: &Program,
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

/// Removes every factor, and the recovery codes.
///
/// # Errors
/// [`Error::Database`].
async fn remove_all(site: &Visit<'_>, me: SteppedUp<'_>) -> Result<Outcome, Error> {
    let mut tx = site.begin().await?;
    let Some(mut account) = me.0.lock(&mut tx, site.now()).await? else {
        return Ok(Outcome::elsewhere(Place::Factors));
    };
    if site.sign_in_policy(&account).second_factor == SecondFactor::Required {
        drop(tx);
        return list::refused(site, me, Refusal::at("factors", Fault::new("fault-factor-needed"))).await;
    }
    let (asked, owner) = (site.caller(), account.id);
    let (tx_held, row) = account.parts();
    notice::post(site.app, tx_held, row, &row.email, "factor-removed", &asked).await?;
    if factors::remove_all(&mut account).await? == 0 {
        return Ok(Outcome::elsewhere(Place::Factors));
    }
    let event = Event::new(EventKind::FactorRemovedAll, owner).from(&asked);
    event.write(site.app, account.tx()).await?;
    let session = &me.0.0.session;
    token::renew(site, &mut account, session, session.factor).await?;
    tx.commit().await?;
    site.flash("flash-factor-removed");
    Ok(Outcome::go(Place::Factors))
}
