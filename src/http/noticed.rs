//! What is refused before any route runs, and what it leaves in the audit log: a line for each client, kind and window.
//!
//! A guard only puts down what it saw; the answer is ready before anything is written. Whoever goes on costs no statement.

use std::sync::{Mutex, PoisonError};

use rocket::{
    Request, Response,
    fairing::{Fairing, Info, Kind},
};
use uuid::Uuid;

use super::{CookieName, Visit};
use crate::{
    base::Error,
    core::{event::Event, limits::sampled},
};

/// Something that a guard refused.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// A cookie that this site did not seal as it is.
    Cookie(CookieName),
    /// A form that another site's page sent.
    Form,
    /// Somebody lacks the role that a page asks for.
    Role(Uuid, &'static str),
}

impl Notice {
    fn event(&self) -> Event<'static> {
        match *self {
            Notice::Cookie(cookie_name) => Event::of_site("cookie.refused").detail(cookie_name.plain_name()),
            Notice::Form => Event::of_site("form.refused"),
            Notice::Role(account, role) => Event::new("role.refused", account).detail(role),
        }
    }

    /// Whose it is, and which: each is written down by itself.
    fn whose(&self, site: &Visit<'_>) -> Vec<u8> {
        let client = site.client.network();
        match self {
            Notice::Cookie(_) => [b"cookie", &client[..]].concat(),
            Notice::Form => [b"form", &client[..]].concat(),
            Notice::Role(account, _) => [b"role", account.as_bytes().as_slice(), &client].concat(),
        }
    }
}

/// What guards saw in one request.
#[derive(Default)]
pub(super) struct Noticed(Mutex<Vec<Notice>>);

impl Noticed {
    pub fn add(&self, notice: Notice) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(notice);
    }

    fn drain(&self) -> Vec<Notice> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Puts down what a guard refuses.
pub fn notice(request: &Request<'_>, notice: Notice) {
    request.local_cache(Noticed::default).add(notice);
}

/// Writes to the audit log what the guards of a request saw.
pub struct Scribe;

#[rocket::async_trait]
impl Fairing for Scribe {
    fn info(&self) -> Info {
        Info { name: "Noticed", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, _: &mut Response<'r>) {
        let noticed = request.local_cache(Noticed::default).drain();
        let Some(site) = (!noticed.is_empty()).then(|| Visit::of(request)).flatten() else { return };
        for notice in noticed {
            if let Err(error) = write(&site, notice).await {
                log::error!("{error}");
            }
        }
    }
}

async fn write(site: &Visit<'_>, notice: Notice) -> Result<(), Error> {
    let (whose, window) = (notice.whose(site), *site.config().limits.window);
    if !site.recent.is_first(&whose, site.now(), window) {
        return Ok(());
    }
    let mut tx = site.begin().await?;
    if sampled(site, &mut tx, "notice", &whose, window).await? {
        notice.event().from(&site.caller()).write(site, &mut tx).await?;
    }
    tx.commit().await
}
