//! The one gate: every way to sign in, and every new password, passes here. No other code opens a session, and no other
//! decides whether a second factor is owed.

use std::time::Duration;

use uuid::Uuid;

use super::{
    admission::Admission,
    first::First,
    owed::{self, owed},
    pending::{self, Kept, Owed, PendingGoal},
    refresh, remember, session, told,
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
        accounts::{self, Locked, Proven},
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
    /// The refresh token of a program, whose family began with this session.
    Refreshed(Uuid),
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
        let ways = Some((owed, ways(site, account, proof).await?));
        return Ok(Passed::Owes(Admission { opened, ways, ..Admission::of(account) }));
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
    // A remembered browser has no session to end, and keeps its own token; so does a program.
    if enters && !matches!(proof, Proof::Remembered | Proof::Refreshed(_)) {
        leave(site, account.tx()).await?;
    }
    let begins = enters && owed.is_none() && !matches!(goal, Goal::Form(_));
    let lacks_username = begins && lacks_username(site, account).await?;
    let ways = match owed {
        Some(owed) => Some((owed, ways(site, account, proof).await?)),
        None => None,
    };
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
    let (token, refresh) = match &opened {
        // A program that sends a token has its next one by then.
        Some((session, _)) if session.scope == SessionScope::Token => {
            (None, begin_refresh(site, account, session, proof).await?)
        }
        Some((session, _)) if !matches!(proof, Proof::Remembered) => grant(site, account, session).await?,
        _ => (None, None),
    };
    Ok(Passed::Entered(Admission {
        opened,
        ways,
        token,
        refresh,
        remembered,
        lacks_username,
        ..Admission::of(account)
    }))
}

/// True if people must have usernames, and this account has none.
async fn lacks_username(site: &Visit<'_>, account: &mut Locked<'_>) -> Result<bool, Error> {
    let required = site.at_arrival.sign_in([]).usernames == Usernames::Required;
    let id = account.id;
    Ok(required && usernames::of_account(account.tx(), id).await?.is_none())
}

/// Gives a program that asks for them a token and a refresh token, which end with the session; no token if the session
/// is one itself.
///
/// # Errors
/// [`Error::Database`].
async fn grant(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    session: &Session,
) -> Result<(Option<Key>, Option<String>), Error> {
    let asks = site.program.is_some_and(Program::asks_token);
    if !asks || !matches!(session.scope, SessionScope::Full | SessionScope::Token) {
        return Ok((None, None));
    }
    let refresh = refresh::begin(site, account, session).await?;
    let now = site.now();
    let token = Session {
        id: store::id(now, site.random)?,
        scope: SessionScope::Token,
        family: Some(session.family()),
        began_at: now,
        expires_at: (now + session::TOKEN).min(session.expires_at),
        ..session.clone()
    };
    Ok((Some(begin(site, account, token).await?.1), refresh))
}

/// Begins a family of refresh tokens with a token, unless that comes from one.
async fn begin_refresh(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    token: &Session,
    proof: Proof<'_>,
) -> Result<Option<String>, Error> {
    let asks = site.program.is_some_and(Program::asks_token);
    match asks && !matches!(proof, Proof::Refreshed(_)) {
        true => refresh::begin(site, account, token).await,
        false => Ok(None),
    }
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
    let (token, refresh) = grant(site, account, &session).await?;
    told::entered(site, &session, &account.email, token.as_ref());
    if let Some(refresh) = refresh {
        refresh::hand_over_first(site, &refresh);
    }
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
    factor: Option<FactorKind>,
) -> Result<(), Error> {
    if session.scope != SessionScope::Token {
        return Ok(());
    }
    let id = store::id(site.now(), site.random)?;
    let token = Session { id, factor, ..session.clone() };
    let (token, secret) = begin(site, account, token).await?;
    told::entered(site, &token, &account.email, Some(&secret));
    if let Some(refresh) = begin_refresh(site, account, &token, Proof::Session).await? {
        refresh::hand_over_first(site, &refresh);
    }
    Ok(())
}

/// Ends this browser's sessions, and that of the token that was sent, and forgets the browser.
///
/// # Errors
/// [`Error::Database`].
pub async fn leave(site: &Visit<'_>, tx: &mut Tx) -> Result<(), Error> {
    if let Some(bearer) = site.bearer {
        sessions::end_digest(tx, &sha256(bearer.as_bytes())).await?;
    }
    for cookie_name in [CookieName::Session, CookieName::Restricted, CookieName::Pending] {
        if let Some(cookie) = site.cookies.get(cookie_name) {
            sessions::end_digest(tx, &sha256(cookie.as_bytes())).await?;
        }
    }
    remember::forget(site, tx).await
}

/// Signs out: like [`leave`], after whatever is under way for the account, which might begin a token meanwhile.
///
/// # Errors
/// [`Error::Database`].
pub async fn sign_out(site: &Visit<'_>, tx: &mut Tx) -> Result<(), Error> {
    let carried = site.bearer.into_iter().chain(site.cookies.get(CookieName::Session));
    for secret in carried {
        if let Some(account) = sessions::owner(tx, &sha256(secret.as_bytes())).await? {
            accounts::lock(tx, account, site.now()).await?;
        }
    }
    leave(site, tx).await
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
    let family = match proof {
        Proof::Refreshed(family) => Some(family),
        _ => None,
    };
    let (scope, policy, life) = match goal {
        Goal::Form(policy) => (SessionScope::NewPassword, Some(policy.stored()), life),
        _ if family.is_some() => (SessionScope::Token, None, session::TOKEN),
        _ if site.bearer.is_some() => (SessionScope::Token, None, session::TOKEN),
        _ => (SessionScope::Full, None, life),
    };
    let opened_by = generated(proof);
    let now = site.now();
    let begun = Session {
        scope,
        family,
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

/// Returns the kinds of factors that may be proved, for a program.
async fn ways(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    proof: Proof<'_>,
) -> Result<Vec<FactorKind>, Error> {
    if site.program.is_none() {
        return Ok(Vec::new());
    }
    let (tx, row) = account.parts();
    Ok(owed::ways(site, tx, row, proof.first()).await?.1)
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
    begin(site, account, begun).await
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
