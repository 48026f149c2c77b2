//! The part of a page that asks for a factor: its kind, its question or its code, and the other ways.

use serde::Serialize;

use super::{
    sending::Sending,
    ways::{OtherWay, Ways},
};
use crate::{
    auth::question::{Aim, Question},
    base::{Error, factor::FactorKind},
    core::place::{Address, Place, goal},
    http::Visit,
    store::accounts::AccountRow,
};

/// The proof that a page asks for, among the fields of the page.
#[derive(Serialize)]
pub struct Asking {
    /// Address to go on to.
    next: Address,
    /// Kind of the factor that is asked for.
    pub kind: FactorKind,
    /// The question for a passkey.
    question: Option<Question>,
    /// The other ways.
    others: Vec<OtherWay>,
    /// Where codes are sent, if they are.
    sending: Option<Sending>,
}

impl Asking {
    /// Returns it for the page at `place`.
    ///
    /// # Errors
    /// [`Error::Database`], or those of [`Question::passkey`].
    pub async fn of(
        site: &Visit<'_>,
        account: &AccountRow,
        ways: &Ways,
        (kind, aim): (FactorKind, Aim),
        (place, next): (Place, &str),
    ) -> Result<Self, Error> {
        Ok(Self {
            next: goal(next),
            kind,
            question: ways.question(site, account, (kind, aim))?,
            others: ways.others(kind, place, next),
            sending: Sending::of(site, account, ways, kind).await?,
        })
    }

    /// Samples for the page at `place`, one for each kind and state of sending.
    pub fn samples(place: Place) -> Vec<Self> {
        let asking = |kind, others: &[FactorKind], sending| Asking {
            next: Place::Home.into(),
            kind,
            question: (kind == FactorKind::Passkey).then(Question::sample),
            others: others.iter().map(|kind| OtherWay::new(*kind, place, "/")).collect(),
            sending,
        };
        let typed = [
            asking(FactorKind::Totp, &[FactorKind::Sms, FactorKind::Email, FactorKind::RecoveryCode], None),
            asking(FactorKind::RecoveryCode, &[FactorKind::Totp], None),
            asking(FactorKind::Totp, &[], None),
            asking(FactorKind::Passkey, &[FactorKind::Totp, FactorKind::RecoveryCode], None),
        ];
        let sent = Sending::samples().into_iter().flat_map(|sending| {
            [FactorKind::Sms, FactorKind::Email]
                .map(|kind| asking(kind, &[FactorKind::Totp], Some(sending.clone())))
        });
        typed.into_iter().chain(sent).collect()
    }
}
