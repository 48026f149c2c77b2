//! Proving a second factor. Wrong tries are limited by account and by client, whatever sign-in they belong to, and a right
//! one is used up in the transaction that it lets somebody past.

use uuid::Uuid;

use super::{
    recovery,
    totp::{self, Compared},
};
use crate::{
    base::{Error, factor::FactorKind, fault::Fault},
    core::{
        event::{Event, EventKind},
        limits::Allowed,
    },
    http::{Visit, throttle::FactorTry},
    store::{
        accounts::{AccountRow, Locked},
        factors::{self, FactorRow},
        recovery_codes,
    },
};

/// What a person typed to prove a factor.
pub struct Typed<'a> {
    /// Kind of the factor.
    pub kind: FactorKind,
    /// The code.
    pub code: &'a str,
}

/// Result of a try.
pub enum Tried<'a> {
    /// It was right, and has to be used up.
    Right(SecondProof<'a>),
    /// It was wrong.
    Wrong(Fault),
    /// It was not compared: there have been too many tries.
    TooMany(Allowed),
}

/// A proof that is right, and not used up yet.
pub struct SecondProof<'a> {
    used: Use,
    counted: FactorTry<'a>,
}

enum Use {
    /// The code of a time step of an app.
    Step(Uuid, i64),
    /// The recovery code with a digest.
    RecoveryCode(Vec<u8>),
}

/// Tries a proof by one of `held`, in transactions of its own: a wrong try stays counted whatever happens next.
///
/// # Errors
/// [`Error::Database`]; the try may have been counted then.
pub async fn try_out<'a>(
    site: &Visit<'_>,
    account: &'a AccountRow,
    held: &[FactorRow],
    typed: Typed<'_>,
) -> Result<Tried<'a>, Error> {
    let mut tx = site.begin().await?;
    let counted = FactorTry::count(site, &mut tx, account.id.as_bytes(), &account.email_key()).await?;
    tx.commit().await?;
    if !counted.allowed().is_yes() {
        return Ok(Tried::TooMany(counted.allowed()));
    }
    let (found, clock) = match typed.kind {
        FactorKind::Totp => {
            let apps = held.iter().filter(|factor| factor.kind == FactorKind::Totp);
            match totp::find(site, apps, typed.code) {
                Ok((factor, step)) if factor.used_step < step => (Some(Use::Step(factor.id, step)), false),
                Ok(_) => return Ok(Tried::Wrong(Fault::new("fault-factor-used"))),
                Err(compared) => (None, compared == Compared::WrongClock),
            }
        }
        FactorKind::RecoveryCode => {
            let found = recovery::find(site, &mut site.read().await?, account.id, typed.code).await?;
            (found.map(Use::RecoveryCode), false)
        }
    };
    if let Some(used) = found {
        return Ok(Tried::Right(SecondProof { used, counted }));
    }
    let mut tx = site.begin().await?;
    let left = counted.left(site, &mut tx).await?;
    let asked = site.caller();
    let event = Event::new(EventKind::FactorFailed, account.id).from(&asked);
    event.detail(typed.kind.name()).write(site.app, &mut tx).await?;
    tx.commit().await?;
    Ok(Tried::Wrong(wrong(clock, left)))
}

/// Returns the fault for a wrong code.
fn wrong(clock: bool, left: Option<u64>) -> Fault {
    match left.and_then(|left| usize::try_from(left).ok()) {
        _ if clock => Fault::new("fault-factor-clock"),
        Some(left) => Fault::new("fault-factor").with("tries", left),
        None => Fault::new("fault-factor-again"),
    }
}

impl SecondProof<'_> {
    /// Returns the kind of factor that it proves.
    pub fn kind(&self) -> FactorKind {
        match self.used {
            Use::Step(..) => FactorKind::Totp,
            Use::RecoveryCode(_) => FactorKind::RecoveryCode,
        }
    }

    /// Returns the fault if it has been used up elsewhere.
    pub fn used(&self) -> Fault {
        match self.used {
            Use::Step(..) => Fault::new("fault-factor-used"),
            Use::RecoveryCode(_) => Fault::new("fault-factor-again"),
        }
    }

    /// Uses it up, and refunds the try; false if that has been done elsewhere, and the transaction must be dropped.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn spend(&self, site: &Visit<'_>, account: &mut Locked<'_>) -> Result<bool, Error> {
        let (id, now, tx) = (account.id, site.now(), account.tx());
        let spent = match &self.used {
            Use::Step(factor, step) => factors::use_step(tx, *factor, *step, now).await?,
            Use::RecoveryCode(digest) => recovery_codes::spend(tx, id, digest).await?,
        };
        if spent {
            self.counted.refund(site.app, tx).await?;
        }
        Ok(spent)
    }
}
