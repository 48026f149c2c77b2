//! Asking for a message to sign in with: the same work and the same answer for every address. The page after it takes the
//! code of that message.

use rocket::{Route, get, post, routes};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{
    key::{MailedKey, sign_in},
    page::{goal, page},
    request::SignInRequest,
};
use crate::{
    auth::{
        identity,
        requested::{Requested, SIGN_IN},
    },
    base::{
        Error,
        factor::SIGN_IN_LIFE,
        fault::Fault,
        identity::{Identity, IdentityKind},
        key::Key,
    },
    core::{limits::MessageKind, place::Place},
    http::{Form, Outcome, Paced, Page, SameOrigin, Visit, form::form, keyed},
    policy::{Channel, method::SignInMethod},
    view::{
        format,
        shown::{Forms, View},
    },
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show_send, send, show, submit]
}

form! {
    /// The form that asks for a message to sign in with.
    pub struct SendForm {
        /// Path to go on to.
        next: String = hidden(),
        email: Identity = identity().complete("username webauthn"),
        /// Whether to remember the browser.
        remember: bool = ticked(),
        /// Channel of the message.
        with: Channel = hidden().parse(channel),
    }
}

fn channel(name: &str) -> Result<Channel, Fault> {
    let named = [Channel::Email, Channel::Sms].into_iter().find(|channel| channel.name() == name);
    named.ok_or(Fault::new("fault-choose"))
}

form! {
    /// The form for the code of that message.
    pub struct CodeForm {
        /// The code, or the whole key or link.
        code: Zeroizing<String> = code(500).enter("go"),
    }
}

/// What follows once somebody is signed in.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Next {
    /// Path to go on to.
    pub path: String,
    /// Whether to remember the browser.
    pub keep: bool,
    /// Channel of the message.
    channel: Channel,
}

/// The page after a request.
#[derive(Serialize)]
pub struct SignInSentPage {
    /// Identity that was typed.
    email: String,
    /// Whether that is a name or a number, and no address.
    named: bool,
    /// Time of day from which another message can be asked for, once a limit is reached.
    again: Option<String>,
    /// Channel of the message.
    channel: Channel,
    /// Whether it carries a link.
    link: bool,
    /// Whether it carries a code.
    code: bool,
    /// Minutes for which they are good.
    minutes: u64,
    /// Whether an address without an account hears of it: `true` or `false`, for the sentence.
    unknown: String,
}

impl View for SignInSentPage {
    const TEMPLATE: &'static str = "account/login_sent";
    const FORMS: Forms = &[CodeForm::INPUTS];

    fn samples() -> Vec<Self> {
        let page = |again: Option<&str>, channel, (link, code), named: bool| SignInSentPage {
            email: if named { "maria.k".into() } else { "maria@example.com".into() },
            named,
            again: again.map(str::to_owned),
            channel,
            link,
            code,
            minutes: 15,
            unknown: (channel == Channel::Email).to_string(),
        };
        vec![
            page(None, Channel::Email, (true, true), false),
            page(None, Channel::Email, (false, true), false),
            page(None, Channel::Email, (true, false), true),
            page(Some("20:45 UTC"), Channel::Sms, (false, true), false),
            page(None, Channel::Sms, (false, true), true),
        ]
    }
}

#[get("/login/send")]
fn show_send() -> Outcome {
    Outcome::elsewhere(Place::SignIn)
}

#[post("/login/send", data = "<form>")]
async fn send(_ours: SameOrigin, site: Visit<'_>, form: Paced<SendForm>) -> Result<Outcome, Error> {
    let Paced(form) = form;
    let path = form.draft.next.clone().unwrap_or_default();
    let judged = form.whole().and_then(|(form, refusal)| {
        identity::judge(&site, &form.email, SendForm::AT.email, refusal).map(|()| form)
    });
    let (email, channel, keep) = match judged {
        Ok(SendForm { email, with, remember, .. }) => (email, with, remember),
        Err(refusal) => {
            let shown = Place::SignIn.with(&[("again", "1"), ("next", &goal(&site, &path).at(site.base()))]);
            return Ok(page(&site, &path, false, None).home(shown).refused(refusal));
        }
    };
    if !site.at_arrival.sign_in([]).sends(channel) {
        return Ok(Outcome::elsewhere(Place::SignIn));
    }
    let next = Next { path, keep, channel };
    let request = |asking| SignInRequest { asking, channel };
    SIGN_IN.post(&site, (Place::SignInSent, MessageKind::SignIn), &email, next, request).await?;
    Ok(Outcome::go(Place::SignInSent))
}

#[get("/login/sent")]
fn show(site: Visit<'_>) -> Outcome {
    let requested: Option<Requested<Next>> = SIGN_IN.last(&site);
    let offered = |last: &Requested<Next>| site.at_arrival.sign_in([]).sends(last.goal.channel);
    match requested.filter(offered) {
        Some(requested) => sent(&site, &requested).into(),
        None => Outcome::elsewhere(Place::SignIn),
    }
}

/// Returns the page after a request: the same for every address.
fn sent(site: &Visit<'_>, requested: &Requested<Next>) -> Page {
    let again = requested.again.map(|at| format::next_minute(site.locale, at));
    let channel = requested.goal.channel;
    let text = channel == Channel::Sms;
    let policy = site.at_arrival.sign_in([]);
    Page::of(&SignInSentPage {
        email: requested.email.clone(),
        named: IdentityKind::of(&requested.email_key) != IdentityKind::Email,
        again,
        channel,
        link: !text && policy.offers(SignInMethod::EmailLink),
        code: text || policy.offers(SignInMethod::EmailCode),
        minutes: format::minutes(SIGN_IN_LIFE),
        unknown: site.config().mail.to_unknown.to_string(),
    })
}

/// Takes the code, or the whole link, in the browser that requested the message.
#[post("/login/sent", data = "<form>")]
async fn submit(_ours: SameOrigin, site: Visit<'_>, form: Paced<CodeForm>) -> Result<Outcome, Error> {
    try_code(&site, form).await
}

/// Signs in with the code, or the whole link, of the message that this browser requested last.
///
/// # Errors
/// [`Error::Database`].
pub(super) async fn try_code(site: &Visit<'_>, form: Paced<CodeForm>) -> Result<Outcome, Error> {
    let requested: Option<Requested<Next>> = SIGN_IN.last(site);
    let Some(requested) = requested else { return Ok(Outcome::elsewhere(Place::SignIn)) };
    let page = || sent(site, &requested);
    let (typed, refusal) = match form.0.whole() {
        Ok((CodeForm { code }, refusal)) => (code, refusal),
        Err(refusal) => return Ok(page().refused(refusal)),
    };
    if let Some(key) = Key::parse_typed(&typed) {
        return keyed::follow::<MailedKey>(site, &key).await;
    }
    let fault = match SIGN_IN.try_out(site, &requested, &typed).await? {
        Ok(row) => match MailedKey::of(site, row).await?.filter(|key| key.has_code(site)) {
            Some(key) => {
                let next = goal(site, &requested.goal.path);
                return sign_in(site, &key, requested.goal.keep, next).await;
            }
            None => Fault::new("fault-key"),
        },
        Err(fault) => fault,
    };
    Ok(page().refused(refusal.with(CodeForm::AT.code, fault)))
}
