//! The ways in which the owner of an account may prove themselves.

use serde::Serialize;
use zeroize::Zeroizing;

use crate::{
    auth::{
        first::First,
        owed, passkey,
        question::{Aim, Question},
        second_factor::{self, Tried},
        sent_code::{self, Stage},
        told,
    },
    base::{Error, factor::FactorKind, fault::Fault},
    core::place::{Address, Place},
    http::{Refusal, Visit},
    store::{accounts::AccountRow, factors::FactorRow},
};

/// A proof as it was sent.
pub struct Sent {
    code: Zeroizing<String>,
    asked: String,
    /// Element of the page at which its faults stand.
    at: &'static str,
    refusal: Refusal,
}

impl Sent {
    /// Takes the proof of `kind` from a form: its code, or the answer to the sealed question of a passkey.
    ///
    /// # Errors
    /// The refusal if there is none.
    pub fn of(
        kind: FactorKind,
        code: Option<Zeroizing<String>>,
        [asked, answer]: [Option<String>; 2],
        refusal: Refusal,
    ) -> Result<Self, Refusal> {
        if kind != FactorKind::Passkey {
            return match code {
                Some(code) if refusal.is_empty() => {
                    Ok(Self { code, asked: String::new(), at: "code", refusal })
                }
                _ => Err(refusal),
            };
        }
        match answer.unwrap_or_default() {
            none if none.is_empty() => Err(Refusal::at(Question::ELEMENT, Fault::new("fault-passkey-none"))),
            answer => {
                let (code, asked) = (answer.into(), asked.unwrap_or_default());
                Ok(Self { code, asked, at: Question::ELEMENT, refusal: Refusal::default() })
            }
        }
    }

    /// Returns the refusal for a fault.
    pub fn refused(self, fault: Fault) -> Refusal {
        self.refusal.with(self.at, fault)
    }
}

/// The factors of an account that may be asked for.
pub struct Ways {
    held: Vec<FactorRow>,
    /// Their kinds, the strongest first, and recovery codes last.
    kinds: Vec<FactorKind>,
}

/// Another way, on the page of one.
#[derive(Serialize)]
pub struct OtherWay {
    kind: FactorKind,
    place: Address,
}

impl Ways {
    /// Returns the ways by factors that count, or by all if none does; not by what was proved first.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn of(site: &Visit<'_>, account: &AccountRow, first: Option<&First>) -> Result<Self, Error> {
        let (held, kinds) = owed::ways(site, &mut site.read().await?, account, first).await?;
        Ok(Self { held, kinds })
    }

    /// Returns the ways by the strongest factor held, and by a recovery code.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn strongest(site: &Visit<'_>, account: &AccountRow) -> Result<Self, Error> {
        let mut ways = Self::of(site, account, None).await?;
        let offered = |kind: &FactorKind| *kind != FactorKind::Passkey || passkey::party(site).is_some();
        let strongest = ways.held.iter().map(|factor| factor.kind).filter(offered).min();
        let code = ways.kinds.pop_if(|kind| *kind == FactorKind::RecoveryCode);
        ways.kinds = strongest.into_iter().chain(code).collect();
        Ok(ways)
    }

    /// Returns the kind with this name, or else the strongest.
    pub fn choose(&self, with: &str) -> Option<FactorKind> {
        let named = told::kind(with).filter(|kind| self.kinds.contains(kind));
        named.or(self.kinds.first().copied())
    }

    /// The same for a proof that was sent. A program may leave the name out: then a code is for the factor that was sent
    /// one, and never for a passkey.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn choose_by(
        &self,
        site: &Visit<'_>,
        account: &AccountRow,
        (with, code): (&str, bool),
    ) -> Result<Option<FactorKind>, Error> {
        if !with.is_empty() || !code || site.program.is_none() {
            return Ok(self.choose(with));
        }
        let sent = sent_code::under_way(site, account, Stage::Proof).await?;
        let sent = sent.map(|(_, recipient)| recipient.kind()).filter(|kind| self.kinds.contains(kind));
        Ok(sent.or_else(|| self.kinds.iter().copied().find(|kind| *kind != FactorKind::Passkey)))
    }

    /// True if the account has no factor at all.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Returns the kinds that may be proved, the strongest first, and recovery codes last.
    pub fn kinds(&self) -> &[FactorKind] {
        &self.kinds
    }

    /// True if a kind with this name may be proved.
    pub fn has(&self, name: &str) -> bool {
        told::kind(name).is_some_and(|kind| self.kinds.contains(&kind))
    }

    /// Returns the factors of a kind.
    pub fn of_kind(&self, kind: FactorKind) -> impl Iterator<Item = &FactorRow> {
        self.held.iter().filter(move |factor| factor.kind == kind)
    }

    /// Returns the ways beside `kind`, as they stand on the page at `place`.
    pub fn others(&self, kind: FactorKind, place: Place, next: &str) -> Vec<OtherWay> {
        let others = self.kinds.iter().copied().filter(|other| *other != kind);
        others.map(|other| OtherWay::new(other, place, next)).collect()
    }

    /// Returns the question for a passkey, if that is `kind`.
    ///
    /// # Errors
    /// Same as [`Question::passkey`].
    pub fn question(
        &self,
        site: &Visit<'_>,
        account: &AccountRow,
        (kind, aim): (FactorKind, Aim),
    ) -> Result<Option<Question>, Error> {
        match kind {
            FactorKind::Passkey => Question::passkey(site, aim, Some((account.id, &self.held))),
            _ => Ok(None),
        }
    }

    /// Tries a proof of `kind`.
    ///
    /// # Errors
    /// [`Error::Database`]; the try may have been counted then.
    pub async fn try_out<'a>(
        &self,
        site: &Visit<'_>,
        account: &'a AccountRow,
        (kind, aim): (FactorKind, Aim),
        sent: &Sent,
    ) -> Result<Tried<'a>, Error> {
        let sent = second_factor::Sent { kind, code: &sent.code, asked: &sent.asked, aim };
        second_factor::try_out(site, account, &self.held, sent).await
    }
}

impl OtherWay {
    /// The way by `kind`.
    pub fn new(kind: FactorKind, place: Place, next: &str) -> Self {
        Self { kind, place: place_of(kind, place, next) }
    }
}

/// Returns the address of the page at `place` that asks for `kind`.
pub fn place_of(kind: FactorKind, place: Place, next: &str) -> Address {
    place.with(&[("next", next), ("with", kind.name())])
}
