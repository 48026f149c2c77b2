//! Registration: a pending row with a key of its own, which becomes an account when its address is confirmed.

use rocket::{Route, get, post, routes};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    asked::{self, FieldShown},
    invite,
    taken::{self, taken},
};
use crate::{
    app::App,
    base::{Error, caller::Caller, email::Email, fault::Fault},
    core::{limits::MessageKind, place::Place},
    hashing::{hash::PasswordHash, password::Password},
    http::{
        Form, Outcome, Paced, Page, Read, Refusal, SameOrigin, Sent, Visit,
        form::{form, kind::OwnValues},
        throttle,
    },
    outbox::request::{self, Request},
    policy::method::SignInMethod,
    store::{self, Tx, registrations::Registration, sessions::SignedIn},
    view::{
        input::OwnInput,
        shown::{Forms, View},
    },
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit, show_sent]
}

form! {
    /// The form for an account.
    pub struct RegisterForm {
        email: Email = email().complete("username"),
        password: Result<Password, Fault> = password().complete("new-password").alternative(),
        fields: OwnValues = own(),
    }
}

/// The page with that form.
#[derive(Serialize)]
pub struct RegisterPage {
    /// Whether anybody may register.
    open: bool,
    /// Whether a password is asked for.
    password: bool,
    /// Whether it may be left out.
    optional: bool,
    fields: Vec<FieldShown>,
}

impl View for RegisterPage {
    const TEMPLATE: &'static str = "account/register";
    const FORMS: Forms = &[RegisterForm::INPUTS];

    fn samples() -> Vec<Self> {
        let page = |required, password, optional| RegisterPage {
            open: true,
            password,
            optional,
            fields: FieldShown::samples(required),
        };
        let closed = RegisterPage { open: false, fields: Vec::new(), ..page(false, true, false) };
        vec![page(false, true, false), page(true, true, true), page(true, false, true), closed]
    }

    fn own_inputs(&self) -> Vec<OwnInput> {
        FieldShown::inputs(&self.fields)
    }
}

#[get("/register")]
fn show(site: Visit<'_>, me: Option<&SignedIn>) -> Outcome {
    match me {
        Some(_) => Outcome::for_strangers(Place::Account),
        None => page(&site).cacheable().into(),
    }
}

/// The page after that form.
#[derive(Serialize)]
pub struct RegisterSentPage(Sent);

impl View for RegisterSentPage {
    const TEMPLATE: &'static str = "account/register_sent";

    fn samples() -> Vec<Self> {
        Sent::samples().into_iter().map(RegisterSentPage).collect()
    }
}

#[get("/register/sent")]
fn show_sent(site: Visit<'_>) -> Page {
    Page::of(&RegisterSentPage(site.sent(Place::RegisterSent)))
}

fn page(site: &Visit<'_>) -> Page {
    let settings = &site.config().register;
    let policy = site.at_arrival.sign_in([]);
    let (password, optional) = (policy.offers(SignInMethod::Password), policy.needs_no_password());
    Page::of(&RegisterPage { open: settings.open, password, optional, fields: FieldShown::of(settings) })
}

#[post("/register", data = "<form>")]
async fn submit(_ours: SameOrigin, site: Visit<'_>, form: Paced<RegisterForm>) -> Result<Outcome, Error> {
    if !site.config().register.open {
        return Ok(page(&site).status(rocket::http::Status::Forbidden).into());
    }
    let mut tx = site.begin().await?;
    let allowed = throttle::client_allowed(&site, &mut tx).await?;
    tx.commit().await?;
    if !allowed.is_yes() {
        return Ok(Outcome::too_many(allowed));
    }
    let Paced(Read { draft, mut refusal }) = form;
    let password = draft.password.and_then(|typed| read_password(&site, typed, &mut refusal));
    if let Some(password) = &password {
        let own = draft.fields.iter().flat_map(|own| own.values()).map(String::as_str);
        let own: Vec<&str> = own.collect();
        let email = refusal.text(RegisterForm::AT.email);
        let validated = site.judge(&site.hasher(), password, email, &own).await?;
        refusal.take(RegisterForm::AT.password, validated);
    }
    // For everybody alike: nobody has looked yet whether there is an account.
    let judged = match (&draft.email, &draft.fields) {
        (Some(email), Some(own)) => {
            asked::judge(site.app, email.address(), own, RegisterForm::AT.email, &mut refusal).await
        }
        _ => None,
    };
    let (Some(email), Some(fields), true) = (draft.email, judged, refusal.is_empty()) else {
        return Ok(page(&site).refused(refusal));
    };
    let address = email.address().to_owned();
    let browser = site.ensure_browser_id()?;
    let hash = match password {
        Some(password) => site.hasher().hash(password).await?,
        None => PasswordHash::unusable(),
    };
    let mut tx = site.begin().await?;
    let allowed = throttle::name_allowed(&site, &mut tx, MessageKind::Register, email.key()).await?;
    if allowed.is_yes() {
        let (email, asked) = (address.clone(), site.caller());
        let request = Register { email, hash, fields, browser, asked };
        request::post(&site, &mut tx, &request).await?;
    }
    tx.commit().await?;
    site.keep_all(Place::RegisterSent, &address, allowed.at(), allowed.is_yes())?;
    Ok(Outcome::go(Place::RegisterSent))
}

/// Returns the password that was typed, if there has to be one or one was typed.
fn read_password(
    site: &Visit<'_>,
    typed: Result<Password, Fault>,
    refusal: &mut Refusal,
) -> Option<Password> {
    let policy = site.at_arrival.sign_in([]);
    let is_missing = typed.as_ref().is_err_and(Fault::is_missing);
    let is_asked = policy.offers(SignInMethod::Password) && !(is_missing && policy.needs_no_password());
    if is_asked { refusal.take(RegisterForm::AT.password, typed) } else { None }
}

/// A request for an account.
#[derive(Serialize, Deserialize)]
pub struct Register {
    email: String,
    hash: PasswordHash,
    fields: Map<String, Value>,
    browser: Vec<u8>,
    asked: Caller,
}

impl Request for Register {
    const NAME: &'static str = "Register";
}

impl Register {
    /// Writes the pending row and mails its key; a taken address gets a mail that says so instead.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn carry_out(self, app: &App, tx: &mut Tx) -> Result<(), Error> {
        let Ok(email) = Email::parse(&self.email) else { return Ok(()) };
        let now = app.now();
        if let Some(taken) = taken(app, tx, email.key(), None).await? {
            return taken::tell(app, tx, taken, &self.asked).await;
        }
        let registration = Registration {
            id: store::id(now, app.random)?,
            email: self.email,
            email_key: email.key().to_owned(),
            password_hash: self.hash,
            fields: serde_json::to_string(&self.fields).expect("JSON is plain data"),
            roles: String::new(),
            invited: false,
            browser: Some(self.browser),
            created_at: now,
            expires_at: now + *app.config().register.key_ttl,
        };
        invite::invite(app, tx, &registration, &self.asked).await
    }
}
