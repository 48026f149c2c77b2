//! The rule for second factors: what a proof owes before its goal is reached.

use super::{
    first::First,
    gate::{Goal, Proof},
    passkey,
    pending::Owed,
    trusted::recognise,
};
use crate::{
    base::{Error, factor::FactorKind},
    core::event::{Event, EventKind},
    http::Visit,
    policy::sign_in::{SecondFactor, SignInPolicy},
    store::{
        Conn,
        accounts::{AccountRow, Locked},
        factors::{self, FactorRow},
        recovery_codes,
    },
};

/// Returns what is owed, if anything, by a proof and a second factor that came with it.
///
/// # Errors
/// [`Error::Database`].
pub(super) async fn owed(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    proof: Proof<'_>,
    factor: Option<FactorKind>,
    goal: Goal<'_>,
) -> Result<Option<Owed>, Error> {
    let policy = site.sign_in_policy(account);
    if matches!(proof, Proof::Session) || !policy.is_on() {
        return Ok(None);
    }
    let id = account.id;
    // A generated password proves nothing of its own: what it is good for is the form.
    if let (Proof::Reset(policy), _) | (_, Goal::Form(policy)) = (proof, goal)
        && policy.granted
    {
        remove_lost(site, account).await?;
    }
    let first = proof.first();
    let all = factors::of_account(account.tx(), id).await?;
    let is_first = |factor: &FactorRow| first.is_some_and(|first| first.is(site.app, factor));
    let (same, held): (Vec<_>, Vec<_>) = all.into_iter().partition(is_first);
    let factor = match factor {
        None if !held.is_empty() => {
            let trusted = recognise(site, account, &policy, proof, goal).await?;
            trusted.filter(|kind| first.is_none_or(|first| first.kind() != *kind))
        }
        factor => factor,
    };
    // The factor is set up at the end of the way, not before a form.
    let ends_inside = matches!(goal, Goal::SignIn { .. } | Goal::NewPassword { sign_in: true, .. });
    let owed = match judge(&policy, &held, factor) {
        // What is held must not be gone round by setting up another one: a recovery code is left, or another way to sign in.
        Some(Owed::SetUp) if same.iter().any(|held| policy.counts(held.kind)) => {
            factor.is_none().then_some(Owed::Proof)
        }
        owed => owed,
    };
    Ok(owed.filter(|owed| *owed == Owed::Proof || ends_inside))
}

/// Returns the kind of a factor that was proved elsewhere, if it is one of those that would be asked for.
///
/// # Errors
/// [`Error::Database`].
pub async fn counted(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    proved: FactorKind,
) -> Result<Option<FactorKind>, Error> {
    let policy = site.sign_in_policy(account);
    let id = account.id;
    let held = factors::of_account(account.tx(), id).await?;
    Ok(asked(&policy, &held).iter().any(|factor| factor.kind == proved).then_some(proved))
}

/// Removes the factors of somebody whom an admin has let in because they have lost what would be asked for.
async fn remove_lost(site: &Visit<'_>, account: &mut Locked<'_>) -> Result<(), Error> {
    if factors::remove_all(account).await? == 0 {
        return Ok(());
    }
    let asked = site.caller();
    let event = Event::new(EventKind::FactorRemovedAll, account.id).from(&asked);
    event.write(site.app, account.tx()).await
}

fn judge(policy: &SignInPolicy, held: &[FactorRow], proved: Option<FactorKind>) -> Option<Owed> {
    let counts = held.iter().any(|factor| policy.counts(factor.kind));
    match (proved, policy.second_factor) {
        (_, SecondFactor::Off) => None,
        (None, _) if !held.is_empty() => Some(Owed::Proof),
        (Some(kind), SecondFactor::Required) if counts && !policy.counts(kind) => Some(Owed::Proof),
        (_, SecondFactor::Required) if !counts => Some(Owed::SetUp),
        _ => None,
    }
}

/// Returns the factors of an account but the one that was proved first, and the kinds by which its owner may prove
/// themselves: those that count, or all if none does; the strongest first, and recovery codes last.
///
/// # Errors
/// [`Error::Database`].
pub async fn ways(
    site: &Visit<'_>,
    conn: &mut Conn,
    account: &AccountRow,
    first: Option<&First>,
) -> Result<(Vec<FactorRow>, Vec<FactorKind>), Error> {
    let mut held = factors::of_account(conn, account.id).await?;
    held.retain(|factor| !first.is_some_and(|first| first.is(site.app, factor)));
    let codes = recovery_codes::of_account(conn, account.id).await?;
    let policy = site.sign_in_policy(account);
    let mut kinds: Vec<_> = asked(&policy, &held).iter().map(|factor| factor.kind).collect();
    if passkey::party(site).is_none() {
        kinds.retain(|kind| *kind != FactorKind::Passkey);
    }
    kinds.extend((!codes.is_empty()).then_some(FactorKind::RecoveryCode));
    kinds.sort_unstable();
    kinds.dedup();
    Ok((held, kinds))
}

/// Returns the factors by which an account's owner may prove themselves: those that count, or all if none does.
pub fn asked<'a>(policy: &SignInPolicy, held: &'a [FactorRow]) -> Vec<&'a FactorRow> {
    let counting: Vec<_> = held.iter().filter(|factor| policy.counts(factor.kind)).collect();
    if counting.is_empty() { held.iter().collect() } else { counting }
}
