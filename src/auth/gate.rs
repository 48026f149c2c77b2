//! The one gate: every way to sign in, and every new password, passes here. No other code opens a session.

use std::time::Duration;

use super::{remember, session};
use crate::{
    base::{
        Error,
        key::{Key, sha256},
    },
    hashing::hash::PasswordHash,
    http::{CookieName, Visit, device},
    policy::Policy,
    store::{
        self, Tx,
        accounts::{Locked, Proven},
        sessions::{self, Session, SessionScope},
    },
};

/// Most sessions, and most remembered browsers, of an account; one more ends the least recently used.
pub(super) const MAX_SESSIONS: i64 = 100;

/// Proof of identity.
#[derive(Clone, Copy)]
pub enum Proof<'a> {
    /// The password.
    Password,
    /// The key of a reset, and everything else that its strategy requires.
    Reset,
    /// A generated password, with its digest.
    Temporary(&'a [u8]),
    /// The token of a remembered browser.
    Remembered,
}

/// The purpose of a proof.
#[derive(Clone, Copy)]
pub enum Goal<'a> {
    /// A session, and a remembered browser if `keep`.
    SignIn {
        /// "Keep me signed in".
        keep: bool,
    },
    /// The form for a new password, after a reset under this policy.
    Form(&'a Policy),
    /// A new password, which ends everything older.
    NewPassword {
        /// Its hash.
        hash: &'a PasswordHash,
        /// True if a session begins as well.
        sign_in: bool,
    },
}

/// The gate's answer.
#[allow(
    clippy::large_enum_variant,
    reason = "it is taken apart at once, and holds a challenge only if one is owed"
)]
pub enum Passed {
    /// The goal is reached.
    Entered(Admission),
    /// Another proof is owed first; nothing has happened.
    Owes(Challenge),
}

/// The further proof that is owed. It has no variant yet: every proof suffices for its goal.
pub enum Challenge {}

/// Lets somebody with a proof reach a goal: ends this browser's former session, and begins one if the goal requires it.
///
/// # Errors
/// [`Error::Database`].
pub async fn pass(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    proof: Proof<'_>,
    goal: Goal<'_>,
) -> Result<Passed, Error> {
    if let Goal::NewPassword { hash, .. } = goal {
        account.set_password(hash, Proven::at_the_gate(), site.now()).await?;
        account.end_everything(site.now()).await?;
    }
    // A new password that leads to sign-in leaves this browser as it is, whoever uses it.
    let enters = !matches!(goal, Goal::NewPassword { sign_in: false, .. });
    // A remembered browser has no session to end, and keeps its own token.
    if enters && !matches!(proof, Proof::Remembered) {
        leave(site, account.tx()).await?;
    }
    let opened = if enters { Some(open(site, account, proof, goal).await?) } else { None };
    let remembered = match goal {
        Goal::SignIn { keep: true } => Some(remember::remember(site, account).await?),
        _ => None,
    };
    Ok(Passed::Entered(Admission { opened, remembered, email_key: account.email_key() }))
}

/// Ends this browser's sessions, and forgets the browser.
///
/// # Errors
/// [`Error::Database`].
pub async fn leave(site: &Visit<'_>, tx: &mut Tx) -> Result<(), Error> {
    for cookie_name in [CookieName::Session, CookieName::Restricted] {
        if let Some(cookie) = site.cookies.get(cookie_name) {
            sessions::end_digest(tx, &sha256(cookie.as_bytes())).await?;
        }
    }
    remember::forget(site, tx).await
}

async fn open(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    proof: Proof<'_>,
    goal: Goal<'_>,
) -> Result<(Session, Key), Error> {
    let (now, settings, cookie) = (site.now(), &site.config().session, Key::for_link(site.random)?);
    let (kind, life, fresh) = match (goal, proof) {
        (Goal::Form(_), _) => ("restricted", session::RESTRICTED, Duration::ZERO),
        (Goal::NewPassword { .. }, _) | (Goal::SignIn { .. }, Proof::Password) => {
            ("fresh", *settings.absolute, *settings.fresh)
        }
        // No password was entered.
        (Goal::SignIn { .. }, _) => ("remembered", *settings.absolute, Duration::ZERO),
    };
    let (scope, policy) = match goal {
        Goal::Form(policy) => (SessionScope::NewPassword, Some(policy.stored())),
        _ => (SessionScope::Full, None),
    };
    let session = Session {
        id: store::id(now, site.random)?,
        account_id: account.id,
        scope,
        policy,
        opened_by: match proof {
            Proof::Temporary(digest) => Some(digest.to_vec()),
            _ => None,
        },
        browser: site.client.browser.to_owned(),
        client: site.client.place(),
        began_at: now,
        fresh_until: now + fresh,
        seen_at: now,
        expires_at: now + life,
    };
    let (id, tx) = (account.id, account.tx());
    sessions::insert(tx, &session, &sha256(cookie.expose().as_bytes())).await?;
    sessions::keep(tx, id, MAX_SESSIONS).await?;
    let metrics = site.metrics.clone();
    tx.on_commit(move || metrics.opened(kind));
    Ok((session, cookie))
}

/// Permission to enter, from the gate; its session begins once the transaction is committed.
#[must_use]
pub struct Admission {
    opened: Option<(Session, Key)>,
    remembered: Option<String>,
    email_key: String,
}

impl Admission {
    /// Returns the session and the secret for its cookie, for a remembered browser.
    pub(super) fn opened(self) -> Option<(Session, Key)> {
        self.opened
    }

    /// Sets the browser's cookies. Call it after the commit.
    pub fn enter(self, site: &Visit<'_>) {
        let Some((session, cookie)) = self.opened else {
            site.cookies.remove(CookieName::Restricted);
            return;
        };
        let (own, other) = match session.scope {
            SessionScope::Full => (CookieName::Session, CookieName::Restricted),
            SessionScope::NewPassword => (CookieName::Restricted, CookieName::Session),
        };
        if session.scope == SessionScope::Full
            && let Err(error) = device::remember(site, &self.email_key)
        {
            log::error!("could not set the device cookie: {error}");
        }
        site.cookies.remove(other);
        site.cookies.set(own, cookie.expose(), None);
        match self.remembered {
            Some(cookie) => {
                site.cookies.set(CookieName::Remembered, &cookie, Some(*site.config().session.remember))
            }
            None => site.cookies.remove(CookieName::Remembered),
        }
    }
}
