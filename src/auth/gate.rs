//! The one gate: every way to sign in, or to finish a reset, passes here before a session exists.

use super::{remember, session};
use crate::{
    base::{
        Error,
        key::{Key, sha256},
    },
    http::{CookieName, Visit, device},
    policy::Policy,
    store::{
        self, Tx,
        accounts::Account,
        sessions::{self, Session},
    },
};

/// How many sessions an account may have, and how many remembered browsers; with another one the one ends that was not
/// used for longest.
pub(super) const MOST: i64 = 100;

/// What kind of session is opened.
#[derive(Clone, Copy)]
pub enum SessionKind<'a> {
    /// For somebody who just proved who they are.
    Fresh,
    /// For a browser that is remembered.
    Remembered,
    /// For the form for a new password, after a reset under this policy; with the digest of the generated password that
    /// opened it.
    Restricted(&'a Policy, Option<&'a [u8]>),
}

impl SessionKind<'_> {
    fn name(self) -> &'static str {
        match self {
            SessionKind::Fresh => "fresh",
            SessionKind::Remembered => "remembered",
            SessionKind::Restricted(..) => "restricted",
        }
    }
}

/// A session that begins once its transaction is committed.
#[must_use]
pub struct Admission {
    cookie_name: CookieName,
    cookie: Key,
    remembered: Option<String>,
    email_key: String,
}

impl Admission {
    /// Gives the browser its cookies. Call it after the commit.
    pub fn enter(self, site: &Visit<'_>) {
        if self.cookie_name == CookieName::Session
            && let Err(error) = device::remember(site, &self.email_key)
        {
            log::error!("could not set the device cookie: {error}");
        }
        site.cookies.remove(if self.cookie_name == CookieName::Session {
            CookieName::Restricted
        } else {
            CookieName::Session
        });
        site.cookies.set(self.cookie_name, self.cookie.expose(), None);
        match self.remembered {
            Some(cookie) => {
                site.cookies.set(CookieName::Remembered, &cookie, Some(*site.config().session.remember))
            }
            None => site.cookies.remove(CookieName::Remembered),
        }
    }
}

/// Lets somebody in: ends the session that this browser had, and opens one with a new id.
///
/// The account's row must have been taken in `tx`.
///
/// # Errors
/// [`Error::Database`].
pub async fn admit(
    site: &Visit<'_>,
    tx: &mut Tx,
    account: &Account,
    kind: SessionKind<'_>,
    keep: bool,
) -> Result<Admission, Error> {
    for cookie_name in [CookieName::Session, CookieName::Restricted] {
        if let Some(cookie) = site.cookies.get(cookie_name) {
            sessions::end_digest(tx, &sha256(cookie.as_bytes())).await?;
        }
    }
    remember::forget(site, tx).await?;
    let (session, cookie) = open(site, tx, account, kind).await?;
    let remembered = if keep { Some(remember::remember(site, tx, account).await?) } else { None };
    let cookie_name = if session.restricted { CookieName::Restricted } else { CookieName::Session };
    Ok(Admission { cookie_name, cookie, remembered, email_key: account.email_key() })
}

/// Opens a session; the key is for its cookie.
///
/// # Errors
/// [`Error::Database`].
pub async fn open(
    site: &Visit<'_>,
    tx: &mut Tx,
    account: &Account,
    kind: SessionKind<'_>,
) -> Result<(Session, Key), Error> {
    let (now, settings, cookie) = (site.now(), &site.config().session, Key::for_link(site.random)?);
    let (life, fresh, policy) = match kind {
        SessionKind::Fresh => (*settings.absolute, *settings.fresh, None),
        SessionKind::Remembered => (*settings.absolute, std::time::Duration::ZERO, None),
        SessionKind::Restricted(policy, _) => {
            (session::RESTRICTED, std::time::Duration::ZERO, Some(policy.stored()))
        }
    };
    let session = Session {
        id: store::id(now, site.random)?,
        account_id: account.id,
        restricted: policy.is_some(),
        policy,
        opened_by: if let SessionKind::Restricted(_, Some(digest)) = kind {
            Some(digest.to_vec())
        } else {
            None
        },
        browser: site.client.browser.to_owned(),
        client: site.client.place(),
        began_at: now,
        fresh_until: now + fresh,
        seen_at: now,
        expires_at: now + life,
    };
    sessions::insert(tx, &session, &sha256(cookie.expose().as_bytes())).await?;
    sessions::keep(tx, account.id, MOST).await?;
    let (metrics, kind) = (site.metrics.clone(), kind.name());
    tx.on_commit(move || metrics.opened(kind));
    Ok((session, cookie))
}
