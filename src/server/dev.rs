//! The development mailbox: every message that a site without a mail server would have sent.

use std::{net::IpAddr, sync::Arc};

use rocket::{Build, Rocket, fairing::AdHoc, get, routes};
use serde::Serialize;

use crate::{
    app::App,
    config::is_loopback_url,
    http::{LocalRequest, Page, Visit, mount},
    outbox::mailbox::Kept,
    view::shown::View,
};

/// Serves `/dev/mailbox` in a debug build, in the debug profile, bound to loopback and reached there.
pub fn fairing() -> AdHoc {
    AdHoc::on_ignite("Development mailbox", |rocket: Rocket<Build>| async {
        let address: IpAddr = rocket.figment().extract_inner("address").unwrap_or([127, 0, 0, 1].into());
        let lenient = |app: &Arc<App>| app.validated.lenient && is_loopback_url(&app.validated.public_url);
        let open = address.is_loopback() && rocket.state().is_some_and(lenient);
        if open { mount(rocket, routes![mailbox]) } else { rocket }
    })
}

/// The messages in the mailbox, newest first.
#[derive(Serialize)]
pub(super) struct MailboxPage {
    messages: Vec<Kept>,
}

impl View for MailboxPage {
    const TEMPLATE: &'static str = "dev/mailbox";

    fn samples() -> Vec<Self> {
        let text = Kept {
            id: 2,
            channel: "sms",
            to: "+4915123456789".into(),
            subject: String::new(),
            at: "2026-08-01 14:02 UTC".into(),
            text: "Your Northwind code to set a new password, good for 5 minutes. Tell it to nobody.\n\
                419026\n\n@northwind.example #419026"
                .into(),
            html: String::new(),
        };
        let mail = Kept {
            id: 1,
            channel: "email",
            to: "maria@example.com".into(),
            subject: "Get back into your Northwind account".into(),
            at: "2026-08-01 14:01 UTC".into(),
            text: "Somebody asked for a way back.\n\nGet back in:\nhttp://127.0.0.1:8000/reset/7Qm2\n\n\
                Good until 14:32 UTC."
                .into(),
            html: "<p>".into(),
        };
        vec![MailboxPage { messages: Vec::new() }, MailboxPage { messages: vec![text, mail] }]
    }
}

#[get("/dev/mailbox")]
fn mailbox(_here: LocalRequest, site: Visit<'_>) -> Option<Page> {
    let mailbox = site.app.transports.mailbox.as_ref()?;
    Some(Page::of(&MailboxPage { messages: mailbox.messages() }))
}
