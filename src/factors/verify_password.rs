//! Another proof of identity by the password, for programs of people who have no second factor.

use rocket::{Route, get, post, routes};

use super::ways::Ways;
use crate::{
    account::change::{Checked, check},
    auth::gate,
    base::{Error, fault::Fault},
    core::place::Place,
    hashing::password::Password,
    http::{Outcome, Read, Refusal, SameOrigin, Visit, form::form},
    sign_in::page::page,
    store::{
        accounts,
        sessions::{self, SignedIn},
    },
};

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

#[post("/verify/password", format = "json", data = "<form>")]
async fn submit(
    _ours: SameOrigin,
    site: Visit<'_>,
    me: &SignedIn,
    form: Read<PasswordForm>,
) -> Result<Outcome, Error> {
    if Ways::strongest(&site, &me.account).await?.choose("").is_some() {
        return Ok(Outcome::again(Place::Verify.into()));
    }
    let refused = |refusal: Refusal| Ok(page(&site, "", true, None).refused(refusal));
    let password = match form.whole() {
        Ok((form, _)) => form.password,
        Err(refusal) => return refused(refusal),
    };
    if check(&site, me.account.id, password, &me.account.password_hash).await? != Checked::Right {
        return refused(Refusal::at(PasswordForm::AT.password, Fault::new("fault-password")));
    }
    let (now, mut tx) = (site.now(), site.begin().await?);
    let locked = accounts::lock_unchanged(&mut tx, &me.account, now).await?;
    let Some(mut account) = locked else { return Ok(Outcome::elsewhere(Place::SignIn)) };
    if !sessions::is_live(account.tx(), me.session.id, now).await? {
        return Ok(Outcome::elsewhere(Place::SignIn));
    }
    let fresh_until = now + *site.config().session.fresh;
    sessions::step_up(account.tx(), me.session.id, None, (now, fresh_until)).await?;
    gate::verified(&site, &mut account, &me.session, fresh_until).await?;
    tx.commit().await?;
    Ok(Outcome::go(Place::Account))
}
