//! The ways to approve a reset under `sms_approved` that an account has, and the end of a reset that a second factor
//! approved.

use serde::Serialize;

use super::{
    complete::{late, settle},
    ticket::Issued,
};
use crate::{
    auth::{owed, passkey, recipient::Recipient, second_factor::SecondProof},
    base::{Error, factor::FactorKind, fault::Fault},
    core::{
        event::{Event, EventKind},
        place::{Address, Place},
    },
    hashing::password::Password,
    http::{Outcome, Visit, dead_end::Why},
    policy::{approve::Approval, strategy::Strategy},
    store::{
        accounts,
        factors::{self, FactorRow},
    },
};

const PAGE: Place = Place::Strategy(Strategy::SmsApproved);

/// The ways of an account.
pub struct Ways {
    /// Its second factors.
    pub held: Vec<FactorRow>,
    /// Its ways, the strongest first.
    ways: Vec<Approval>,
}

/// Another way, on the page of one.
#[derive(Serialize)]
pub struct OtherWay {
    kind: FactorKind,
    place: Address,
}

impl Ways {
    /// Returns the ways that the policy of a key allows, and its account has.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn of(site: &Visit<'_>, issued: &Issued) -> Result<Self, Error> {
        let held = factors::of_account(&mut site.read().await?, issued.account.id).await?;
        let has = |way: &Approval| match way {
            Approval::Sms => site.app.usable_phone(&issued.account).is_some(),
            Approval::Passkey if passkey::party(site).is_none() => false,
            way => held.iter().any(|factor| factor.kind == way.factor()),
        };
        let ways = issued.policy.approve.all().filter(has).collect();
        Ok(Self { held, ways })
    }

    /// Returns the way with this name, or else the strongest.
    pub fn choose(&self, with: &str) -> Option<Approval> {
        let named = with.parse().ok().filter(|way| self.ways.contains(way));
        named.or(self.ways.first().copied())
    }

    /// True if it has this way.
    pub fn has(&self, way: Approval) -> bool {
        self.ways.contains(&way)
    }

    /// Returns the ways beside this one.
    pub fn others(&self, way: Option<Approval>) -> Vec<OtherWay> {
        self.ways.iter().filter(|other| Some(**other) != way).map(|other| OtherWay::new(*other)).collect()
    }

    /// Returns the kind of factor that a code to `phone` also proves, if its owner gets codes there.
    pub fn proved_by(&self, site: &Visit<'_>, phone: &str) -> Option<FactorKind> {
        let recipient = Some(Recipient::text(phone));
        let proves = self.held.iter().any(|factor| Recipient::of(site.app, factor) == recipient);
        proves.then_some(FactorKind::Sms)
    }
}

impl OtherWay {
    /// The way on the page of another.
    pub fn new(way: Approval) -> Self {
        Self { kind: way.factor(), place: place_of(way) }
    }

    /// Returns samples, or none.
    pub fn samples(some: bool) -> Vec<Self> {
        if some { vec![Self::new(Approval::Passkey), Self::new(Approval::Totp)] } else { Vec::new() }
    }
}

/// Returns the address of the page for a way.
pub fn place_of(way: Approval) -> Address {
    PAGE.with(&[("with", way.name())])
}

/// Spends a key and the second factor that approves its reset, both or none, and completes the reset. Returns the fault if
/// the factor was used up elsewhere.
///
/// # Errors
/// [`Error::Busy`] if too many passwords are waiting to be hashed, [`Error::Database`]; nothing has happened then.
pub async fn spend(
    site: &Visit<'_>,
    Issued { key, account, policy }: &Issued,
    proof: &SecondProof<'_>,
    new: Password,
) -> Result<Result<Outcome, Fault>, Error> {
    let hash = site.hasher_for(account.id.as_bytes()).hash(new.clone()).await?;
    let mut tx = site.begin().await?;
    let Some(mut locked) = accounts::lock_spending(&mut tx, account, [key.id], site.now()).await? else {
        drop(tx);
        return late(site, account.id, &key.digest, Some(new)).await.map(Ok);
    };
    if !proof.spend(site, &mut locked).await? {
        drop(tx);
        return Ok(Err(proof.used()));
    }
    let asked = site.caller();
    let event = Event::new(EventKind::FactorProved, account.id).from(&asked).detail(proof.kind().name());
    event.write(site.app, locked.tx()).await?;
    let factor = owed::counted(site, &mut locked, proof.kind()).await?;
    let Some(completed) = settle(site, &mut locked, policy, key, &hash, factor).await? else {
        return Ok(Ok(Outcome::gone(Why::Live, None, Place::Reset)));
    };
    tx.commit().await?;
    completed.enter(site, account, policy).map(Ok)
}
