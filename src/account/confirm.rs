//! Confirming an address: by a button in the browser that registered; elsewhere by the chosen password or a new one.
//!
//! This way, nobody can prepare an account for somebody else's address.

use rocket::{Route, get, post, routes};
use serde::Serialize;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{
    change::{Checked, check},
    notice,
};
use crate::{
    auth::gate::{self, Goal, Passed, Proof},
    base::{Error, fault::Fault, key::Key},
    core::{
        event::{Event, EventKind},
        place::Place,
    },
    hashing::{hash::PasswordHash, password::Password},
    http::{
        CookieName, Form, KeyShown, KeyedLink, LinkKey, Outcome, Page, Read, Refusal, SameOrigin, ValidKey,
        Visit, dead_end::Why, form::form, keyed,
    },
    store::{
        self,
        accounts::{self, AccountRow},
        registrations::{self, Registration},
        roles,
        sessions::SignedIn,
    },
    view::shown::{Forms, Until, View},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![arrive, show, submit]
}

#[get("/confirm/-")]
async fn arrive(site: Visit<'_>, linked: &LinkKey, _me: Option<&SignedIn>) -> Result<Outcome, Error> {
    keyed::arrive::<Unconfirmed>(&site, linked).await
}

/// A registration whose key the request carries.
pub struct Unconfirmed(Registration);

#[rocket::async_trait]
impl KeyedLink for Unconfirmed {
    const COOKIE: CookieName = CookieName::Confirm;
    const AGAIN: Place = Place::Confirm;

    async fn find(site: &Visit<'_>, key: &Key) -> Result<Option<Self>, Error> {
        let digest = key.digest(&site.keyring);
        Ok(registrations::find(&mut site.read().await?, &digest, site.now()).await?.map(Unconfirmed))
    }

    fn id(&self) -> Uuid {
        self.0.id
    }

    fn email(&self) -> &str {
        &self.0.email
    }

    fn page(&self) -> Place {
        Place::ConfirmAddress
    }
}

form! {
    /// The form that confirms an address: by the password chosen at registration, or by a new one.
    pub struct ConfirmForm {
        password: Result<Password, Fault> = password().alternative(),
        new_password: Result<Password, Fault> = new_password().alternative(),
    }
}

/// The page with that form.
#[derive(Serialize)]
pub struct ConfirmPage {
    ticket: KeyShown,
    /// Whether this browser registered.
    ours: bool,
    /// Whether an admin did.
    invited: bool,
}

impl View for ConfirmPage {
    const TEMPLATE: &'static str = "account/confirm";
    const FORMS: Forms = &[ConfirmForm::INPUTS];

    fn samples() -> Vec<Self> {
        let page = |ours, invited| ConfirmPage { ticket: KeyShown::sample(), ours, invited };
        vec![page(true, false), page(false, false), page(false, true)]
    }
}

impl Unconfirmed {
    fn is_ours(&self, site: &Visit<'_>) -> bool {
        let marks = self.0.browser.as_deref().zip(site.browser_id());
        marks.is_some_and(|(registered, here)| bool::from(registered.ct_eq(&here)))
    }

    fn shown(&self, site: &Visit<'_>) -> Page {
        let Registration { id, email, expires_at, invited, .. } = &self.0;
        let until = Until::new(site.locale, *expires_at, site.now());
        Page::of(&ConfirmPage {
            ticket: KeyShown { id: *id, email: email.clone(), until },
            ours: self.is_ours(site),
            invited: *invited,
        })
    }
}

#[get("/confirm/address")]
fn show(site: Visit<'_>, unconfirmed: ValidKey<Unconfirmed>) -> Page {
    unconfirmed.0.shown(&site)
}

#[post("/confirm/address", data = "<form>")]
async fn submit(
    _ours: SameOrigin,
    site: Visit<'_>,
    unconfirmed: ValidKey<Unconfirmed>,
    form: Read<ConfirmForm>,
) -> Result<Outcome, Error> {
    let unconfirmed = unconfirmed.0;
    let (hash, theirs) = match password(&site, &unconfirmed, form).await? {
        Ok(chosen) => chosen,
        Err(refusal) => return Ok(unconfirmed.shown(&site).refused(refusal)),
    };
    let (registration, now) = (unconfirmed.0, site.now());
    let account = AccountRow {
        id: store::id(now, site.random)?,
        email: registration.email,
        password_hash: hash,
        version: 0,
        enabled: true,
        phone: None,
        phone_usable_at: None,
        // Without the password chosen at registration, the other fields may be somebody else's.
        fields: if theirs { registration.fields } else { "{}".into() },
        created_at: now,
        resets_blocked_until: now,
        undone_at: crate::base::clock::Time::default(),
        deleted_at: None,
        role_list: registration.roles,
    };
    let mut tx = site.begin().await?;
    let locked = match registrations::spend(&mut tx, registration.id, now).await? {
        true => accounts::insert(&mut tx, &account, &registration.email_key, now - *notice::UNDO).await?,
        false => None,
    };
    let Some(mut locked) = locked else {
        return Ok(Outcome::gone(Why::Unknown, None, Place::Confirm));
    };
    // The account gets the roles of every live registration of the address, whichever link was opened.
    for role in registrations::drop_address(locked.tx(), &registration.email_key, now).await? {
        roles::add(locked.tx(), account.id, &role).await?;
    }
    Event::new(EventKind::AccountConfirmed, account.id)
        .from(&site.caller())
        .write(site.app, locked.tx())
        .await?;
    let admission = if site.config().register.login_after_confirm {
        let goal = Goal::SignIn { keep: false };
        let Passed::Entered(admission) = gate::pass(&site, &mut locked, Proof::Password, goal).await?;
        Some(admission)
    } else {
        None
    };
    tx.commit().await?;
    Ok(match admission {
        Some(admission) => {
            admission.enter(&site);
            site.tell("told-confirmed");
            Outcome::go(Place::Account)
        }
        None => {
            site.tell("told-confirmed-login");
            site.keep(Place::SignIn, &account.email)?;
            Outcome::go(Place::SignIn)
        }
    })
}

/// Returns the account's first password hash and whether it was chosen at registration, or the refusal of the form.
async fn password(
    site: &Visit<'_>,
    unconfirmed: &Unconfirmed,
    form: Read<ConfirmForm>,
) -> Result<Result<(PasswordHash, bool), Refusal>, Error> {
    let registration = &unconfirmed.0;
    if unconfirmed.is_ours(site) {
        return Ok(Ok((registration.password_hash.clone(), true)));
    }
    let (ConfirmForm { password, new_password }, refusal) = match form.whole() {
        Ok(whole) => whole,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let (at, fault) = (ConfirmForm::AT, |at, fault| Ok(Err(refusal.with(at, fault))));
    let missing = matches!(&password, Err(fault) if *fault == Fault::new("fault-required"));
    if registration.invited || missing {
        let password = match new_password {
            Ok(password) => password,
            Err(wrong) => return fault(at.new_password, wrong),
        };
        let own_words = [registration.email.as_str(), &site.config().site_name];
        if let Err(wrong) =
            site.hasher_for(registration.id.as_bytes()).validate(&password, &own_words).await?
        {
            return fault(at.new_password, wrong);
        }
        return Ok(Ok((site.hasher_for(registration.id.as_bytes()).hash(password).await?, false)));
    }
    match password {
        Ok(typed) => match check(site, registration.id, typed, &registration.password_hash).await? {
            Checked::Right => Ok(Ok((registration.password_hash.clone(), true))),
            _ => fault(at.password, Fault::new("fault-password")),
        },
        Err(wrong) => fault(at.password, wrong),
    }
}
