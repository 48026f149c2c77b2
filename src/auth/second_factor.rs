//! Proving a second factor. Wrong tries are limited by account and by client, whatever sign-in they belong to, and a right
//! one is used up in the transaction that it lets somebody past.

use uuid::Uuid;

use super::{
    code,
    passkey::Used,
    question::{Aim, Asked},
    recipient::Recipient,
    recovery, sent_code,
    totp::{self, Compared},
};
use crate::{
    base::{Error, factor::FactorKind, fault::Fault},
    core::{
        event::{Event, EventKind},
        limits::Allowed,
    },
    http::{Visit, throttle::Try},
    store::{
        accounts::{AccountRow, Locked},
        factors::{self, FactorRow},
        recovery_codes,
    },
};

/// What a person sent to prove a factor.
pub struct Sent<'a> {
    /// Kind of the factor.
    pub kind: FactorKind,
    /// The code, or the answer of a passkey.
    pub code: &'a str,
    /// The question of a passkey, sealed.
    pub asked: &'a str,
    /// What the proof is for.
    pub aim: Aim,
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
    counted: Try<'a>,
}

/// Why a code proves nothing.
enum Miss {
    /// It is wrong.
    Wrong,
    /// It is the code of another time.
    WrongClock,
    /// It has been used already.
    Used,
    /// It is not the code that was sent, which has this many tries left.
    NotSent(i64),
    /// It is no answer of a passkey.
    Passkey(Fault),
}

enum Use {
    /// The code of a time step of an app.
    Step(Uuid, i64),
    /// The code that was sent for a factor, by their rows.
    Sent(FactorKind, Uuid, Uuid),
    /// The recovery code with a digest.
    RecoveryCode(Vec<u8>),
    /// A passkey.
    Passkey(Used),
}

/// Tries a proof by one of `held`, in transactions of its own: a wrong try stays counted whatever happens next.
///
/// # Errors
/// [`Error::Database`]; the try may have been counted then.
pub async fn try_out<'a>(
    site: &Visit<'_>,
    account: &'a AccountRow,
    held: &[FactorRow],
    sent: Sent<'_>,
) -> Result<Tried<'a>, Error> {
    let mut tx = site.begin().await?;
    let counted = Try::count_factor(site, &mut tx, account.id.as_bytes(), &account.email_key()).await?;
    let asked = match sent.kind {
        FactorKind::Passkey => Asked::spend(site, &mut tx, sent.asked, (sent.aim, Some(account.id))).await?,
        _ => None,
    };
    tx.commit().await?;
    if !counted.allowed().is_yes() {
        return Ok(Tried::TooMany(counted.allowed()));
    }
    let miss = match find(site, account, held, &sent, asked).await? {
        Ok(used) => return Ok(Tried::Right(SecondProof { used, counted })),
        Err(Miss::Used) => return Ok(Tried::Wrong(Fault::new("fault-factor-used"))),
        Err(miss) => miss,
    };
    let mut tx = site.begin().await?;
    let left = counted.left(site, &mut tx).await?;
    let asked = site.caller();
    let event = Event::new(EventKind::FactorFailed, account.id).from(&asked);
    event.detail(sent.kind.name()).write(site.app, &mut tx).await?;
    tx.commit().await?;
    Ok(Tried::Wrong(wrong(miss, left)))
}

/// Finds what a proof is of.
async fn find(
    site: &Visit<'_>,
    account: &AccountRow,
    held: &[FactorRow],
    sent: &Sent<'_>,
    asked: Option<Asked>,
) -> Result<Result<Use, Miss>, Error> {
    Ok(match sent.kind {
        FactorKind::Passkey => match asked {
            Some(asked) => asked.prove(site, held, sent.code).await?.map(Use::Passkey).map_err(Miss::Passkey),
            None => Err(Miss::Passkey(Fault::new("fault-passkey-late"))),
        },
        FactorKind::Totp => {
            let apps = held.iter().filter(|factor| factor.kind == FactorKind::Totp);
            match totp::find(site, apps, sent.code) {
                Ok((factor, step)) if factor.used_step < step => Ok(Use::Step(factor.id, step)),
                Ok(_) => Err(Miss::Used),
                Err(Compared::WrongClock) => Err(Miss::WrongClock),
                Err(_) => Err(Miss::Wrong),
            }
        }
        FactorKind::Sms | FactorKind::Email => {
            match sent_code::compare(site, account, sent.kind, sent.code).await? {
                sent_code::Compared::Right(code, recipient) => {
                    let is_its = |it: &&FactorRow| Recipient::of(site.app, it).as_ref() == Some(&recipient);
                    let factor = held.iter().find(is_its);
                    factor.map(|factor| Use::Sent(factor.kind, factor.id, code)).ok_or(Miss::NotSent(0))
                }
                sent_code::Compared::Wrong(left) => Err(Miss::NotSent(left)),
            }
        }
        FactorKind::RecoveryCode => {
            let found = recovery::find(site, &mut site.read().await?, account.id, sent.code).await?;
            found.map(Use::RecoveryCode).ok_or(Miss::Wrong)
        }
    })
}

/// Returns the fault for a wrong proof.
fn wrong(miss: Miss, left: Option<u64>) -> Fault {
    match (miss, left.and_then(|left| usize::try_from(left).ok())) {
        (Miss::WrongClock, _) => Fault::new("fault-factor-clock"),
        (Miss::Passkey(fault), _) => fault,
        (Miss::NotSent(tries), left) => {
            let left = left.and_then(|left| i64::try_from(left).ok());
            code::wrong(left.map_or(tries, |left| left.min(tries)))
        }
        (_, Some(left)) => Fault::new("fault-factor").with("tries", left),
        (_, None) => Fault::new("fault-factor-again"),
    }
}

impl SecondProof<'_> {
    /// Returns the kind of factor that it proves.
    pub fn kind(&self) -> FactorKind {
        match self.used {
            Use::Step(..) => FactorKind::Totp,
            Use::Sent(kind, ..) => kind,
            Use::RecoveryCode(_) => FactorKind::RecoveryCode,
            Use::Passkey(_) => FactorKind::Passkey,
        }
    }

    /// Returns the fault if it has been used up elsewhere.
    pub fn used(&self) -> Fault {
        match self.used {
            Use::Step(..) => Fault::new("fault-factor-used"),
            Use::Sent(..) => code::wrong(0),
            Use::RecoveryCode(_) => Fault::new("fault-factor-again"),
            Use::Passkey(_) => Fault::new("fault-passkey-late"),
        }
    }

    /// Uses it up, and refunds the try; false if that has been done elsewhere, and the transaction must be dropped.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn spend(&self, site: &Visit<'_>, account: &mut Locked<'_>) -> Result<bool, Error> {
        let (id, now) = (account.id, site.now());
        let spent = match &self.used {
            Use::Step(factor, step) => factors::use_step(account.tx(), *factor, *step, now).await?,
            Use::Sent(_, factor, code) => {
                factors::touch(account.tx(), *factor, now).await?;
                account.spend(*code, now).await?
            }
            Use::RecoveryCode(digest) => recovery_codes::spend(account.tx(), id, digest, now).await?,
            Use::Passkey(used) => used.store(account.tx(), now).await?,
        };
        if spent {
            self.counted.refund(site.app, account.tx()).await?;
        }
        Ok(spent)
    }
}
