//! The one gate: every way to sign in, and every new password, passes here. No other code opens a session, and no other
//! decides whether a second factor is owed.

use std::time::Duration;

use super::{
    admission::Admission,
    first::First,
    owed::owed,
    pending::{self, Kept, Owed, PendingGoal},
    remember, session, told,
};
use crate::{
    base::{
        Error,
        clock::Time,
        factor::FactorKind,
        key::{Key, sha256},
    },
    core::place::Address,
    hashing::hash::PasswordHash,
    http::{CookieName, Outcome, Visit, program::Program},
    policy::{Policy, sign_in::Usernames},
    store::{
        self, Tx,
        accounts::{Locked, Proven},
        sessions::{self, Session, SessionScope},
        usernames,
    },
};

/// Most sessions, and most remembered browsers, of an account; one more ends the least recently used.
pub(super) const MAX_SESSIONS: i64 = 100;

/// Proof of identity.
#[derive(Clone, Copy)]
pub enum Proof<'a> {
    /// The password.
    Password,
    /// A passkey that verified who was there.
    Passkey,
    /// A code or a link in place of the password.
    Code(&'a First),
    /// The key of a reset under this policy, and everything else that its strategy requires.
    Reset(&'a Policy),
    /// A generated password, with its digest.
    Temporary(&'a [u8]),
    /// The token of a remembered browser.
    Remembered,
    /// A session that has passed this gate, whose owner is only changing the password; or a test of an application.
    Session,
}

impl<'a> Proof<'a> {
    /// The first proof, from which the second must differ.
    pub(super) fn first(self) -> Option<&'a First> {
        match self {
            Proof::Code(first) => Some(first),
            _ => None,
        }
    }

    /// The factor that takes the place of the password, if one does.
    pub fn instead(self) -> Option<FactorKind> {
        match self {
            Proof::Passkey => Some(FactorKind::Passkey),
            Proof::Code(first) => Some(first.kind()),
            _ => None,
        }
    }
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
pub enum Passed {
    /// The goal is reached.
    Entered(Admission),
    /// A second factor is owed first: nothing has happened, but the browser may prove or set it up.
    Owes(Admission),
}

impl Passed {
    /// True if the goal is reached.
    pub fn has_entered(&self) -> bool {
        matches!(self, Passed::Entered(_))
    }

    /// Sets the browser's cookies, and sends it on to `place`, or first to the page of the second factor. Call it after
    /// the commit.
    pub fn enter(self, site: &Visit<'_>, place: impl Into<Address>) -> Outcome {
        let (Passed::Entered(admission) | Passed::Owes(admission)) = self;
        admission.enter(site, place)
    }
}

/// Lets somebody with a proof, and perhaps a second factor, reach a goal: ends this browser's former session, and begins
/// one if the goal requires it.
///
/// # Errors
/// [`Error::Database`].
pub async fn pass(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    proof: Proof<'_>,
    factor: Option<FactorKind>,
    goal: Goal<'_>,
) -> Result<Passed, Error> {
    let owed = owed(site, account, proof, factor, goal).await?;
    let sets_password = matches!(goal, Goal::NewPassword { .. });
    if let Some(owed) = owed
        && !(sets_password && owed == Owed::SetUp)
    {
        let opened = Some(hold(site, account, proof, owed, goal).await?);
        return Ok(Passed::Owes(Admission { opened, ..Admission::of(account) }));
    }
    if let Goal::NewPassword { hash, .. } = goal {
        account.set_password(hash, Proven::at_the_gate(), site.now()).await?;
        account.end_everything(site.now()).await?;
    }
    if let (Goal::Form(_), Proof::Reset(_)) = (goal, proof) {
        account.end_everything(site.now()).await?;
    }
    // A new password that leads to sign-in leaves this browser as it is, whoever uses it.
    let enters = !matches!(goal, Goal::NewPassword { sign_in: false, .. });
    // A remembered browser has no session to end, and keeps its own token.
    if enters && !matches!(proof, Proof::Remembered) {
        leave(site, account.tx()).await?;
    }
    let begins = enters && owed.is_none() && !matches!(goal, Goal::Form(_));
    let lacks_username = begins && lacks_username(site, account).await?;
    let opened = match owed {
        // The password is set; the session waits for a factor.
        Some(owed) => Some(hold(site, account, proof, owed, Goal::SignIn { keep: false }).await?),
        None if enters => Some(open(site, account, proof, factor, goal).await?),
        None => None,
    };
    let remembered = match goal {
        Goal::SignIn { keep: true } if site.bearer.is_none() => {
            Some(remember::remember(site, account, factor).await?)
        }
        _ => None,
    };
    let token = match &opened {
        Some((session, _)) if !matches!(proof, Proof::Remembered) => grant(site, account, session).await?,
        _ => None,
    };
    Ok(Passed::Entered(Admission { opened, token, remembered, lacks_username, ..Admission::of(account) }))
}

/// True if people must have usernames, and this account has none.
async fn lacks_username(site: &Visit<'_>, account: &mut Locked<'_>) -> Result<bool, Error> {
    let required = site.at_arrival.sign_in([]).usernames == Usernames::Required;
    let id = account.id;
    Ok(required && usernames::of_account(account.tx(), id).await?.is_none())
}

/// Gives a program that asks for one a token, which ends with the session; `None` if it has one by then.
///
/// # Errors
/// [`Error::Database`].
pub async fn grant(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    session: &Session,
) -> Result<Option<Key>, Error> {
    let asks = site.program.is_some_and(Program::asks_token);
    if !asks || session.scope != SessionScope::Full {
        return Ok(None);
    }
    let now = site.now();
    let token = Session {
        id: store::id(now, site.random)?,
        scope: SessionScope::Token,
        family: Some(session.id),
        began_at: now,
        expires_at: now + session::TOKEN,
        ..session.clone()
    };
    Ok(Some(begin(site, account, token).await?.1))
}

/// Tells a program that somebody has proved themselves again until `fresh_until`, with a token if it asks for one.
///
/// # Errors
/// [`Error::Database`].
pub async fn verified(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    session: &Session,
    fresh_until: Time,
) -> Result<(), Error> {
    let now = site.now();
    let session = Session { fresh_until, proved_at: Some(now), ..session.clone() };
    let token = grant(site, account, &session).await?;
    told::entered(site, &session, &account.email, token.as_ref());
    site.tell("fresh_for", now.until(fresh_until).as_secs());
    Ok(())
}

/// Gives a program another token in place of the one that ended with a change of factors, and tells it.
///
/// # Errors
/// [`Error::Database`].
pub async fn renew(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    session: &Session,
    factor: FactorKind,
) -> Result<(), Error> {
    if session.scope != SessionScope::Token {
        return Ok(());
    }
    let id = store::id(site.now(), site.random)?;
    let token = Session { id, factor: Some(factor), ..session.clone() };
    let (token, secret) = begin(site, account, token).await?;
    told::entered(site, &token, &account.email, Some(&secret));
    Ok(())
}

/// Ends this browser's sessions, and forgets the browser; or those of the program whose token was sent.
///
/// # Errors
/// [`Error::Database`].
pub async fn leave(site: &Visit<'_>, tx: &mut Tx) -> Result<(), Error> {
    if let Some(bearer) = site.bearer {
        return sessions::end_digest(tx, &sha256(bearer.as_bytes())).await;
    }
    for cookie_name in [CookieName::Session, CookieName::Restricted, CookieName::Pending] {
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
    factor: Option<FactorKind>,
    goal: Goal<'_>,
) -> Result<(Session, Key), Error> {
    let settings = &site.config().session;
    let (kind, life, fresh) = match (goal, proof) {
        (Goal::Form(_), _) => ("restricted", session::RESTRICTED, Duration::ZERO),
        (Goal::NewPassword { .. }, _)
        | (Goal::SignIn { .. }, Proof::Password | Proof::Passkey | Proof::Code(_) | Proof::Session) => {
            ("fresh", *settings.absolute, *settings.fresh)
        }
        // No password was entered.
        (Goal::SignIn { .. }, _) => ("remembered", *settings.absolute, Duration::ZERO),
    };
    let (scope, policy, life) = match goal {
        Goal::Form(policy) => (SessionScope::NewPassword, Some(policy.stored()), life),
        _ if site.bearer.is_some() => (SessionScope::Token, None, session::TOKEN),
        _ => (SessionScope::Full, None, life),
    };
    let opened_by = generated(proof);
    let now = site.now();
    let begun = Session {
        scope,
        policy,
        opened_by,
        factor,
        fresh_until: now + fresh,
        proved_at: (kind == "fresh").then_some(now),
        ..blank(site, account, life)?
    };
    let opened = begin(site, account, begun).await?;
    let metrics = site.metrics.clone();
    account.tx().on_commit(move || metrics.opened(kind));
    Ok(opened)
}

/// Begins a pending sign-in, which owes a second factor.
async fn hold(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    proof: Proof<'_>,
    owed: Owed,
    goal: Goal<'_>,
) -> Result<(Session, Key), Error> {
    let policy = match (goal, proof) {
        (Goal::Form(policy), _) | (_, Proof::Reset(policy)) => Some(policy.stored()),
        _ => None,
    };
    let goal = match goal {
        Goal::SignIn { keep } => PendingGoal::SignIn { keep },
        Goal::Form(_) => PendingGoal::Form { generated: generated(proof) },
        Goal::NewPassword { hash, .. } => PendingGoal::NewPassword { hash: hash.clone() },
    };
    let pending = Some(Kept { owed, goal, first: proof.first().cloned() }.seal(site)?);
    let scope = SessionScope::SecondFactor;
    let begun = Session { scope, policy, pending, ..blank(site, account, pending::LIFE)? };
    let (session, token) = begin(site, account, begun).await?;
    told::owed(site, account, proof.first(), owed, &token).await?;
    Ok((session, token))
}

fn generated(proof: Proof<'_>) -> Option<Vec<u8>> {
    match proof {
        Proof::Temporary(digest) => Some(digest.to_vec()),
        _ => None,
    }
}

/// Returns a session that begins now, reaches everything, and is not fresh.
fn blank(site: &Visit<'_>, account: &Locked<'_>, life: Duration) -> Result<Session, Error> {
    let now = site.now();
    Ok(Session {
        id: store::id(now, site.random)?,
        account_id: account.id,
        scope: SessionScope::Full,
        family: None,
        policy: None,
        opened_by: None,
        factor: None,
        pending: None,
        browser: site.client.browser.to_owned(),
        client: site.client.place(),
        began_at: now,
        fresh_until: now,
        proved_at: None,
        seen_at: now,
        expires_at: now + life,
    })
}

async fn begin(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    session: Session,
) -> Result<(Session, Key), Error> {
    let (cookie, id, tx) = (Key::for_link(site.random)?, account.id, account.tx());
    sessions::insert(tx, &session, &sha256(cookie.expose().as_bytes())).await?;
    sessions::keep(tx, id, session.scope, MAX_SESSIONS).await?;
    Ok((session, cookie))
}
