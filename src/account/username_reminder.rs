//! A mail with the username of an account, for people who have forgotten it: the same work and the same answer for every
//! address.

use rocket::{Route, get, post, routes};
use serde::{Deserialize, Serialize};

use super::unanswered;
use crate::{
    app::App,
    base::{Error, caller::Caller, email::Email, username::REMINDING},
    core::{
        event::{Event, EventKind},
        limits::MessageKind,
        place::Place,
    },
    http::{Form, Outcome, Paced, Page, SameOrigin, Sent, Visit, dead_end::AddressForm, throttle},
    outbox::{message::Message, request::Request},
    store::{
        Tx,
        accounts::{self, AccountState},
        usernames,
    },
    view::shown::{Forms, View},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit, show_sent]
}

/// The page that asks for the address.
#[derive(Serialize)]
pub struct ReminderPage {}

impl View for ReminderPage {
    const TEMPLATE: &'static str = "account/username_reminder";
    const FORMS: Forms = &[AddressForm::INPUTS];

    fn samples() -> Vec<Self> {
        vec![ReminderPage {}]
    }
}

/// The page after that form.
#[derive(Serialize)]
pub struct ReminderSentPage(Sent);

impl View for ReminderSentPage {
    const TEMPLATE: &'static str = "account/username_sent";

    fn samples() -> Vec<Self> {
        Sent::samples().into_iter().map(ReminderSentPage).collect()
    }
}

#[get("/login/username")]
fn show(site: Visit<'_>) -> Outcome {
    if !site.at_arrival.sign_in([]).has_usernames() {
        return Outcome::elsewhere(Place::SignIn);
    }
    let email = site.last_address().unwrap_or_default();
    Page::of(&ReminderPage {}).filled(AddressForm::AT.email, &email).into()
}

#[post("/login/username", data = "<form>")]
async fn submit(_ours: SameOrigin, site: Visit<'_>, form: Paced<AddressForm>) -> Result<Outcome, Error> {
    if !site.at_arrival.sign_in([]).has_usernames() {
        return Ok(Outcome::elsewhere(Place::SignIn));
    }
    let email = match form.0.whole() {
        Ok((AddressForm { email }, _)) => email,
        Err(refusal) => return Ok(Page::of(&ReminderPage {}).refused(refusal)),
    };
    let request = Reminder::new(&email, site.caller());
    let allowed = throttle::post(&site, MessageKind::Username, email.key(), &request).await?;
    site.keep_all(Place::UsernameSent, email.address(), allowed.at(), allowed.is_yes())?;
    Ok(Outcome::go(Place::UsernameSent))
}

#[get("/login/username/sent")]
fn show_sent(site: Visit<'_>) -> Page {
    Page::of(&ReminderSentPage(site.sent(Place::UsernameSent)))
}

/// A request for such a mail.
#[derive(Serialize, Deserialize)]
pub struct Reminder {
    email: String,
    email_key: String,
    asked: Caller,
}

impl Request for Reminder {
    const NAME: &'static str = "Username";
}

impl Reminder {
    fn new(email: &Email, asked: Caller) -> Self {
        Self { email: email.address().to_owned(), email_key: email.key().to_owned(), asked }
    }

    /// Mails the username, or that there is none, or the reason why there is no account.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn carry_out(self, app: &App, tx: &mut Tx) -> Result<(), Error> {
        let Self { email, email_key, asked } = self;
        let Some(mut account) = accounts::lock_by_email(tx, &email_key, app.now()).await? else {
            return unanswered::without_account(app, tx, (&email, email_key), "username-unknown", asked)
                .await;
        };
        // A hold after "this wasn't me" keeps nobody from a name, which opens nothing.
        if account.state() != AccountState::Enabled && unanswered::tell_why(app, &mut account, &asked).await?
        {
            return Ok(());
        }
        let (tx, account) = account.parts();
        let mail = match usernames::of_account(tx, account.id).await? {
            Some(name) => Message::mail(asked.locale, &account.email, "username").with("username", &name),
            None => Message::mail(asked.locale, &account.email, "username-none"),
        };
        let mail = mail.place(app.link(Place::SignIn)).asked(&asked);
        mail.post(app, tx, Some(account.id), None, app.now() + *REMINDING).await?;
        Event::new(EventKind::UsernameSent, account.id).from(&asked).write(app, tx).await
    }
}
