//! Registration that an application defines: what it asks for besides address and password, and what it does with that.

mod attached;
mod trouble;

use rocket::form::FromForm;
use serde::{Serialize, de::DeserializeOwned};

pub use self::{attached::Attached, trouble::Faults, trouble::Trouble};
use super::account::Account;
use crate::{config::register::Input, store::Tx};

/// Additional fields of the registration form, how they are judged, and what happens to them when the account begins and
/// ends. Attach it by [`Latchkey::registration`](crate::Latchkey::registration).
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
    /// Fields, a struct that Rocket reads from a form by the names of [`inputs`](Self::inputs). Rocket's validators apply:
    /// what they say stands at the field. Kept as JSON with the account, for [`Account::fields`].
    type Fields: for<'v> FromForm<'v> + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// Returns the inputs, in the order of the form. Asked once, at launch.
    fn inputs(&self) -> Vec<Input>;

    /// Judges the fields, and adds what is wrong with them. The default finds nothing.
    ///
    /// It runs for everybody, before it is known whether the address has an account, and must not look that up either: its
    /// faults, and the time it takes, are seen by strangers. It says nothing of what will hold when the address is
    /// confirmed: a unique name needs a constraint in the database as well.
    async fn check(&self, email: &str, fields: &Self::Fields, faults: &mut Faults) {
        _ = (email, fields, faults);
    }

    /// Acts when the address is confirmed, in the transaction that creates the account. The default does nothing.
    ///
    /// Somebody who was invited, or does not know the password of the registration, fills in the fields together with a new
    /// password. A failure undoes the transaction: there is no account, the person reads why, and may try again.
    ///
    /// # Errors
    /// [`Trouble`], which any error becomes by `?`.
    async fn confirmed(&self, account: &Account, fields: Self::Fields, tx: &mut Tx) -> Result<(), Trouble> {
        _ = (account, fields, tx);
        Ok(())
    }

    /// Acts when an account is removed, in the transaction that removes it and before it does: rows that refer to the account
    /// can be deleted here, or kept without it. The default does nothing.
    ///
    /// An account is removed 72 hours after its owner deleted it, because until then a link in the owner's mail restores
    /// it. When the owner asks for the deletion, this is tried, and the removal too, in a transaction that is undone; so a
    /// failure, or a row that still refers to the account, is told to the owner at once. Therefore act through `tx` alone.
    /// `latchkey user delete` does not know the application, and tries the removal alone.
    ///
    /// # Errors
    /// [`Trouble`]: the account stays as it is; if its owner has deleted it already, disabled.
    async fn leaving(&self, account: &Account, tx: &mut Tx) -> Result<(), Trouble> {
        _ = (account, tx);
        Ok(())
    }
}
