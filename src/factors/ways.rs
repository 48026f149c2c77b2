//! The ways in which the owner of an account may prove themselves.

use serde::Serialize;

use crate::{
    auth::{
        owed,
        second_factor::{self, Tried, Typed},
    },
    base::{Error, factor::FactorKind},
    core::place::{Address, Place},
    http::Visit,
    store::{
        accounts::AccountRow,
        factors::{self, FactorRow},
        recovery_codes,
    },
};

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
    /// Returns the ways by factors that count, or by all if none does.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn of(site: &Visit<'_>, account: &AccountRow) -> Result<Self, Error> {
        let mut conn = site.read().await?;
        let held = factors::of_account(&mut conn, account.id).await?;
        let codes = recovery_codes::of_account(&mut conn, account.id).await?;
        let policy = site.live.now().sign_in(account.roles());
        let mut kinds: Vec<_> = owed::asked(&policy, &held).iter().map(|factor| factor.kind).collect();
        kinds.extend((!codes.is_empty()).then_some(FactorKind::RecoveryCode));
        kinds.sort_unstable();
        kinds.dedup();
        Ok(Self { held, kinds })
    }

    /// Returns the ways by the strongest factor held, and by a recovery code.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn strongest(site: &Visit<'_>, account: &AccountRow) -> Result<Self, Error> {
        let mut ways = Self::of(site, account).await?;
        let strongest = ways.held.iter().map(|factor| factor.kind).min();
        let code = ways.kinds.pop_if(|kind| *kind == FactorKind::RecoveryCode);
        ways.kinds = strongest.into_iter().chain(code).collect();
        Ok(ways)
    }

    /// Returns the kind with this name, or else the strongest.
    pub fn choose(&self, with: &str) -> Option<FactorKind> {
        let named = with.parse().ok().filter(|kind| self.kinds.contains(kind));
        named.or(self.kinds.first().copied())
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

    /// Tries a code for `kind`.
    ///
    /// # Errors
    /// [`Error::Database`]; the try may have been counted then.
    pub async fn try_out<'a>(
        &self,
        site: &Visit<'_>,
        account: &'a AccountRow,
        kind: FactorKind,
        code: &str,
    ) -> Result<Tried<'a>, Error> {
        second_factor::try_out(site, account, &self.held, Typed { kind, code }).await
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
