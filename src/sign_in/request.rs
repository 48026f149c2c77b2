//! A request for a message to sign in with, which the worker carries out: one key for each channel, sent again while it
//! lives, so that a stranger's request ends nothing.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::key;
use crate::{
    account::unanswered,
    app::App,
    auth::{
        recipient::Recipient,
        requested::{Asking, SIGN_IN},
    },
    base::{
        Error,
        factor::SIGN_IN_LIFE,
        key::{Key, Purpose},
    },
    core::{
        event::{Event, EventKind},
        place::Place,
    },
    http::throttle,
    outbox::{
        message::{Message, post_decoy},
        request::Request,
    },
    policy::{Channel, method::SignInMethod},
    store::{
        Tx,
        accounts::Locked,
        keys::{self, KeyRow},
    },
};

/// Shortest time that a key which is sent again is still good for.
const LEAST: Duration = Duration::from_secs(5 * 60);

/// A request for a message to sign in with.
#[derive(Serialize, Deserialize)]
pub struct SignInRequest {
    /// The request.
    #[serde(flatten)]
    pub asking: Asking,
    /// Channel of the message.
    pub channel: Channel,
}

impl Request for SignInRequest {
    const NAME: &'static str = "SignIn";
}

impl SignInRequest {
    /// Posts the message, or mails the reason why there is none.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn carry_out(self, app: &App, tx: &mut Tx) -> Result<(), Error> {
        let Self { mut asking, channel } = self;
        let Some(mut account) = asking.lock(app, tx).await? else {
            let of = (&*asking.email, asking.email_key);
            return unanswered::without_account(app, tx, of, "sign-in-unknown", asking.asked).await;
        };
        if unanswered::tell_why(app, &mut account, &asking.asked).await? {
            return Ok(());
        }
        if !app.sign_in_policy(&account).sends(channel) {
            return post_decoy(app, tx).await;
        }
        match recipient(app, &mut account, channel, &asking).await? {
            Some(recipient) => send(app, &mut account, &recipient, &asking).await,
            None => Ok(()),
        }
    }
}

/// Returns where the message goes; `None` if a limit on texts is reached, or if there is no phone, which its owner is told
/// by mail.
async fn recipient(
    app: &App,
    account: &mut Locked<'_>,
    channel: Channel,
    asking: &Asking,
) -> Result<Option<Recipient>, Error> {
    let (tx, account) = account.parts();
    if channel == Channel::Email {
        return Ok(Some(Recipient::mail(&account.email)));
    }
    let Some(phone) = app.usable_phone(account) else {
        let mail =
            Message::mail(asking.asked.locale, &account.email, "sign-in-no-phone").asked(&asking.asked);
        let mail = mail.place(app.link(Place::SignIn));
        mail.post(app, tx, Some(account.id), None, app.now() + SIGN_IN_LIFE).await?;
        return Ok(None);
    };
    // A browser known before "this wasn't me" may be the intruder's.
    let known = asking.known.as_ref().filter(|known| known.at >= account.resets_blocked_until);
    if throttle::sign_in_text_allowed(app, tx, phone, known, &asking.asked).await?.is_yes() {
        return Ok(Some(Recipient::text(phone)));
    }
    post_decoy(app, tx).await?;
    Ok(None)
}

/// Posts the message with the live key, or with a new one.
async fn send(
    app: &App,
    account: &mut Locked<'_>,
    recipient: &Recipient,
    asking: &Asking,
) -> Result<(), Error> {
    let id = account.id;
    let (row, key) = match live(app, account, recipient).await? {
        Some(live) => live,
        None => make(app, account, recipient).await?,
    };
    let policy = app.sign_in_policy(account);
    let (mails, locale) = (recipient.channel == Channel::Email, asking.asked.locale);
    let mut message = match recipient.channel {
        Channel::Email if policy.offers(SignInMethod::EmailLink) => {
            let link = app.key_link(Place::SignInLink, &key);
            Message::mail(locale, &recipient.to, "sign-in-link").link(link, row.expires_at)
        }
        Channel::Email => Message::mail(locale, &recipient.to, "sign-in-code"),
        Channel::Sms => Message::text(locale, &recipient.to, "sign-in-code"),
    };
    if mails {
        message = message.asked(&asking.asked);
    }
    if let (Some(browser_id), Some(requested)) = (&asking.browser, &asking.requested)
        && (!mails || policy.offers(SignInMethod::EmailCode))
    {
        let code = SIGN_IN.code_of(app, &row, browser_id, requested);
        message = message.code(&code.grouped(), row.expires_at);
    }
    message.post(app, account.tx(), Some(id), Some(row.id), row.expires_at).await?;
    let event = Event::new(EventKind::SignInSent, id).from(&asking.asked);
    event.detail(recipient.channel.name()).write(app, account.tx()).await
}

/// Returns the live key that went to the same recipient, if it is good for long enough.
async fn live(
    app: &App,
    account: &mut Locked<'_>,
    recipient: &Recipient,
) -> Result<Option<(KeyRow, Key)>, Error> {
    let id = account.id;
    let row = keys::of_account(account.tx(), id, purpose(recipient.channel), app.now()).await?;
    let row = row.filter(|row| app.now() + LEAST < row.expires_at);
    Ok(row.and_then(|row| {
        let (to, key) = key::unseal(app, &row)?;
        (to == *recipient).then_some((row, key))
    }))
}

async fn make(app: &App, account: &mut Locked<'_>, recipient: &Recipient) -> Result<(KeyRow, Key), Error> {
    let (tx, account) = account.parts();
    let (purpose, key) = (purpose(recipient.channel), Key::for_link(app.random)?);
    let row = KeyRow {
        sealed: Some(key::seal(app, recipient, &key)?),
        ..app.key_row(account.id, purpose, key.digest(&app.keyring), SIGN_IN_LIFE)?
    };
    keys::replace(tx, account.id, [purpose], app.now()).await?;
    keys::insert(tx, &row).await?;
    Ok((row, key))
}

fn purpose(channel: Channel) -> Purpose {
    match channel {
        Channel::Email => Purpose::SignIn,
        Channel::Sms => Purpose::SignInText,
    }
}
