//! Requesting a reset: the same work and the same answer for every address; the worker looks up the account later.

use rocket::{Route, get, post, routes};
use serde::{Deserialize, Serialize};

use super::{
    Steps,
    issue::{By, Started, start},
    typed::{self, TypedForm},
};
use crate::{
    account::unanswered,
    app::App,
    auth::{
        identity,
        requested::{Asking, RESET, Requested},
    },
    base::{
        Error,
        identity::{Identity, IdentityKind},
    },
    core::{limits::MessageKind, place::Place},
    http::{Form, Outcome, Paced, Page, SameOrigin, Visit, form::form},
    outbox::{message::post_decoy, request::Request},
    policy::{Channel, strategy::Strategy},
    store::{Tx, sessions::SignedIn},
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

form! {
    /// The form that asks for a reset.
    pub struct RequestForm {
        email: Identity = identity().enter("send"),
    }
}

/// The page with that form.
#[derive(Serialize)]
pub struct RequestPage {
    #[serde(flatten)]
    step: FirstStep,
    /// What somebody may be named by, for the label.
    identities: &'static str,
}

impl View for RequestPage {
    const TEMPLATE: &'static str = "reset/request";
    const FORMS: Forms = &[RequestForm::INPUTS];

    fn samples() -> Vec<Self> {
        let page = |channel, identities| RequestPage { step: FirstStep::sample(channel), identities };
        vec![page(Channel::Sms, "email"), page(Channel::Email, "all")]
    }
}

/// The page after a request.
#[derive(Serialize)]
pub struct SentPage {
    #[serde(flatten)]
    step: FirstStep,
    /// Identity that was typed.
    email: Option<String>,
    /// Whether that is a name or a number, and no address.
    named: bool,
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
            named: email == Some("maria.k"),
            again: again.map(str::to_owned),
            unknown: unknown.to_string(),
        };
        let maria = Some("maria@example.com");
        vec![
            page(maria, None, true),
            page(None, None, false),
            page(maria, Some("20:45 UTC"), false),
            page(Some("maria.k"), None, true),
        ]
    }
}

fn page(site: &Visit<'_>) -> Page {
    let identities = site.at_arrival.sign_in([]).identities();
    Page::of(&RequestPage { step: FirstStep::of(site), identities })
}

#[get("/reset")]
fn show(site: Visit<'_>, me: Option<&SignedIn>) -> Page {
    let page = page(&site).cacheable();
    match me.map(|me| me.account.email.clone()).or_else(|| site.last_address()) {
        Some(email) => page.filled(RequestForm::AT.email, &email),
        None => page,
    }
}

#[post("/reset", data = "<form>")]
async fn submit(_ours: SameOrigin, site: Visit<'_>, form: Paced<RequestForm>) -> Result<Outcome, Error> {
    let judged = form.0.whole().and_then(|(RequestForm { email }, refusal)| {
        identity::judge(&site, &email, RequestForm::AT.email, refusal).map(|()| email)
    });
    let email = match judged {
        Ok(email) => email,
        Err(refusal) => return Ok(page(&site).refused(refusal)),
    };
    RESET.post(&site, (Place::ResetSent, MessageKind::Reset), &email, (), Reset).await?;
    Ok(Outcome::go(Place::ResetSent))
}

#[get("/reset/sent")]
fn show_sent(site: Visit<'_>) -> Page {
    sent(&site, RESET.last(&site).as_ref())
}

/// Returns the page after a request, which takes the code of its message: the same for every address.
pub fn sent(site: &Visit<'_>, requested: Option<&Requested>) -> Page {
    let again = requested.and_then(|last| last.again).map(|at| format::next_minute(site.locale, at));
    Page::of(&SentPage {
        step: FirstStep::of(site),
        email: requested.map(|last| last.email.clone()),
        named: requested.is_some_and(|last| IdentityKind::of(&last.email_key) != IdentityKind::Email),
        again,
        unknown: site.config().mail.to_unknown.to_string(),
    })
}

/// A request for a reset.
#[derive(Serialize, Deserialize)]
pub struct Reset(Asking);

impl Request for Reset {
    const NAME: &'static str = "Reset";
}

impl Reset {
    /// Issues a key for the account, or mails the reason why there is none.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn carry_out(self, app: &App, tx: &mut Tx) -> Result<(), Error> {
        let Reset(mut asking) = self;
        let account = asking.lock(app, tx).await?;
        let Asking { email, email_key, browser, requested, known, asked, .. } = asking;
        let Some(mut account) = account else {
            return unanswered::without_account(app, tx, (&email, email_key), "reset-unknown", asked).await;
        };
        if unanswered::tell_why(app, &mut account, &asked).await? {
            return Ok(());
        }
        let (browser, requested, known) = (browser.as_deref(), requested.as_ref(), known.as_ref());
        let by = By { browser, requested, known, admin: false };
        match start(app, &mut account, by, &asked).await? {
            Started::Issued => Ok(()),
            Started::NoTexts => post_decoy(app, tx).await,
        }
    }
}
