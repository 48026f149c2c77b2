//! Requesting a reset: the same work and the same answer for every address; the worker looks up the account later.

use rocket::{Route, get, post, routes};
use serde::{Deserialize, Serialize};

use super::{
    Steps,
    issue::{By, Started, start},
    typed::{self, Requested, RequestedId, TypedForm},
};
use crate::{
    account::{confirm_again::Again, notice::UNDO},
    app::App,
    base::{Error, caller::Caller, duration::HumanDuration},
    core::{
        limits::{MessageKind, RateLimit},
        place::Place,
    },
    http::{
        Form, Outcome, Paced, Page, SameOrigin, Visit,
        dead_end::AddressForm,
        device::{self, Known},
        throttle,
    },
    outbox::{
        message::{Message, post_decoy},
        request::Request,
    },
    policy::{Channel, strategy::Strategy},
    store::{
        Tx,
        accounts::{self, AccountState},
        registrations,
        sessions::SignedIn,
    },
    view::{
        format,
        shown::{Forms, View},
    },
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit, show_sent, typed::submit]
}

/// First step, by the base policy, whoever asks.
#[derive(Serialize)]
struct FirstStep {
    #[serde(flatten)]
    steps: Steps,
    /// Life of a key, in minutes.
    minutes: u64,
    channel: Channel,
}

impl FirstStep {
    fn of(site: &Visit<'_>) -> Self {
        let policy = site.at_arrival.policy([]);
        let minutes = format::minutes(*policy.key_ttl);
        Self { steps: Steps::of(policy.strategy, 1), minutes, channel: policy.channel }
    }

    fn sample(channel: Channel) -> Self {
        Self { steps: Steps::of(Strategy::SecondKey, 1), minutes: 10, channel }
    }
}

/// The form that asks for a reset.
#[derive(Serialize)]
pub struct RequestPage {
    #[serde(flatten)]
    step: FirstStep,
}

impl View for RequestPage {
    const TEMPLATE: &'static str = "reset/request";
    const FORMS: Forms = &[AddressForm::INPUTS];

    fn samples() -> Vec<Self> {
        [Channel::Sms, Channel::Email].map(|channel| RequestPage { step: FirstStep::sample(channel) }).into()
    }
}

/// The page after a request.
#[derive(Serialize)]
pub struct SentPage {
    #[serde(flatten)]
    step: FirstStep,
    /// Address that was typed.
    email: Option<String>,
    /// Time of day from which another message can be asked for, once a limit is reached.
    again: Option<String>,
    /// Whether an address without an account hears of it: `true` or `false`, for the sentence.
    unknown: String,
}

impl View for SentPage {
    const TEMPLATE: &'static str = "reset/sent";
    const FORMS: Forms = &[TypedForm::INPUTS];

    fn samples() -> Vec<Self> {
        let page = |email: Option<&str>, again: Option<&str>, unknown: bool| SentPage {
            step: FirstStep::sample(Channel::Email),
            email: email.map(str::to_owned),
            again: again.map(str::to_owned),
            unknown: unknown.to_string(),
        };
        let maria = Some("maria@example.com");
        vec![page(maria, None, true), page(None, None, false), page(maria, Some("20:45 UTC"), false)]
    }
}

fn page(site: &Visit<'_>) -> Page {
    Page::of(&RequestPage { step: FirstStep::of(site) })
}

#[get("/reset")]
fn show(site: Visit<'_>, me: Option<&SignedIn>) -> Page {
    let page = page(&site).cacheable();
    match me.map(|me| me.account.email.clone()).or_else(|| site.last_address()) {
        Some(email) => page.filled(AddressForm::AT.email, &email),
        None => page,
    }
}

#[post("/reset", data = "<form>")]
async fn submit(_ours: SameOrigin, site: Visit<'_>, form: Paced<AddressForm>) -> Result<Outcome, Error> {
    let email = match form.0.whole() {
        Ok((AddressForm { email }, _)) => email,
        Err(refusal) => return Ok(page(&site).refused(refusal)),
    };
    let (browser_id, former) = (site.ensure_browser_id()?, Requested::of(&site));
    let id = RequestedId::from_bytes(site.random.bytes()?);
    let request = Reset {
        email: email.address().to_owned(),
        email_key: email.key().to_owned(),
        browser: Some(browser_id),
        requested: Some(id),
        known: device::known(&site, email.key()),
        asked: site.caller(),
    };
    let allowed = throttle::post(&site, MessageKind::Reset, email.key(), &request).await?;
    // Over the limit, the code of the newest message stays valid in this browser.
    let former = former.filter(|former| former.email_key == email.key()).and_then(|former| former.id);
    let (id, again) = (if allowed.is_yes() { Some(id) } else { former }, allowed.at());
    let (email, email_key) = (email.address().to_owned(), email.key().to_owned());
    site.keep(Place::ResetSent, &email)?;
    Requested { email, email_key, id, again, at: site.now() }.keep(&site)?;
    Ok(Outcome::go(Place::ResetSent))
}

#[get("/reset/sent")]
fn show_sent(site: Visit<'_>) -> Page {
    sent(&site, Requested::of(&site).as_ref())
}

/// Returns the page after a request, which takes the code of its message: the same for every address.
pub fn sent(site: &Visit<'_>, requested: Option<&Requested>) -> Page {
    let again = requested.and_then(|last| last.again).map(|at| format::next_minute(site.locale, at));
    Page::of(&SentPage {
        step: FirstStep::of(site),
        email: requested.map(|last| last.email.clone()),
        again,
        unknown: site.config().mail.to_unknown.to_string(),
    })
}

/// A request for a reset.
#[derive(Serialize, Deserialize)]
pub struct Reset {
    email: String,
    email_key: String,
    browser: Option<Vec<u8>>,
    /// Rows of earlier versions have it under another name.
    #[serde(alias = "wish")]
    requested: Option<RequestedId>,
    known: Option<Known>,
    asked: Caller,
}

impl Request for Reset {
    const NAME: &'static str = "Reset";
}

impl Reset {
    /// Issues a key for the account, or mails the reason why there is none.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn carry_out(self, app: &App, tx: &mut Tx) -> Result<(), Error> {
        let now = app.now();
        let Some(mut account) = accounts::lock_by_email(tx, &self.email_key, now).await? else {
            return self.without_account(app, tx).await;
        };
        let mail = |name| Message::mail(self.asked.locale, &account.email, name);
        let why_not = match (account.state(), account.deleted_at) {
            (_, Some(deleted_at)) => Some(mail("reset-deleted").moment("held", deleted_at + *UNDO)),
            (AccountState::Disabled, _) => Some(mail("reset-disabled")),
            (AccountState::Frozen, _) => Some(mail("reset-frozen")),
            _ => (account.resets_blocked_until > now)
                .then(|| mail("reset-held").moment("held", account.resets_blocked_until)),
        };
        if let Some(mail) = why_not {
            let until = now + *app.policy_now(&account).key_ttl;
            let id = Some(account.id);
            return mail.asked(&self.asked).post(app, account.tx(), id, None, until).await;
        }
        let (browser, known) = (self.browser.as_deref(), self.known.as_ref());
        let by = By { browser, requested: self.requested.as_ref(), known, admin: false };
        match start(app, &mut account, by, &self.asked).await? {
            Started::Issued => Ok(()),
            Started::NoTexts => post_decoy(app, tx).await,
        }
    }

    /// Mails the confirmation again if the address has a registration; otherwise that there is no account, or a decoy.
    async fn without_account(self, app: &App, tx: &mut Tx) -> Result<(), Error> {
        if registrations::newest(tx, &self.email_key, app.now()).await?.is_some() {
            return Again::new(self.email_key, self.asked).carry_out(app, tx).await;
        }
        if !app.config().mail.to_unknown
            || !RateLimit::UnknownTo(&self.email_key).allow(app, tx).await?.is_yes()
        {
            return post_decoy(app, tx).await;
        }
        let mail = Message::mail(self.asked.locale, &self.email, "reset-unknown").asked(&self.asked);
        let mail = if app.config().register.open { mail.place(app.link(Place::Register)) } else { mail };
        mail.post(app, tx, None, None, app.now() + *HumanDuration::hours(1)).await
    }
}
