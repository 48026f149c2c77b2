//! The end of an account: what the application does then, and whether it lets go of it.

use crate::{
    app::App,
    base::{Error, fault::Fault},
    store::{accounts::Locked, usernames},
};

/// Removes an account for good, after the application has done its part. After a fault, the transaction must be undone.
///
/// # Errors
/// [`Error::Database`].
pub async fn remove(app: &App, account: &mut Locked<'_>) -> Result<Result<(), Fault>, Error> {
    if let Some(registration) = &app.extensions.registration {
        let (tx, row) = account.parts();
        if let Err(fault) = registration.leaving(&app.account(row), tx).await {
            return Ok(Err(fault));
        }
    }
    usernames::leave(account, app.now()).await?;
    Ok(if account.remove().await? { Ok(()) } else { Err(Fault::new("fault-needed")) })
}

/// Tries to remove an account, and undoes that: its owner learns at once what would prevent it later.
///
/// # Errors
/// [`Error::Database`].
pub async fn try_out(app: &App, account: &mut Locked<'_>) -> Result<Result<(), Fault>, Error> {
    account.begin_trial().await?;
    let tried = remove(app, account).await?;
    if tried.is_ok() {
        account.undo_trial().await?;
    }
    Ok(tried)
}
