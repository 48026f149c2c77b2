//! Tokens of programs: sessions of their own, which are found by a header and end with the session that they came with.

use super::{gate::begin, refresh, session, told};
use crate::{
    base::{Error, factor::FactorKind, key::Key},
    http::{Visit, program::Program},
    store::{
        self,
        accounts::Locked,
        sessions::{self, Session, SessionScope},
    },
};

/// What a program gets beside a session.
#[derive(Default)]
pub struct Granted {
    pub(super) token: Option<Key>,
    refresh: Option<String>,
}

impl Granted {
    /// True if there is a refresh token.
    pub(super) fn is_kept(&self) -> bool {
        self.refresh.is_some()
    }

    /// Hands over the refresh token, if there is one. Call it after the commit.
    pub(super) fn hand_over(&self, site: &Visit<'_>) {
        if let Some(refresh) = &self.refresh {
            refresh::hand_over(site, refresh, refresh::LIFE);
        }
    }
}

/// Gives a program that asks for them a token and a refresh token beside a session that begins; a session that is a token
/// itself brings the refresh token alone.
///
/// # Errors
/// [`Error::Database`].
pub(super) async fn grant(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    session: &Session,
) -> Result<Granted, Error> {
    if !asks(site) || !matches!(session.scope, SessionScope::Full | SessionScope::Token) {
        return Ok(Granted::default());
    }
    let refresh = refresh::begin(site, account, session).await?;
    let token = match session.scope {
        SessionScope::Full => Some(beside(site, account, session).await?),
        _ => None,
    };
    Ok(Granted { token, refresh })
}

/// Makes a session fresh after its owner has proved themselves again, by a factor or else by the password, and tells a
/// program, with another token if it asks for one; false if the session has ended.
///
/// # Errors
/// [`Error::Database`].
pub async fn verified(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    session: &Session,
    factor: Option<FactorKind>,
) -> Result<bool, Error> {
    let now = site.now();
    let fresh_until = now + *site.config().session.fresh;
    if !sessions::step_up(account.tx(), session.id, factor, (now, fresh_until)).await? {
        return Ok(false);
    }
    let session = Session { fresh_until, proved_at: Some(now), ..session.clone() };
    let token = if asks(site) { Some(beside(site, account, &session).await?) } else { None };
    told::entered(site, &session, &account.email, token.as_ref());
    site.tell("fresh_for", now.until(fresh_until).as_secs());
    Ok(true)
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
    let token = Session { id: store::id(site.now(), site.random)?, factor, ..session.clone() };
    let (token, secret) = begin(site, account, token).await?;
    told::entered(site, &token, &account.email, Some(&secret));
    grant(site, account, &token).await?.hand_over(site);
    Ok(())
}

fn asks(site: &Visit<'_>) -> bool {
    site.program.is_some_and(Program::asks_token)
}

/// Begins a token of the family of a session, which a browser's session outlives.
async fn beside(site: &Visit<'_>, account: &mut Locked<'_>, session: &Session) -> Result<Key, Error> {
    let now = site.now();
    let expires_at = now + session::TOKEN;
    let token = Session {
        id: store::id(now, site.random)?,
        scope: SessionScope::Token,
        family: Some(session.family()),
        began_at: now,
        expires_at: match session.scope {
            SessionScope::Full => expires_at.min(session.expires_at),
            _ => expires_at,
        },
        ..session.clone()
    };
    Ok(begin(site, account, token).await?.1)
}
