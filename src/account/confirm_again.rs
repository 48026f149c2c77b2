//! Asking for the confirmation of an address again.

use rocket::{Route, get, post, routes};
use serde::{Deserialize, Serialize};

use super::invite;
use crate::{
    app::App,
    base::{Error, caller::Caller, key::Key},
    core::{limits::MessageKind, place::Place},
    http::{Form, Outcome, Paced, Page, SameOrigin, Sent, Visit, dead_end::AddressForm, throttle},
    outbox::{message::post_decoy, request::Request},
    store::{Tx, registrations},
    view::shown::{Forms, View},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show_form, submit, show_sent]
}

/// The form that asks for the confirmation again.
#[derive(Serialize)]
pub struct ConfirmRequestPage {}

impl View for ConfirmRequestPage {
    const TEMPLATE: &'static str = "account/confirm_request";
    const FORMS: Forms = &[AddressForm::INPUTS];

    fn samples() -> Vec<Self> {
        vec![ConfirmRequestPage {}]
    }
}

#[get("/confirm")]
fn show_form(site: Visit<'_>) -> Page {
    Page::of(&ConfirmRequestPage {}).filled(AddressForm::AT.email, &site.last_address().unwrap_or_default())
}

/// The page after that form.
#[derive(Serialize)]
pub struct ConfirmSentPage(Sent);

impl View for ConfirmSentPage {
    const TEMPLATE: &'static str = "account/confirm_sent";

    fn samples() -> Vec<Self> {
        Sent::samples().into_iter().map(ConfirmSentPage).collect()
    }
}

#[get("/confirm/sent")]
fn show_sent(site: Visit<'_>) -> Page {
    Page::of(&ConfirmSentPage(site.sent(Place::ConfirmSent)))
}

#[post("/confirm", data = "<form>")]
async fn submit(_ours: SameOrigin, site: Visit<'_>, form: Paced<AddressForm>) -> Result<Outcome, Error> {
    let email = match form.0.whole() {
        Ok((AddressForm { email }, _)) => email,
        Err(refusal) => return Ok(Page::of(&ConfirmRequestPage {}).refused(refusal)),
    };
    let request = Again::new(email.key().to_owned(), site.caller());
    let allowed = throttle::post(&site, MessageKind::Confirm, email.key(), &request).await?;
    site.keep_all(Place::ConfirmSent, email.address(), allowed.at(), allowed.is_yes())?;
    Ok(Outcome::go(Place::ConfirmSent))
}

/// A request to send the confirmation again.
#[derive(Serialize, Deserialize)]
pub struct Again {
    email_key: String,
    asked: Caller,
}

impl Request for Again {
    const NAME: &'static str = "Confirm";
}

impl Again {
    /// Creates a request for an address in canonical form.
    pub fn new(email_key: String, asked: Caller) -> Self {
        Self { email_key, asked }
    }

    /// Mails a new key for the registration that counts for the address; posts a decoy if there is none.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn carry_out(self, app: &App, tx: &mut Tx) -> Result<(), Error> {
        let now = app.now();
        let Some(registration) = registrations::newest(tx, &self.email_key, now).await? else {
            return post_decoy(app, tx).await;
        };
        let (key, until) = (Key::for_link(app.random)?, now + *app.config().register.key_ttl);
        registrations::rekey(tx, registration.id, &key.digest(&app.keyring), until).await?;
        invite::mail_key(app, tx, &registration, &key, until, &self.asked).await
    }
}
