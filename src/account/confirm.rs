//! Confirming an address: by a button in the browser that registered; elsewhere by the chosen password or a new one.
//!
//! This way, nobody can prepare an account for somebody else's address.

use rocket::{Route, get, post, routes};
use serde::Serialize;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{
    asked::FieldShown,
    first_password::{Chosen, chosen},
    notice,
};
use crate::{
    auth::{
        first::First,
        gate::{self, Goal, Proof},
        recipient::Recipient,
    },
    base::{Error, fault::Fault, key::Key},
    core::{
        event::{Event, EventKind},
        limits::RateLimit,
        place::Place,
    },
    hashing::password::Password,
    http::{
        CookieName, Form, KeyShown, KeyedLink, LinkKey, Outcome, Page, Read, SameOrigin, ValidKey, Visit,
        dead_end::Why,
        form::{
            form,
            kind::{OwnFaults, OwnValues},
        },
        keyed,
    },
    policy::method::SignInMethod,
    store::{
        accounts::{self, AccountRow},
        registrations::{self, Registration},
        roles,
        sessions::SignedIn,
    },
    view::{
        input::OwnInput,
        shown::{Forms, Until, View},
    },
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![arrive, show, submit]
}

#[get("/confirm/-")]
async fn arrive(site: Visit<'_>, linked: &LinkKey, _me: Option<&SignedIn>) -> Result<Outcome, Error> {
    keyed::arrive::<Unconfirmed>(&site, linked).await
}

/// Id of the button, at which a fault of the application is shown.
pub(super) const BUTTON: &str = "confirm";

/// A registration whose key the request carries.
pub struct Unconfirmed(pub(super) Registration);

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
        fields: Result<OwnValues, OwnFaults> = own().alternative(),
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
    /// Whether there is no password to ask for.
    bare: bool,
    /// Fields of the application, unless they are known to be this person's.
    fields: Vec<FieldShown>,
}

impl View for ConfirmPage {
    const TEMPLATE: &'static str = "account/confirm";
    const FORMS: Forms = &[ConfirmForm::INPUTS];

    fn samples() -> Vec<Self> {
        let page = |ours, invited, fields| ConfirmPage {
            ticket: KeyShown::sample(),
            ours,
            invited,
            bare: false,
            fields,
        };
        let bare = ConfirmPage { bare: true, ..page(false, false, FieldShown::samples(true)) };
        let kinds = [(true, false), (false, false), (false, true)];
        let asking = kinds.map(|(ours, invited)| page(ours, invited, FieldShown::samples(true)));
        kinds
            .map(|(ours, invited)| page(ours, invited, Vec::new()))
            .into_iter()
            .chain(asking)
            .chain([bare])
            .collect()
    }

    fn own_inputs(&self) -> Vec<OwnInput> {
        FieldShown::inputs(&self.fields)
    }
}

impl Unconfirmed {
    fn is_ours(&self, site: &Visit<'_>) -> bool {
        let marks = self.0.browser.as_deref().zip(site.browser_id());
        marks.is_some_and(|(registered, here)| bool::from(registered.ct_eq(&here)))
    }

    /// True if there is no password to ask for, which could have been chosen by somebody else: none was typed, or nobody
    /// signs in with one.
    pub(super) fn is_bare(&self, site: &Visit<'_>) -> bool {
        let policy = site.at_arrival.sign_in([]);
        let none = !self.0.invited && self.has_none() && policy.needs_no_password();
        none || !policy.offers(SignInMethod::Password)
    }

    /// True if no password was typed at registration.
    fn has_none(&self) -> bool {
        self.0.password_hash.is_unusable()
    }

    /// True if the account gets the password of the registration, or none, without another question.
    pub(super) fn is_settled(&self, site: &Visit<'_>) -> bool {
        self.is_ours(site) && (self.is_bare(site) || !self.has_none())
    }

    /// Whether the fields that its owner filled in are what the application asks.
    pub(super) fn has_fields(&self, site: &Visit<'_>) -> bool {
        let registration = site.extensions.registration.as_ref();
        registration.is_none_or(|it| !self.0.invited && it.reads(&self.0.fields))
    }

    /// Whether confirming hashes a password, or asks the application.
    fn takes_work(&self, site: &Visit<'_>) -> bool {
        site.extensions.registration.is_some() || !(self.is_settled(site) || self.is_bare(site))
    }

    fn shown(&self, site: &Visit<'_>) -> Page {
        let Registration { id, email, expires_at, invited, .. } = &self.0;
        let ours = self.is_settled(site);
        let asks = site.extensions.registration.is_some() && !(ours && self.has_fields(site));
        let until = Until::new(site.locale, *expires_at, site.now());
        Page::of(&ConfirmPage {
            ticket: KeyShown { id: *id, email: email.clone(), until },
            ours,
            invited: *invited,
            bare: self.is_bare(site),
            fields: if asks { FieldShown::of(&site.config().register) } else { Vec::new() },
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
    let (typed, refusal) = match form.whole() {
        Ok(whole) => whole,
        Err(refusal) => return Ok(unconfirmed.shown(&site).refused(refusal)),
    };
    // Wrong passwords keep nobody from choosing another.
    let what: &[u8] = if typed.password.is_ok() { b"" } else { b"new" };
    let of = [unconfirmed.0.id.as_bytes(), what].concat();
    let counted = RateLimit::PasswordOf(&of);
    if unconfirmed.takes_work(&site) {
        let mut tx = site.begin().await?;
        let allowed = counted.allow(site.app, &mut tx).await?;
        tx.commit().await?;
        if !allowed.is_yes() {
            return Ok(Outcome::too_many(allowed));
        }
    }
    let chosen = chosen(&site, &unconfirmed, typed, refusal).await;
    if matches!(chosen, Err(Error::Busy)) {
        let mut tx = site.begin().await?;
        counted.refund(site.app, &mut tx).await?;
        tx.commit().await?;
    }
    let Chosen { hash, fields, refusal } = match chosen? {
        Ok(chosen) => chosen,
        Err(refusal) => return Ok(unconfirmed.shown(&site).refused(refusal)),
    };
    let (registration, now, bare) = (&unconfirmed.0, site.now(), hash.is_unusable());
    let account = AccountRow {
        fields,
        role_list: registration.roles.clone(),
        ..AccountRow::new(registration.email.clone(), hash, now, site.random)?
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
    if let Some(asks) = &site.extensions.registration {
        locked.reread().await?;
        let (tx, row) = locked.parts();
        if let Err(fault) = asks.confirmed(&site.account(row), tx).await {
            return Ok(unconfirmed.shown(&site).refused(refusal.with(BUTTON, fault)));
        }
    }
    Event::new(EventKind::AccountConfirmed, account.id)
        .from(&site.caller())
        .write(site.app, locked.tx())
        .await?;
    let passed = if site.config().register.login_after_confirm {
        let mailed = First::Sent(Recipient::mail(&account.email));
        let proof = if bare { Proof::Code(&mailed) } else { Proof::Password };
        Some(gate::pass(&site, &mut locked, proof, None, Goal::SignIn { keep: false }).await?)
    } else {
        None
    };
    tx.commit().await?;
    Ok(match passed {
        Some(passed) => {
            site.flash(if passed.has_entered() { "flash-confirmed" } else { "flash-confirmed-owing" });
            passed.enter(&site, Place::Account)
        }
        None => {
            site.flash(if bare { "flash-confirmed-bare" } else { "flash-confirmed-login" });
            site.keep(Place::SignIn, &account.email)?;
            Outcome::go(Place::SignIn)
        }
    })
}
