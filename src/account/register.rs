//! Registration: a pending row with a key of its own, which becomes an account when its address is confirmed.

use std::collections::BTreeMap;

use rocket::{Route, get, post, routes};
use serde::{Deserialize, Serialize};

use super::{
    invite,
    taken::{self, taken},
};
use crate::{
    app::App,
    base::{Error, caller::Caller, email::Email},
    core::{limits::MessageKind, place::Place},
    hashing::hash::PasswordHash,
    http::{Answer, Faults, Paced, Page, SameOrigin, Sent, Visit, throttle},
    outbox::request::{self, Request},
    store::{self, Tx, registrations::Registration, sessions::SignedIn},
    view::shown::View,
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit, show_sent]
}

/// The form for an account.
#[derive(Serialize)]
pub struct RegisterPage {
    /// Whether anybody may register.
    open: bool,
    fields: Vec<FieldShown>,
}

/// A field that the site defines itself.
#[derive(Serialize)]
struct FieldShown {
    name: String,
    label: String,
    required: bool,
}

impl View for RegisterPage {
    const TEMPLATE: &'static str = "account/register";

    fn samples() -> Vec<Self> {
        let page = |required| {
            let team = FieldShown { name: "team".into(), label: "Team".into(), required };
            RegisterPage { open: true, fields: vec![team] }
        };
        vec![page(false), page(true), RegisterPage { open: false, fields: Vec::new() }]
    }
}

#[get("/register")]
fn show(site: Visit<'_>, me: Option<&SignedIn>) -> Answer {
    match me {
        Some(_) => Answer::go(Place::Account),
        None => form(&site, &BTreeMap::new()).cacheable().into(),
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

fn form(site: &Visit<'_>, typed: &BTreeMap<String, String>) -> Page {
    let settings = &site.config().register;
    let fields = settings.fields.iter().map(|field| FieldShown {
        name: field.name.clone(),
        label: field.label.clone(),
        required: field.required,
    });
    let mut page = Page::of(&RegisterPage { open: settings.open, fields: fields.collect() });
    for field in &settings.fields {
        page = page.label(&format!("field.{}", field.name), &field.label);
    }
    for (name, value) in typed {
        page = page.typed(&format!("field.{name}"), value);
    }
    page
}

#[post("/register", data = "<fields>")]
async fn submit(_ours: SameOrigin, site: Visit<'_>, fields: Paced) -> Result<Answer, Error> {
    let settings = &site.config().register;
    if !settings.open {
        return Ok(form(&site, &BTreeMap::new()).status(rocket::http::Status::Forbidden).into());
    }
    let mut tx = site.begin().await?;
    let allowed = throttle::client_allowed(&site, &mut tx).await?;
    tx.commit().await?;
    if !allowed.is_yes() {
        return Ok(Page::too_many(site.app, allowed).into());
    }
    let mut faults = Faults::default();
    let email = faults.take("email", fields.email("email"));
    let password = faults.take("password", fields.password("password"));
    let mut typed = BTreeMap::new();
    for field in &settings.fields {
        let name = format!("field.{}", field.name);
        let read = if field.required {
            fields.required(&name, field.max_length)
        } else {
            fields.line(&name, field.max_length)
        };
        typed.extend(faults.take(&name, read).map(|text| (field.name.clone(), text.to_owned())));
    }
    if let Some(password) = &password {
        let own: Vec<&str> = [fields.get("email").unwrap_or_default(), &site.config().site_name]
            .into_iter()
            .chain(typed.values().map(String::as_str))
            .collect();
        faults.take("password", site.hasher().validate(password, &own).await?);
    }
    let (Some(email), Some(password), true) = (email, password, faults.is_empty()) else {
        return Ok(form(&site, &typed)
            .typed("email", fields.get("email").unwrap_or_default())
            .faults(faults)
            .into());
    };
    let address = email.address().to_owned();
    let browser = site.ensure_browser_id()?;
    let hash = site.hasher().hash(password).await?;
    let mut tx = site.begin().await?;
    let allowed = throttle::name_allowed(&site, &mut tx, MessageKind::Register, email.key()).await?;
    if allowed.is_yes() {
        let (email, asked) = (address.clone(), site.caller());
        let request = Register { email, hash, fields: typed, browser, asked };
        request::post(&site, &mut tx, &request).await?;
    }
    tx.commit().await?;
    site.keep_all(Place::RegisterSent, &address, allowed.at(), allowed.is_yes())?;
    Ok(Answer::go(Place::RegisterSent))
}

/// A request for an account.
#[derive(Serialize, Deserialize)]
pub struct Register {
    email: String,
    hash: PasswordHash,
    fields: BTreeMap<String, String>,
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
            fields: serde_json::to_string(&self.fields).expect("texts are plain data"),
            roles: String::new(),
            invited: false,
            browser: Some(self.browser),
            created_at: now,
            expires_at: now + *app.config().register.key_ttl,
        };
        invite::invite(app, tx, &registration, Some(&self.asked)).await
    }
}
