//! What the gate hands over once its transaction is committed: the cookies of a session or a program's token, and the
//! way on.

use super::{pending::Owed, session, token::Granted, told};
use crate::{
    base::{factor::FactorKind, key::Key},
    core::place::{Address, Place},
    http::{CookieName, Outcome, Visit, device},
    store::{
        accounts::AccountRow,
        sessions::{Session, SessionScope},
    },
};

/// Permission to enter, from the gate; its session begins once the transaction is committed.
#[must_use]
pub struct Admission {
    pub(super) opened: Option<(Session, Key)>,
    /// What is owed, with the kinds of factors that may be proved.
    pub(super) ways: Option<(Owed, Vec<FactorKind>)>,
    /// What a program gets beside the session.
    pub(super) granted: Granted,
    pub(super) remembered: Option<String>,
    pub(super) email: String,
    pub(super) email_key: String,
    /// Whether its owner has to choose a username.
    pub(super) lacks_username: bool,
}

impl Admission {
    /// Lets nobody in yet.
    pub(super) fn of(account: &AccountRow) -> Self {
        Self {
            opened: None,
            ways: None,
            granted: Granted::default(),
            remembered: None,
            email: account.email.clone(),
            email_key: account.email_key(),
            lacks_username: false,
        }
    }

    /// Returns the session and the secret for its cookie, for a remembered browser.
    pub(super) fn opened(self) -> Option<(Session, Key)> {
        self.opened
    }

    /// Gives a program the token that its refresh token stands for. Call it after the commit.
    pub(super) fn refresh(self, site: &Visit<'_>) -> Outcome {
        if let Some((session, token)) = &self.opened {
            told::entered(site, session, &self.email, Some(token));
        }
        Outcome::go(Place::Account)
    }

    /// Sets the browser's cookies, and sends it on to `place`, or first to the page of the second factor or of the
    /// username. Call it after the commit.
    pub fn enter(mut self, site: &Visit<'_>, place: impl Into<Address>) -> Outcome {
        let place = place.into();
        let Some((session, cookie)) = self.opened.take() else {
            site.cookies.remove(CookieName::Restricted);
            return Outcome::Go(place);
        };
        let own = session::cookie_of(session.scope);
        if session.scope == SessionScope::SecondFactor {
            if let Some((owed, kinds)) = &self.ways {
                told::owed(site, *owed, kinds, &cookie);
            }
            if site.bearer.is_none() {
                // Until then, whoever is signed in here stays signed in.
                site.cookies.set(own, cookie.expose(), None);
            }
            return Outcome::go(Place::SecondFactor.with(&[("next", &place.at(site.base()))]));
        }
        let is_carried = site.bearer.is_some();
        told::entered(
            site,
            &session,
            &self.email,
            if is_carried { Some(&cookie) } else { self.granted.token.as_ref() },
        );
        self.granted.hand_over(site);
        if is_carried {
            return self.onward(site, place);
        }
        if session.scope == SessionScope::Full
            && let Err(error) = device::remember(site, &self.email_key)
        {
            log::error!("could not set the device cookie: {error}");
        }
        for other in [CookieName::Session, CookieName::Restricted, CookieName::Pending] {
            if other != own {
                site.cookies.remove(other);
            }
        }
        site.cookies.set(own, cookie.expose(), None);
        if !self.granted.is_kept() {
            site.cookies.remove(CookieName::Refresh);
        }
        match &self.remembered {
            Some(cookie) => {
                site.cookies.set(CookieName::Remembered, cookie, Some(*site.config().session.remember))
            }
            None => site.cookies.remove(CookieName::Remembered),
        }
        self.onward(site, place)
    }

    /// Goes on to `place`, or first to the page of the username.
    fn onward(&self, site: &Visit<'_>, place: Address) -> Outcome {
        site.tell("post_login_url", place.at(site.base()));
        match self.lacks_username {
            true => Outcome::go(Place::ChangeUsername.with(&[("next", &place.at(site.base()))])),
            false => Outcome::Go(place),
        }
    }
}
