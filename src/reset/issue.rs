//! Reset keys, and the messages that carry them: the reader of the mailbox gets back in with the newest one.
//!
//! A request by a user does not end a key that is in use in another browser. It sends a restart key, which ends the
//! other one when its button is pressed. A key that the owner requested in a known browser is not superseded by a
//! stranger's request, but sent again.

use crate::{
    app::App,
    auth::requested::{RESET, RequestedId},
    base::{
        Error,
        caller::Caller,
        key::{Key, Purpose},
    },
    core::{
        event::{Event, EventKind},
        place::Place,
    },
    http::{
        device::Known,
        throttle::{self, Requester},
    },
    outbox::message::Message,
    policy::{Channel, Policy},
    store::{
        Tx,
        accounts::{AccountRow, Locked},
        keys::{self, KeyRow},
    },
    view::language::Language,
};

const PURPOSE: &str = "key";

/// Result of starting a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Started {
    /// A message was posted that lets the owner back in, or says why none can.
    Issued,
    /// A limit on text messages is reached.
    NoTexts,
}

/// Requester of a reset.
#[derive(Clone, Copy)]
pub struct By<'a> {
    /// Digest of the id of their browser.
    pub browser: Option<&'a [u8]>,
    /// Id of their request, if the browser can take a code for it.
    pub requested: Option<&'a RequestedId>,
    /// Proof that the browser is known for the account's address.
    pub known: Option<&'a Known>,
    /// True for an admin.
    pub admin: bool,
}

impl<'a> By<'a> {
    /// True if the browser was known after the last hold: one known before "this wasn't me" may be the intruder's.
    fn is_owner(&self, account: &AccountRow) -> bool {
        self.known.is_some_and(|known| known.at >= account.resets_blocked_until)
    }

    /// True if a live key is in use in another browser or was granted by an admin, unless an admin is asking.
    fn is_elsewhere(&self, Live { row, policy }: &Live) -> bool {
        let pressed = row.claimed_at.is_some() && row.browser.as_deref() != self.browser;
        !self.admin && (policy.granted || pressed)
    }

    /// True if the requester may not supersede a live key, because the owner requested it.
    fn must_leave(&self, key: &Live, account: &AccountRow) -> bool {
        key.row.asked_by_owner && !self.admin && !self.is_owner(account)
    }

    fn asker(&self, account: &AccountRow) -> Requester<'a> {
        match self.known {
            _ if self.admin => Requester::Trusted,
            Some(known) if self.is_owner(account) => Requester::Owner(known),
            _ => Requester::Stranger,
        }
    }
}

/// A live key, and its policy, which the one in force accepts.
#[derive(Clone)]
pub struct Live {
    row: KeyRow,
    policy: Policy,
}

/// Contents of a message, and its key.
pub struct Letter<'a> {
    /// Name of its sentences.
    pub name: &'a str,
    /// The key in use in another browser, if the message mentions it.
    pub elsewhere: Option<&'a KeyRow>,
    /// Digest of the id of the browser that can take a code, and the id of its request.
    pub typed: Option<(&'a [u8], &'a RequestedId)>,
    /// A key to send again, instead of a new one.
    pub kept: Option<(Live, Key)>,
}

/// Posts the message that lets the owner of an account back in.
///
/// # Errors
/// [`Error::Database`].
pub async fn start(
    app: &App,
    account: &mut Locked<'_>,
    by: By<'_>,
    asked: &Caller,
) -> Result<Started, Error> {
    let [reset, restart] = live(app, account, [Purpose::Reset, Purpose::Restart]).await?;
    let elsewhere = reset.clone().filter(|key| by.is_elsewhere(key));
    let held = if elsewhere.is_some() { restart } else { reset.or(restart) };
    let kept = held.filter(|key| by.must_leave(key, account));
    let kept = kept.and_then(|live| Some((unseal(app, &live.row)?, live))).map(|(key, live)| (live, key));
    let name = if elsewhere.is_some() { "reset-restart" } else { "reset-link" };
    let typed = by.browser.zip(by.requested);
    let letter = Letter { name, elsewhere: elsewhere.as_ref().map(|live| &live.row), typed, kept };
    let asker = by.asker(account);
    issue(app, account, letter, asker, asked).await
}

/// Returns the live keys of an account for two purposes, each only if the policy in force accepts it.
async fn live(
    app: &App,
    account: &mut Locked<'_>,
    purposes: [Purpose; 2],
) -> Result<[Option<Live>; 2], Error> {
    let (tx, account) = account.parts();
    let rows = keys::of_account_for_either(tx, account.id, purposes, app.now()).await?;
    let live = rows.into_iter().filter_map(|row| {
        let policy = app.issued_policy(row.policy.as_ref())?;
        app.policy_now(account).accepts(&policy).then_some(Live { row, policy })
    });
    let live: Vec<_> = live.collect();
    Ok(purposes.map(|purpose| live.iter().find(|live| live.row.purpose == purpose).cloned()))
}

/// Decrypts the key of a row; `None` if its secret key is gone.
pub fn unseal(app: &App, row: &KeyRow) -> Option<Key> {
    let plain = app.keyring.open(PURPOSE, row.sealed.as_deref()?).ok()?;
    Key::parse(std::str::from_utf8(&plain).ok()?)
}

/// Posts a message with a key, by email or, if the limits allow, by text. A new key supersedes the older ones; a
/// restart key, sent because another is in use elsewhere, supersedes only other restart keys.
///
/// # Errors
/// [`Error::Database`].
pub async fn issue(
    app: &App,
    account: &mut Locked<'_>,
    letter: Letter<'_>,
    asker: Requester<'_>,
    asked: &Caller,
) -> Result<Started, Error> {
    let (tx, account) = account.parts();
    let Letter { name, elsewhere, typed, kept } = letter;
    let issued = kept.as_ref().map(|(live, _)| live.policy.clone());
    let policy = issued.unwrap_or_else(|| app.policy_now(account).into_issued());
    let phone = match policy.channel {
        Channel::Email => None,
        Channel::Sms => match app.usable_phone(account) {
            Some(phone) if throttle::text_allowed(app, tx, phone, asker, asked).await?.is_yes() => {
                Some(phone)
            }
            Some(_) => return Ok(Started::NoTexts),
            None => {
                let why = Message::mail(asked.locale, &account.email, "reset-no-phone").asked(asked);
                why.post(app, tx, Some(account.id), None, app.now() + *policy.key_ttl).await?;
                return Ok(Started::Issued);
            }
        },
    };
    let event = if kept.is_some() || elsewhere.is_some() {
        EventKind::ResetAskedAgain
    } else {
        EventKind::ResetIssued
    };
    let (row, key) = match kept {
        Some((live, key)) => (live.row, key),
        None => {
            let purpose = if elsewhere.is_some() { Purpose::Restart } else { Purpose::Reset };
            make(app, tx, account, purpose, &policy, asker).await?
        }
    };
    let link = app.key_link(Place::Reset, &key);
    let message = match phone {
        Some(phone) => Message::text(asked.locale, phone, name)
            .code(&key.grouped(), row.expires_at)
            .link(link, row.expires_at),
        None => {
            let mail =
                Message::mail(asked.locale, &account.email, name).link(link, row.expires_at).asked(asked);
            match typed {
                Some((browser_id, requested)) => {
                    mail.code(&RESET.code_of(app, &row, browser_id, requested).grouped(), row.expires_at)
                }
                None => mail,
            }
        }
    };
    let message = match elsewhere {
        Some(pressed) => {
            let place = place(app.templates.language(message.locale), pressed);
            message.with("place", &place).clock("since", pressed.claimed_at.unwrap_or(pressed.issued_at))
        }
        None => message,
    };
    message.post(app, tx, Some(account.id), Some(row.id), row.expires_at).await?;
    Event::new(event, account.id).from(asked).under(&policy).write(app, tx).await?;
    Ok(Started::Issued)
}

/// Returns the name of the browser in which a key's first button was pressed.
pub fn place(language: &Language, pressed: &KeyRow) -> String {
    match pressed.claimed_in.as_deref() {
        None | Some("?") => language.say("browser-other", &[]),
        Some(browser) => language.browser(browser),
    }
}

async fn make(
    app: &App,
    tx: &mut Tx,
    account: &AccountRow,
    purpose: Purpose,
    policy: &Policy,
    asker: Requester<'_>,
) -> Result<(KeyRow, Key), Error> {
    match purpose {
        // A restart key supersedes only other restart keys.
        Purpose::Restart => keys::replace(tx, account.id, [purpose], app.now()).await?,
        _ => keys::replace(tx, account.id, keys::OF_RESET, app.now()).await?,
    }
    let typed = policy.channel == Channel::Sms;
    let key = if typed { Key::for_typing(app.random)? } else { Key::for_link(app.random)? };
    let row = KeyRow {
        policy: Some(policy.stored()),
        asked_by_owner: matches!(asker, Requester::Owner(_)),
        sealed: Some(app.keyring.seal(app.random, PURPOSE, key.expose().as_bytes())?),
        ..app.key_row(account.id, purpose, key.digest(&app.keyring), *policy.key_ttl)?
    };
    keys::insert(tx, &row).await?;
    Ok((row, key))
}
