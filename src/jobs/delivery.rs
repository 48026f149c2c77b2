//! Delivery of messages: rendered at the last moment, and sent by mail server, gateway or development mailbox.

use std::hint::black_box;

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    app::App,
    base::{Error, caller::Caller},
    core::place::Place,
    outbox::{
        Undelivered,
        mail::Mail,
        mailbox::{Kept, Mailbox},
        message::Message,
    },
    policy::Channel,
    store::outbox::Queue,
    view::{
        catalog::FluentValue,
        format,
        language::Language,
        shown::{self, Sample, View},
    },
};

/// Derives a public id that reveals nothing: a row's own id begins with the time of its creation.
fn random(app: &App, id: Uuid) -> Uuid {
    let mac = app.keyring.mac("message-id", &[id.as_bytes()]);
    let bytes = mac.last_chunk().expect("a mac has more than sixteen bytes");
    uuid::Builder::from_random_bytes(*bytes).into_uuid()
}

/// Renders and sends a message; `id` is the same at every try.
///
/// # Errors
/// [`Undelivered`], with a text that contains neither the recipient nor the message.
pub async fn deliver(app: &App, message: &Message, id: Uuid) -> Result<(), Undelivered> {
    match message.channel {
        Channel::Email => {
            let (subject, text, html) =
                mail(app, message).map_err(|error| Undelivered::Transient(error.to_string()))?;
            match (&app.transports.mail, &app.transports.mailbox) {
                (Some(sender), _) => {
                    let mail = Mail {
                        id: random(app, id),
                        to: &message.to,
                        subject: &subject,
                        text: &text,
                        html: &html,
                    };
                    sender.send(async |sender| sender.send(&mail).await).await
                }
                (None, Some(mailbox)) => {
                    keep(app, mailbox, message, subject, text, html);
                    Ok(())
                }
                (None, None) => Err(Undelivered::Transient("latchkey.mail.url is not set".into())),
            }
        }
        Channel::Sms => {
            let text = language(app, message).say(&format!("sms-{}", message.name), &args(app, message));
            match (&app.transports.texts, &app.transports.mailbox) {
                (Some(sender), _) => sender.send(async |sender| sender.send(&message.to, &text).await).await,
                (None, Some(mailbox)) => {
                    keep(app, mailbox, message, String::new(), text, String::new());
                    Ok(())
                }
                (None, None) => Err(Undelivered::Transient("latchkey.sms.url is not set".into())),
            }
        }
    }
}

/// Sends a decoy: does as much work as [`deliver`], for as long, and with as much of the server's or gateway's time, so
/// that later messages do not reveal whether it was a real one.
///
/// # Errors
/// [`Undelivered::Transient`] if a message could not have been sent either.
pub async fn pretend(app: &App, queue: Queue) -> Result<(), Undelivered> {
    let [drawn] = app.random.bytes().map_err(|error| Undelivered::Transient(error.to_string()))?;
    let until = app.now() + *app.live.now().policy([]).key_ttl;
    let link = format!("{}/{}", app.link(Place::Reset), "0".repeat(43));
    let asked = Caller { at: app.now(), ..Caller::default() };
    match queue {
        Queue::Texts => {
            let message = Message::text(asked.locale, "", "reset-link")
                .code("0000-0000-0000-0000", until)
                .link(link, until);
            black_box(language(app, &message).say("sms-reset-link", &args(app, &message)));
            match &app.transports.texts {
                Some(sender) => sender.pretend(drawn, async |sender, like| sender.pretend(like).await).await,
                None => Ok(()),
            }
        }
        Queue::Mail | Queue::Requests => {
            let message = Message::mail(asked.locale, "", "reset-link").link(link, until).asked(&asked);
            black_box(mail(app, &message)).map_err(|error| Undelivered::Transient(error.to_string()))?;
            match &app.transports.mail {
                Some(sender) => sender.pretend(drawn, async |sender, like| sender.pretend(like).await).await,
                None => Ok(()),
            }
        }
    }
}

fn language<'a>(app: &'a App, message: &Message) -> &'a Language {
    app.templates.language(message.locale)
}

fn args<'a>(app: &'a App, message: &'a Message) -> Vec<(&'a str, FluentValue<'a>)> {
    let host = app.validated.host();
    let mut args = vec![("site", app.config().site_name.as_str().into()), ("host", host.into())];
    args.extend(message.link.as_deref().map(|link| ("link", link.into())));
    args.extend(message.code.as_deref().map(|code| ("code", code.into())));
    args.extend(message.args.iter().map(|(name, value)| (name.as_str(), value.as_str().into())));
    let minutes = message.until.map(|until| format::minutes(app.now().until(until)));
    args.extend(minutes.map(|minutes| ("minutes", minutes.into())));
    args
}

/// Contents of a mail.
#[derive(Clone, Serialize)]
struct Contents {
    site: Site,
    subject: String,
    /// Sentences at the beginning.
    lead: Vec<String>,
    link: Option<String>,
    /// Label of the link, if there is one.
    button: Option<String>,
    /// Text to copy.
    code: Option<String>,
    /// Expiry of the link or code.
    until: Option<String>,
    asked: Option<Asked>,
    /// Sentences at the end.
    closing: Vec<String>,
}

/// Site that a mail comes from.
#[derive(Clone, Serialize)]
struct Site {
    name: String,
    url: String,
}

/// Request that a mail answers.
#[derive(Clone, Serialize)]
struct Asked {
    /// Client's address.
    from: String,
    browser: String,
    at: String,
}

/// Template of the plain text.
const TEXT: &str = "email/message.txt";

impl View for Contents {
    const TEMPLATE: &'static str = "email/message.html";

    fn samples() -> Vec<Self> {
        let key = Contents {
            site: Site { name: "Northwind".into(), url: "https://northwind.example/".into() },
            subject: "Your second key for Northwind".into(),
            lead: vec!["Type this second key on the page that is waiting for it.".into()],
            link: None,
            button: None,
            code: Some("K7QM9D2X".into()),
            until: Some("2026-08-01 14:12 UTC".into()),
            asked: None,
            closing: Vec::new(),
        };
        let link = Contents {
            subject: "Get back into your Northwind account".into(),
            lead: vec![
                "Somebody asked for a way back into your Northwind account. We hope that it was you.".into(),
                "Open the link to go on. It works once, and opening it does not change anything yet.".into(),
            ],
            link: Some("https://northwind.example/reset/3Zk9vQpXo0mJ7t2Yw1bRr8sUaHc5LdEfGiNxT6VyBjM".into()),
            button: Some("Get back in".into()),
            code: None,
            asked: Some(Asked {
                from: "192.0.2.7".into(),
                browser: "Firefox on Linux".into(),
                at: "2026-08-01 14:02 UTC".into(),
            }),
            closing: vec![
                "You did not ask for this? Then you need not do anything.".into(),
                "Do not pass this message on.".into(),
            ],
            ..key.clone()
        };
        let both = Contents { code: key.code.clone(), until: None, ..link.clone() };
        vec![link, key, both]
    }
}

/// Samples of mails, as HTML and as plain text.
pub fn samples() -> Vec<Sample> {
    let html = Sample::of::<Contents>();
    let text = html.iter().map(|sample| Sample { template: TEXT, ..sample.clone() }).collect();
    [html, text].concat()
}

/// Renders subject, text and HTML of a mail.
///
/// # Errors
/// [`Error::Template`].
pub fn mail(app: &App, message: &Message) -> Result<(String, String, String), Error> {
    let (language, args) = (language(app, message), args(app, message));
    let key = |part: &str| format!("mail-{}-{part}", message.name);
    let subject = language.say(&key("subject"), &args);
    let button = message.link.as_ref().map(|_| language.say(&key("button"), &args));
    let contents = Contents {
        site: Site { name: app.config().site_name.clone(), url: app.url() },
        subject: subject.clone(),
        lead: language.lines(&key("lead"), &args),
        link: message.link.clone(),
        button,
        code: message.code.clone(),
        until: message.until.map(|until| format::moment(message.locale, until)),
        // The command line has no network address.
        asked: message.asked.as_ref().filter(|asked| !asked.from.is_empty()).map(|asked| Asked {
            from: asked.from.clone(),
            browser: language.browser(&asked.browser),
            at: format::moment(message.locale, asked.at),
        }),
        closing: language.lines(&key("closing"), &args),
    };
    let context = Value::Object(shown::fields(&contents));
    Ok((subject, language.render(TEXT, context.clone())?, language.render(Contents::TEMPLATE, context)?))
}

fn keep(app: &App, mailbox: &Mailbox, message: &Message, subject: String, text: String, html: String) {
    mailbox.keep(Kept {
        id: 0,
        channel: message.channel.name(),
        to: message.to.clone(),
        subject,
        at: format::moment(message.locale, app.now()),
        text,
        html,
    });
}
