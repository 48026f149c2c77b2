//! A rule of the application for new passwords, after ours.

use rocket::async_trait;

use super::password::Password;
use crate::base::{
    bounded::{LONGEST, bounded},
    fault::Fault,
};

/// A rule for new passwords. It judges those that Latchkey's own rules accept, wherever a person chooses one: at
/// registration, after a reset, in the account.
///
/// A rule that panics or takes longer than three seconds refuses: the person reads that the password could not be checked,
/// and may send it again.
///
/// ```no_run
/// use latchkey::PasswordRule;
///
/// struct NoPets;
///
/// #[rocket::async_trait]
/// impl PasswordRule for NoPets {
///     async fn judge(&self, password: &str, _email: &str) -> Result<(), String> {
///         match ["rex", "bello"].iter().any(|pet| password.to_lowercase().contains(pet)) {
///             true => Err("Choose a password without the name of a pet.".into()),
///             false => Ok(()),
///         }
///     }
/// }
///
/// # fn app() -> rocket::Rocket<rocket::Build> {
/// rocket::build().attach(latchkey::fairing().password_rule(NoPets))
/// # }
/// ```
#[async_trait]
pub trait PasswordRule: Send + Sync + 'static {
    /// Judges a new password for the account with this address. At registration, nobody has looked yet whether there is an
    /// account, and strangers see the answer and its time.
    ///
    /// # Errors
    /// A sentence for the person, shown at the field. It must not contain the password.
    async fn judge(&self, password: &str, email: &str) -> Result<(), String>;
}

/// Judges a password by a rule.
///
/// # Errors
/// The rule's sentence as a fault, or `password-not-judged`.
pub async fn judge(rule: &dyn PasswordRule, password: &Password, email: &str) -> Result<(), Fault> {
    match bounded(LONGEST, rule.judge(password.as_str(), email)).await {
        Ok(judged) => judged.map_err(Fault::in_words),
        Err(cut) => {
            log::error!("the application's password rule {cut}");
            Err(Fault::new("password-not-judged"))
        }
    }
}
