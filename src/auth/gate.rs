//! The one gate: every way to sign in, and every new password, passes here. No other code opens a session, and no other
//! decides whether a second factor is owed.

use std::time::Duration;

use super::{
    admission::Admission,
    owed::{self, owed},
    pending::{self, Kept, Owed, PendingGoal},
    refresh, remember, session,
    token::{self, Granted},
};
use crate::{
    base::{
        Error,
        factor::FactorKind,
        key::{Key, sha256},
    },
    http::{CookieName, Visit},
    policy::sign_in::Usernames,
    store::{
        self, Tx,
        accounts::{self, Locked, Proven},
        sessions::{self, Session, SessionScope},
        usernames,
    },
};

pub use super::proof::{Goal, Passed, Proof};

/// Most sessions, and most remembered browsers, of an account; one more ends the least recently used.
pub(super) const MAX_SESSIONS: i64 = 100;

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
        return Ok(Passed::Owes(hold(site, account, proof, owed, goal).await?));
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
    let goes_on = matches!(proof, Proof::Remembered | Proof::Refreshed(_));
    if enters && !goes_on {
        leave(site, account.tx()).await?;
    }
    let begins = enters && owed.is_none() && !matches!(goal, Goal::Form(_));
    let lacks_username = begins && lacks_username(site, account).await?;
    let admission = match owed {
        // The password is set; the session waits for a factor.
        Some(owed) => hold(site, account, proof, owed, Goal::SignIn { keep: false }).await?,
        None if enters => {
            let opened = Some(open(site, account, proof, factor, goal).await?);
            Admission { opened, ..Admission::of(account) }
        }
        None => Admission::of(account),
    };
    let remembered = match goal {
        Goal::SignIn { keep: true } if site.bearer.is_none() => {
            Some(remember::remember(site, account, factor).await?)
        }
        _ => None,
    };
    let granted = match &admission.opened {
        Some((session, _)) if !goes_on => token::grant(site, account, session).await?,
        _ => Granted::default(),
    };
    Ok(Passed::Entered(Admission { granted, remembered, lacks_username, ..admission }))
}

/// True if people must have usernames, and this account has none.
async fn lacks_username(site: &Visit<'_>, account: &mut Locked<'_>) -> Result<bool, Error> {
    let required = site.at_arrival.sign_in([]).usernames == Usernames::Required;
    let id = account.id;
    Ok(required && usernames::of_account(account.tx(), id).await?.is_none())
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
    if let Some(token) = site.cookies.get(CookieName::Refresh) {
        refresh::forget(site, tx, token).await?;
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
        _ if family.is_some() || site.bearer.is_some() => (SessionScope::Token, None, session::TOKEN),
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

/// Begins a pending sign-in, which owes a second factor; lets nobody in yet.
async fn hold(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    proof: Proof<'_>,
    owed: Owed,
    goal: Goal<'_>,
) -> Result<Admission, Error> {
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
    let opened = Some(begin(site, account, begun).await?);
    let ways = Some((owed, ways(site, account, proof).await?));
    Ok(Admission { opened, ways, ..Admission::of(account) })
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

/// Begins a session.
///
/// # Errors
/// [`Error::Database`].
pub(super) async fn begin(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    session: Session,
) -> Result<(Session, Key), Error> {
    let (cookie, id, tx) = (Key::for_link(site.random)?, account.id, account.tx());
    sessions::insert(tx, &session, &sha256(cookie.expose().as_bytes())).await?;
    sessions::keep(tx, id, session.scope, MAX_SESSIONS).await?;
    Ok((session, cookie))
}
