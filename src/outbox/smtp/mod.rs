//! Mail over SMTP: one recipient per mail, verified TLS, and errors that reveal no address.

use std::error::Error as _;

use lettre::{
    Address, Message,
    address::Envelope,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        self,
        client::AsyncSmtpConnection,
        commands,
        extension::{Extension, MailBodyParameter, MailParameter},
        response::Severity,
    },
};
use rocket::tokio::time::{Instant, sleep_until, timeout};

use self::connections::Connections;
use super::{Undelivered, circuit::Fared, mail::Mail, root};
use crate::{
    base::{Error, duration::HumanDuration, email::Email},
    config::mail::MailSettings,
};

mod connections;
mod secure;
mod starttls_guard;
mod trial;

/// Client of one mail server, which keeps a few connections open between mails.
pub struct Smtp {
    connections: Connections,
    from: Mailbox,
    timeout: HumanDuration,
}

impl Smtp {
    /// Prepares to send; connects only when there is a mail. Certificates are verified against those that the system
    /// trusts (or the file named by `SSL_CERT_FILE`).
    ///
    /// # Errors
    /// [`Error::Config`] with the first of [`MailSettings::validate`]'s faults, or if the system trusts no certificates.
    pub fn new(settings: &MailSettings) -> Result<Self, Error> {
        if let Some(fault) = settings.validate(false).into_iter().next() {
            return Err(fault.into());
        }
        let missing = |key: &str| Error::Config(format!("latchkey.mail.{key} is missing"));
        let relay = settings.url.as_deref().and_then(|url| url.parse().ok()).ok_or_else(|| missing("url"))?;
        let from: Mailbox = settings.from.parse().map_err(|_| missing("from"))?;
        let from = Mailbox::new(from.name, ascii(from.email));
        let mut connections = Connections::new(relay)?;
        if let Some(name) = qualified(from.email.domain()) {
            connections.known_as(name);
        }
        Ok(Self { connections, from, timeout: settings.timeout })
    }

    /// Sets the name for `EHLO` to `host` if it is a domain and the URL has none; the default is the sender's domain.
    pub fn known_as(mut self, host: &str) -> Self {
        if let Some(name) = qualified(host) {
            self.connections.known_as(name);
        }
        self
    }

    /// Sends one mail. `Ok` means that the server has accepted responsibility for it.
    ///
    /// # Errors
    /// [`Undelivered::Permanent`] if `mail.to` is not an address that this server can write to, or if the server
    /// answers `MAIL`, `RCPT`, `DATA` or the content with a 5xx about the recipient or the mail. Everything else is
    /// [`Undelivered::Transient`]: 4xx; any failure before `MAIL` (no connection, an untrusted certificate, no
    /// `STARTTLS`, a refused login); a timeout or a lost connection, even after the content; and any 5xx about this
    /// site: 500 to 504 (our syntax), 530, 534, 535 and 538 (our login: RFC 4954), and 5.7.x in answer to `MAIL` or
    /// `RCPT` (our reputation: RFC 3463).
    pub async fn send(&self, mail: &Mail<'_>) -> Result<(), Undelivered> {
        let message = self.message(mail)?;
        // A mail that times out loses its connection: if that were kept, its late answers would be taken for those to
        // the next mail (as in lettre's own pool, which also waits without a limit).
        timeout(*self.timeout, self.deliver(&message)).await.unwrap_or_else(|_| {
            Err(Undelivered::Transient(format!("the mail server took longer than {}", self.timeout)))
        })
    }

    /// Sends a decoy: holds a connection for as long as the mail behind `like` did, then keeps it.
    ///
    /// # Errors
    /// [`Undelivered::Transient`] if that mail hung, or if there is no connection.
    pub(crate) async fn pretend(&self, like: Fared) -> Result<(), Undelivered> {
        let until = Instant::now() + like.took;
        let hold = async {
            let connection = self.connections.get().await?;
            sleep_until(until).await;
            if like.hung {
                return Err(Undelivered::Transient("the mail server hangs".into()));
            }
            self.connections.keep(connection);
            Ok(())
        };
        timeout(*self.timeout, hold).await.unwrap_or_else(|_| {
            Err(Undelivered::Transient(format!("the mail server took longer than {}", self.timeout)))
        })
    }

    fn message(&self, mail: &Mail<'_>) -> Result<Message, Undelivered> {
        let never = |what: &str| Undelivered::Permanent(what.into());
        if mail.to.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(never("the recipient's address contains a space or a control character"));
        }
        let to = recipient(mail.to).ok_or_else(|| never("the recipient's address is not valid"))?;
        let envelope = Envelope::new(Some(self.from.email.clone()), vec![to.clone()]);
        let mut message = Message::builder()
            .envelope(envelope.map_err(|_| never("the recipient's address is not valid"))?)
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject)
            .message_id(Some(format!("<{}@{}>", mail.id, self.from.email.domain())))
            .multipart(MultiPart::alternative_plain_html(mail.text.to_owned(), mail.html.to_owned()))
            .map_err(|_| never("the email could not be composed"))?;
        // Suppresses automatic replies: RFC 3834, and the header that Exchange reads (MS-OXCMAIL, 2.2.3.2.14).
        for (name, value) in [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")] {
            let name = HeaderName::new_from_ascii_str(name);
            message.headers_mut().insert_raw(HeaderValue::new(name, value.into()));
        }
        Ok(message)
    }

    async fn deliver(&self, message: &Message) -> Result<(), Undelivered> {
        let mut connection = self.connections.get().await?;
        match say(&mut connection, message).await {
            Ok(()) => {
                self.connections.keep(connection);
                Ok(())
            }
            Err(undelivered) => {
                connection.abort().await;
                Err(undelivered)
            }
        }
    }
}

/// Stage of an SMTP transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Envelope,
    Content,
}

/// Sends a mail over a connection: sender, recipient, content.
async fn say(connection: &mut AsyncSmtpConnection, message: &Message) -> Result<(), Undelivered> {
    let (envelope, content) = (message.envelope(), message.formatted());
    let addresses = envelope.from().into_iter().chain(envelope.to());
    let international = addresses.map(AsRef::<str>::as_ref).any(|address| !address.is_ascii());
    let mut parameters = Vec::new();
    for (needed, name, extension, parameter) in [
        (international, "SMTPUTF8", Extension::SmtpUtfEight, MailParameter::SmtpUtfEight),
        (
            !content.is_ascii(),
            "8BITMIME",
            Extension::EightBitMime,
            MailParameter::Body(MailBodyParameter::EightBitMime),
        ),
    ] {
        if needed && !connection.server_info().supports_feature(extension) {
            return Err(Undelivered::Permanent(format!(
                "the mail server does not support {name}, which this email needs"
            )));
        }
        parameters.extend(needed.then_some(parameter));
    }
    let envelope_refused = |fault: smtp::Error| validated(&fault, Step::Envelope);
    connection
        .command(commands::Mail::new(envelope.from().cloned(), parameters))
        .await
        .map_err(envelope_refused)?;
    for to in envelope.to() {
        connection.command(commands::Rcpt::new(to.clone(), Vec::new())).await.map_err(envelope_refused)?;
    }
    let content_refused = |fault: smtp::Error| validated(&fault, Step::Content);
    connection.command(commands::Data).await.map_err(content_refused)?;
    connection.message(&content).await.map(drop).map_err(content_refused)
}

/// Classifies a fault after greeting and login.
fn validated(fault: &smtp::Error, step: Step) -> Undelivered {
    let (code, told) = (fault.status(), told(fault));
    match code {
        None if fault.is_client() => Undelivered::Permanent(told),
        Some(code) if code.severity == Severity::PermanentNegativeCompletion => {
            let standing = step == Step::Envelope && enhanced(fault).is_some_and(|it| it.starts_with("5.7."));
            if standing || matches!(u16::from(code), 500..=504 | 530 | 534 | 535 | 538) {
                log::error!(
                    "{told}, which concerns this site (its name, reputation or login), not the recipient"
                );
                return Undelivered::Transient(told);
            }
            Undelivered::Permanent(told)
        }
        _ => Undelivered::Transient(told),
    }
}

/// Parses a recipient. lettre rejects combining marks and joiners, which our own addresses may have (RFC 6531).
fn recipient(to: &str) -> Option<Address> {
    if let Ok(address) = to.parse() {
        return Some(ascii(address));
    }
    let email = Email::parse(to).ok()?;
    let (local, domain) = email.address().split_once('@')?;
    Some(Address::new_dangerous(local, domain))
}

/// Converts the domain of an address to ASCII (Punycode), which every server understands.
fn ascii(address: Address) -> Address {
    let domain = idna::domain_to_ascii(address.domain()).ok();
    domain.and_then(|domain| Address::new(address.user(), domain).ok()).unwrap_or(address)
}

/// Returns a host as it may appear in `EHLO`, if it is a domain with more than one label.
fn qualified(host: &str) -> Option<String> {
    let host = idna::domain_to_ascii_strict(host).ok()?;
    (host.contains('.') && host.parse::<std::net::Ipv4Addr>().is_err()).then_some(host)
}

/// Describes a fault without addresses: of a server's answer, only its codes (RFC 5321, RFC 3463) are kept.
fn told(fault: &smtp::Error) -> String {
    let Some(code) = fault.status() else {
        return match fault.is_response() {
            true => "the mail server hung up, or does not speak SMTP".into(),
            false => format!("the mail server cannot be used: {}", root(fault)),
        };
    };
    let detail = enhanced(fault).unwrap_or_default();
    format!("the mail server answered {code} {detail}").trim_end().to_owned()
}

/// Enhanced status code of an answer, such as `5.1.1` (RFC 3463).
fn enhanced(fault: &smtp::Error) -> Option<String> {
    let words = fault.source()?.to_string();
    let word = words.split(' ').next()?;
    let shaped =
        word.split('.').count() == 3 && word.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit());
    shaped.then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_may_register_may_be_written_to() {
        for address in [
            "संपर्क@xn--c2bd4bq1db8d.xn--h2brj9c",
            "ผู้ใช้@example.org",
            "അജയ്@example.org",
            "نامه\u{200c}ای@example.org",
        ] {
            let to = recipient(address).expect("a recipient");
            assert_eq!(to.to_string(), address);
        }
        for wrong in [
            "a b@example.org",
            "a@example.org\r\nRCPT TO:<x@y.org>",
            "<a@example.org>",
            "a@b@example.org",
            "",
        ] {
            assert!(recipient(wrong).is_none(), "{wrong:?}");
        }
    }
}
