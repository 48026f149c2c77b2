//! An application's own ways to send messages, in place of the mail server and the gateway.

use rocket::{async_trait, tokio::time::sleep};

use super::{Undelivered, circuit::Fared, mail::Mail};
use crate::base::{bounded::bounded, duration::HumanDuration};

/// Sends mail in place of the server at `latchkey.mail.url`.
///
/// Latchkey keeps the queue, retries and limits, and calls [`send`](Self::send) once for each try, within
/// `latchkey.mail.timeout`. After a panic or a timeout, it tries again later.
///
/// ```no_run
/// use latchkey::{Mail, SendMail, Undelivered};
///
/// struct Postbox;
///
/// #[rocket::async_trait]
/// impl SendMail for Postbox {
///     async fn send(&self, mail: &Mail<'_>) -> Result<(), Undelivered> {
///         std::fs::write(format!("outgoing/{}.txt", mail.id), mail.text)
///             .map_err(|error| Undelivered::Transient(format!("the postbox is closed: {}", error.kind())))
///     }
/// }
///
/// # fn app() -> rocket::Rocket<rocket::Build> {
/// rocket::build().attach(latchkey::fairing().mail(Postbox))
/// # }
/// ```
#[async_trait]
pub trait SendMail: Send + Sync + 'static {
    /// Sends one mail; `Ok` means that somebody else is responsible for it from now on.
    ///
    /// # Errors
    /// [`Undelivered`], whose text is logged. It must not contain the recipient or the message, which would let its reader
    /// into the account.
    async fn send(&self, mail: &Mail<'_>) -> Result<(), Undelivered>;
}

/// Sends text messages in place of the gateway at `latchkey.sms.url`, as [`SendMail`] does with mail.
///
/// ```no_run
/// use latchkey::{SendText, Undelivered};
///
/// struct Modem;
///
/// #[rocket::async_trait]
/// impl SendText for Modem {
///     async fn send(&self, to: &str, text: &str) -> Result<(), Undelivered> {
///         # fn dial(_: &str, _: &str) -> bool { true }
///         if dial(to, text) { Ok(()) } else { Err(Undelivered::Transient("the modem is off".into())) }
///     }
/// }
///
/// # fn app() -> rocket::Rocket<rocket::Build> {
/// rocket::build().attach(latchkey::fairing().texts(Modem))
/// # }
/// ```
#[async_trait]
pub trait SendText: Send + Sync + 'static {
    /// Sends a text to a phone number in E.164 form (`+4915112345678`), whose country is one of
    /// `latchkey.sms.countries`; `Ok` means that somebody else is responsible for it from now on.
    ///
    /// # Errors
    /// [`Undelivered`], whose text is logged. It must not contain the number or the message.
    async fn send(&self, to: &str, text: &str) -> Result<(), Undelivered>;
}

/// Waits for an application's sender, which may neither panic nor take longer than `limit`.
///
/// # Errors
/// The sender's, or [`Undelivered::Transient`].
pub(super) async fn sent(
    limit: HumanDuration,
    sending: impl Future<Output = Result<(), Undelivered>>,
) -> Result<(), Undelivered> {
    let cut = |cut| Err(Undelivered::Transient(format!("the application's sender {cut}")));
    bounded(*limit, sending).await.unwrap_or_else(cut)
}

/// Takes as long as a decoy must: as long as the message behind `like`.
///
/// # Errors
/// [`Undelivered::Transient`] if that message hung.
pub(super) async fn pretend(like: Fared, hangs: &str) -> Result<(), Undelivered> {
    sleep(like.took).await;
    if like.hung { Err(Undelivered::Transient(hangs.into())) } else { Ok(()) }
}
