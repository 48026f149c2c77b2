//! Setting up a factor: who may do so, and what a new factor brings with it.

use rocket::{
    Request,
    http::Status,
    request::{FromRequest, Outcome},
};

use super::resume::{self, resume};
use crate::{
    account::notice,
    auth::{
        first::First,
        pending::{self, Owed, Pending},
        recipient::Recipient,
        recovery, session,
        stepped_up::SteppedUp,
        token, told,
    },
    base::{Error, factor::FactorKind, key::Key},
    core::{
        event::{Event, EventKind},
        place::Place,
    },
    http::{self, Visit, form::form},
    policy::Channel,
    store::{
        Tx,
        accounts::{AccountRow, Locked},
        factors::{self, FactorRow, MAX_FACTORS},
        sessions,
    },
};

form! {
    /// The button that begins to set one up.
    pub struct StartForm {
        /// Path to go on to after signing in.
        next: String = hidden(),
    }
}

/// A person who may set up a factor.
///
/// # Outcomes
/// Those of [`SteppedUp`] and [`Pending`]; forward 404 where the policy has no second factors.
pub enum Enrolling<'r> {
    /// Signing in, and owing a factor.
    SigningIn(Pending<'r>),
    /// Signed in, and proved by the strongest factor held.
    SignedIn(SteppedUp<'r>),
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Enrolling<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        // Where somebody is signed in and somebody signs in, what is owed comes first.
        if pending::is_there(request).await
            && let Outcome::Success(pending) = Pending::from_request(request).await
            && pending.owed == Owed::SetUp
        {
            return Outcome::Success(Enrolling::SigningIn(pending));
        }
        if let Ok(Some(me)) = session::current(request).await
            && !is_on(request, &me.account)
        {
            return Outcome::Forward(Status::NotFound);
        }
        SteppedUp::from_request(request).await.map(Enrolling::SignedIn)
    }
}

fn is_on(request: &Request<'_>, account: &AccountRow) -> bool {
    Visit::of(request).is_some_and(|site| site.sign_in_policy(account).is_on())
}

impl Enrolling<'_> {
    /// The account.
    pub fn account(&self) -> &AccountRow {
        match self {
            Enrolling::SigningIn(pending) => &pending.me.account,
            Enrolling::SignedIn(me) => &me.0.0.account,
        }
    }

    /// True if it is part of signing in.
    pub fn is_signing_in(&self) -> bool {
        matches!(self, Enrolling::SigningIn(_))
    }

    /// The first proof, from which a new factor must differ.
    pub fn first(&self) -> Option<&First> {
        match self {
            Enrolling::SigningIn(pending) => pending.first.as_ref(),
            Enrolling::SignedIn(_) => None,
        }
    }

    /// Returns the factors held; `None` if the policy does not count this kind, or no more fit.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn room_for(
        &self,
        site: &Visit<'_>,
        kind: FactorKind,
    ) -> Result<Option<Vec<FactorRow>>, Error> {
        let held = factors::of_account(&mut site.read().await?, self.account().id).await?;
        let excluded = self.first().is_some_and(|first| first.excludes(kind));
        let counts = site.sign_in_policy(self.account()).counts(kind) && !excluded;
        let may_add = held.len() < MAX_FACTORS && counts;
        Ok(may_add.then_some(held))
    }

    /// Locks the account; `None` if it has changed, or the sign-in is over.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn lock<'t>(&self, tx: &'t mut Tx, site: &Visit<'_>) -> Result<Option<Locked<'t>>, Error> {
        match self {
            Enrolling::SigningIn(pending) => resume::lock(tx, site, pending).await,
            Enrolling::SignedIn(me) => me.0.lock(tx, site.now()).await,
        }
    }

    /// Adds a factor that has been proved, with recovery codes if it is the first, and completes the sign-in; `None` if an
    /// account has that passkey already, and the transaction must be dropped.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn add(
        &self,
        site: &Visit<'_>,
        account: &mut Locked<'_>,
        factor: &FactorRow,
    ) -> Result<Option<Added<'_>>, Error> {
        let asked = site.caller();
        let (held, row) = account.parts();
        let before = factors::of_account(held, row.id).await?;
        // Before the change: its link leads back to what is set up now.
        notice::post(site.app, held, row, &row.email, "factor-added", &asked).await?;
        // There is one address: codes to a former one end.
        let former = before.iter().filter(|it| it.kind == factor.kind && factor.kind == FactorKind::Email);
        for former in former {
            factors::remove(account, former.id).await?;
        }
        if !factors::insert(account, factor).await? {
            return Ok(None);
        }
        let id = account.id;
        let codes = match before.is_empty() {
            true => recovery::renew(site.app, account.tx(), id).await?,
            false => Vec::new(),
        };
        let phone = Recipient::of(site.app, factor).filter(|it| it.channel == Channel::Sms);
        told::factor(site, Some(factor.kind));
        site.tell("tf_phone", phone.as_ref().map(Recipient::shown));
        site.tell("chosen_method", told::method(factor.kind));
        site.tell("phone", phone.as_ref().map(Recipient::shown));
        let event = Event::new(EventKind::FactorAdded, id).from(&asked).detail(factor.kind.name());
        event.write(site.app, account.tx()).await?;
        let resumed = match self {
            Enrolling::SigningIn(pending) => Some(resume(site, account, pending, factor.kind).await?),
            Enrolling::SignedIn(me) => {
                let session = &me.0.0.session;
                // What was proved to get here stays proved.
                let stays = |was: &FactorKind| *was == FactorKind::RecoveryCode || *was < factor.kind;
                let proved = session.factor.filter(stays).unwrap_or(factor.kind);
                sessions::set_factor(account.tx(), session.id, proved).await?;
                token::renew(site, account, session, Some(proved)).await?;
                None
            }
        };
        Ok(Some(Added { codes, resumed }))
    }
}

/// A factor that is set up once the transaction is committed.
#[must_use]
pub struct Added<'p> {
    codes: Vec<Key>,
    resumed: Option<resume::Resumed<'p>>,
}

impl Added<'_> {
    /// Sets the browser's cookies, and returns the page to go on to: new recovery codes come first. Call it after the
    /// commit.
    ///
    /// # Errors
    /// Same as [`Visit::seal`].
    pub fn enter(self, site: &Visit<'_>, account: &AccountRow, next: &str) -> Result<http::Outcome, Error> {
        let outcome = match self.resumed {
            Some(resumed) => resumed.enter(site, account, next)?,
            None => http::Outcome::go(Place::Factors),
        };
        site.flash("flash-factor-added");
        if self.codes.is_empty() || super::codes::tell(site, &self.codes) {
            return Ok(outcome);
        }
        super::codes::keep(site, account.id, &self.codes)?;
        let next = match &outcome {
            http::Outcome::Go(address) => address.at(site.base()),
            _ => return Ok(outcome),
        };
        Ok(http::Outcome::go(Place::RecoveryCodes.with(&[("next", &next)])))
    }
}
