//! The development mailbox: every message that a site without a mail server would have sent.

use std::{net::IpAddr, sync::Arc};

use rocket::{Build, Rocket, fairing::AdHoc, get, routes};

use crate::{
    app::App,
    config::is_loopback_url,
    http::{LocalRequest, Page, Visit, mount},
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

#[get("/dev/mailbox")]
fn mailbox(_here: LocalRequest, site: Visit<'_>) -> Option<Page> {
    let mailbox = site.app.transports.mailbox.as_ref()?;
    Some(Page::new("dev/mailbox").with("messages", mailbox.messages()))
}
