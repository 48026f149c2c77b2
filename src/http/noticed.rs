//! Refusals before any route runs, recorded in the audit log once for each client, kind and window.
//!
//! A guard only records the refusal in memory; it is written when the answer is ready. Repeated refusals cost no
//! statement.

use std::sync::{Mutex, PoisonError};

use rocket::{
    Request, Response,
    fairing::{Fairing, Info, Kind},
};
use uuid::Uuid;

use super::{CookieName, Visit};
use crate::{
    base::Error,
    core::{
        event::{Event, EventKind},
        limits::sampled,
    },
};

/// A refusal by a guard.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// A cookie that this site did not seal.
    Cookie(CookieName),
    /// A form sent by another site's page.
    Form,
    /// A person without the role that a page requires.
    Role(Uuid, &'static str),
    /// A person without the permission that a page requires.
    Permission(Uuid, &'static str),
}

impl Notice {
    fn event(&self) -> Event<'static> {
        match *self {
            Notice::Cookie(cookie_name) => {
                Event::of_site(EventKind::CookieRefused).detail(cookie_name.plain_name())
            }
            Notice::Form => Event::of_site(EventKind::FormRefused),
            Notice::Role(account, role) => Event::new(EventKind::RoleRefused, account).detail(role),
            Notice::Permission(account, permission) => {
                Event::new(EventKind::PermissionRefused, account).detail(permission)
            }
        }
    }

    /// Key by which refusals are sampled: kind, account and client.
    fn whose(&self, site: &Visit<'_>) -> Vec<u8> {
        let client = site.client.network();
        match self {
            Notice::Cookie(_) => [b"cookie", &client[..]].concat(),
            Notice::Form => [b"form", &client[..]].concat(),
            Notice::Role(account, _) => [b"role", account.as_bytes().as_slice(), &client].concat(),
            Notice::Permission(account, _) => {
                [b"permission", account.as_bytes().as_slice(), &client].concat()
            }
        }
    }
}

/// Refusals in one request.
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

/// Records a refusal.
pub fn notice(request: &Request<'_>, notice: Notice) {
    request.local_cache(Noticed::default).add(notice);
}

/// Writes the refusals of a request to the audit log.
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
