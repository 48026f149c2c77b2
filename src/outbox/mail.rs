//! One mail, as a sender gets it.

use uuid::Uuid;

/// One mail to one person. It contains secrets, so it has no `Debug`.
///
/// ```
/// use latchkey::{Mail, Uuid};
///
/// // For a test of your own sender:
/// let (text, html) = ("Open this link: …", "<p>Open this link: …</p>");
/// let mail = Mail { id: Uuid::nil(), to: "ann@example.com", subject: "Get back in", text, html };
/// assert_eq!(mail.to, "ann@example.com");
/// ```
pub struct Mail<'a> {
    /// Source of the `Message-ID`: the same at every try, so that a mailbox shows a mail once even if it had to be sent
    /// twice, and random to any reader.
    pub id: Uuid,
    /// Address for `RCPT TO`.
    pub to: &'a str,
    /// Subject, in any Unicode.
    pub subject: &'a str,
    /// Plain text part.
    pub text: &'a str,
    /// HTML part, with the same content.
    pub html: &'a str,
}
