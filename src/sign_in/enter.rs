//! The end of every sign-in: through the gate, into the audit log, and to the owner if the browser is new.

use crate::{
    account::notice,
    auth::gate::{self, Goal, Passed, Proof},
    base::{Error, factor::FactorKind},
    core::event::{Event, EventKind},
    http::Visit,
    store::accounts::Locked,
};

/// Lets somebody in by a proof and perhaps a second factor, and keeps the browser signed in if `keep`. Records it and
/// notifies the owner once no factor is owed.
///
/// # Errors
/// [`Error::Database`].
pub async fn enter(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    proof: Proof<'_>,
    factor: Option<FactorKind>,
    keep: bool,
) -> Result<Passed, Error> {
    let passed = gate::pass(site, account, proof, factor, Goal::SignIn { keep }).await?;
    if passed.has_entered() {
        let asked = site.caller();
        let event = Event::new(EventKind::SignInCompleted, account.id).from(&asked);
        event.instead(proof.instead()).write(site.app, account.tx()).await?;
        notice::new_browser(site, account).await?;
    }
    Ok(passed)
}
