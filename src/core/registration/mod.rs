//! Registration that an application defines: what it asks for besides address and password, and what it does with that.

mod attached;
mod trouble;

use rocket::form::FromForm;
use serde::{Serialize, de::DeserializeOwned};

pub use self::{attached::Attached, trouble::Faults, trouble::Trouble};
use super::account::Account;
use crate::{config::register::Input, store::Tx};

/// Additional fields of the registration form, their validation, and the application's part in creating and removing an
/// account. Attach it by [`Latchkey::registration`](crate::Latchkey::registration).
///
/// A method that takes longer than three seconds is cut off, and a panic is caught; both count as a failure. On SQLite,
/// everybody else's changes wait for [`confirmed`](Self::confirmed) and [`leaving`](Self::leaving), so these should do
/// no more than a few statements.
///
/// ```no_run
/// use latchkey::{Account, Faults, Input, Registration, Trouble, Tx};
/// use rocket::{FromForm, async_trait, launch};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(FromForm, Serialize, Deserialize)]
/// struct Customer {
///     #[field(validate = len(2..40))]
///     name: String,
/// }
///
/// struct Customers;
///
/// #[async_trait]
/// impl Registration for Customers {
///     type Fields = Customer;
///
///     fn inputs(&self) -> Vec<Input> {
///         vec![Input::text("name", "Your name").required()]
///     }
///
///     async fn check(&self, _email: &str, customer: &Customer, faults: &mut Faults) {
///         if customer.name == "admin" {
///             faults.add("name", "This name is reserved.");
///         }
///     }
///
///     async fn confirmed(&self, account: &Account, customer: Customer, tx: &mut Tx) -> Result<(), Trouble> {
///         let values = [account.id().into(), customer.name.into()];
///         tx.execute("INSERT INTO customers (account_id, name) VALUES ($1, $2)", &values).await?;
///         Ok(())
///     }
///
///     async fn leaving(&self, account: &Account, tx: &mut Tx) -> Result<(), Trouble> {
///         tx.execute("DELETE FROM customers WHERE account_id = $1", &[account.id().into()]).await?;
///         Ok(())
///     }
/// }
///
/// #[launch]
/// fn rocket() -> _ {
///     rocket::build().attach(latchkey::fairing().registration(Customers))
/// }
/// ```
#[rocket::async_trait]
pub trait Registration: Send + Sync + 'static {
    /// Fields: a struct that Rocket reads from a form by the names of [`inputs`](Self::inputs). The messages of Rocket's
    /// validators appear at the field. The struct is kept as JSON with the account, for [`Account::fields`].
    type Fields: for<'v> FromForm<'v> + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// Returns the inputs, in the order of the form. Called once, at launch.
    fn inputs(&self) -> Vec<Input>;

    /// Validates the fields, and adds their faults. The default finds none.
    ///
    /// It runs for everybody, before Latchkey knows whether the address has an account. It must not look that up either,
    /// because strangers see its faults and its timing. Its result may no longer hold when the address is confirmed: a
    /// unique name needs a constraint in the database as well.
    async fn check(&self, email: &str, fields: &Self::Fields, faults: &mut Faults) {
        _ = (email, fields, faults);
    }

    /// Runs when the address is confirmed, in the transaction that creates the account. The default does nothing.
    ///
    /// People who were invited, or do not know the password of the registration, fill in the fields together with a new
    /// password. A failure undoes the transaction: there is no account, and the person reads why and may try again.
    ///
    /// # Errors
    /// [`Trouble`], which any error becomes by `?`.
    async fn confirmed(&self, account: &Account, fields: Self::Fields, tx: &mut Tx) -> Result<(), Trouble> {
        _ = (account, fields, tx);
        Ok(())
    }

    /// Runs when an account is removed, in the same transaction and before it: rows that refer to the account can be deleted
    /// here, or kept without it. The default does nothing.
    ///
    /// An account is removed 72 hours after its owner deleted it, because until then a link in the owner's mail restores
    /// it. When the owner asks for the deletion, this is tried, and the removal too, in a transaction that is undone; so a
    /// failure, or a row that still refers to the account, is told to the owner at once. Therefore work through `tx` only.
    /// The standalone `latchkey user delete` does not know the application, and tries only the removal.
    ///
    /// # Errors
    /// [`Trouble`]: the account stays as it is; if its owner has deleted it already, disabled.
    async fn leaving(&self, account: &Account, tx: &mut Tx) -> Result<(), Trouble> {
        _ = (account, tx);
        Ok(())
    }
}
