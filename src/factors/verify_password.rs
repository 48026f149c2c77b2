//! Another proof of identity by the password, for programs of people who have no second factor.

use rocket::{Route, get, post, routes};

use super::ways::Ways;
use crate::{
    account::change::{asks_password, confirm},
    auth::token,
    base::{Error, fault::Fault},
    core::place::Place,
    hashing::password::Password,
    http::{Outcome, Read, Refusal, SameOrigin, Visit, form::form, program::Program},
    policy::sign_in::SecondFactor,
    sign_in::page::page,
    store::{accounts, sessions::SignedIn},
};

/// Its field, by the name that a program gives it in `/us-verify`.
const NAMES: [(&str, &str); 1] = [("password", "passcode")];

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit]
}

form! {
    /// The form for the password.
    pub struct PasswordForm {
        password: Password = password(),
    }
}

#[get("/verify/password")]
fn show(_me: &SignedIn) -> Outcome {
    Outcome::elsewhere(Place::Verify)
}

/// Asks for the password again.
pub(super) fn asking(site: &Visit<'_>, fault: Fault) -> Outcome {
    page(site, "", true, None).refused(Refusal::at(PasswordForm::AT.password, fault))
}

#[post("/verify/password", data = "<form>")]
async fn submit(
    _program: &Program,
    _ours: SameOrigin,
    site: Visit<'_>,
    me: &SignedIn,
    form: Read<PasswordForm>,
) -> Result<Outcome, Error> {
    match form.whole() {
        Ok((PasswordForm { password }, refusal)) => {
            let ways = Ways::strongest(&site, &me.account).await?;
            check(&site, me, &ways, password, refusal).await
        }
        Err(refusal) => Ok(page(&site, "", true, None).refused(refusal)),
    }
}

/// Proves who is there by a password that a program sent as a code.
///
/// # Errors
/// [`Error::Busy`], [`Error::Database`].
pub(super) async fn prove(
    site: &Visit<'_>,
    me: &SignedIn,
    ways: &Ways,
    typed: &str,
) -> Result<Outcome, Error> {
    match Password::parse(typed) {
        Ok(password) => {
            check(site, me, ways, password, Refusal::default()).await.map(|outcome| outcome.named(&NAMES))
        }
        Err(fault) => Ok(asking(site, fault).named(&NAMES)),
    }
}

async fn check(
    site: &Visit<'_>,
    me: &SignedIn,
    ways: &Ways,
    password: Password,
    mut refusal: Refusal,
) -> Result<Outcome, Error> {
    let account = &me.account;
    // What proves too little to sign in proves too little here.
    let policy = site.sign_in_policy(account);
    let suffices = (ways.is_empty() || !policy.is_on())
        && policy.second_factor != SecondFactor::Required
        && asks_password(site, account);
    if !suffices {
        return Ok(Outcome::again(Place::Verify.into()));
    }
    confirm(site, account, Some(Ok(password)), PasswordForm::AT.password, &mut refusal).await?;
    if !refusal.is_empty() {
        return Ok(page(site, "", true, None).refused(refusal));
    }
    let mut tx = site.begin().await?;
    let locked = accounts::lock_unchanged(&mut tx, account, site.now()).await?;
    let Some(mut account) = locked else { return Ok(Outcome::elsewhere(Place::SignIn)) };
    if !token::verified(site, &mut account, &me.session, None).await? {
        return Ok(Outcome::elsewhere(Place::SignIn));
    }
    tx.commit().await?;
    Ok(Outcome::go(Place::Account))
}
