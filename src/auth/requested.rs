//! A request for a message that lets somebody in, and the short code of that message: typed in the browser that asked, it
//! does the same as the link.
//!
//! The code is derived from the key's row, the browser's id and the request, and never stored. A try is counted by
//! request, by address and by client before anything is compared, at the same cost for an address without an account.

use std::time::Duration;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::identity;
use crate::{
    app::App,
    base::{
        Error,
        caller::Caller,
        clock::Time,
        fault::Fault,
        identity::{Identity, IdentityKind},
        key::{Key, Purpose},
    },
    core::{
        event::{Event, EventKind},
        limits::{MessageKind, RateLimit},
        place::Place,
    },
    http::{
        CookieName, Visit,
        device::{self, Device, Known},
        throttle::{self, Try},
    },
    outbox::request as outbox,
    store::{
        Conn, Tx,
        accounts::{self, Locked},
        keys::{self, KeyRow},
    },
};

/// Time for which a browser keeps its request: no key lives longer.
const LIFE: Duration = Duration::from_secs(60 * 60);

/// Random id of a request, to distinguish those of one browser. When sealed, all have the same length.
pub type RequestedId = Uuid;

/// A way in that is requested.
pub struct WayIn {
    /// Cookie of the last request for it in a browser.
    cookie: CookieName,
    /// Purpose for which that is sealed.
    sealed: &'static str,
    /// Purpose of its codes.
    code: &'static str,
    /// Purposes of its keys.
    keys: &'static [Purpose],
    /// Whether wrong codes count by address. A code in place of a link must not: strangers could use that up.
    counts_address: bool,
}

/// A reset.
pub const RESET: WayIn = WayIn {
    cookie: CookieName::Requested,
    sealed: "requested",
    code: "reset code",
    keys: &[Purpose::Reset, Purpose::Restart],
    counts_address: true,
};

/// A sign-in.
pub const SIGN_IN: WayIn = WayIn {
    cookie: CookieName::SignInRequested,
    sealed: "sign-in requested",
    code: "sign-in code",
    keys: &[Purpose::SignIn, Purpose::SignInText],
    counts_address: false,
};

/// A request as it is stored for the worker, which looks up the account.
#[derive(Serialize, Deserialize)]
pub struct Asking {
    /// The identity that was typed, usually an address.
    pub email: String,
    /// The same in its canonical form.
    pub email_key: String,
    /// Digest of the id of the browser.
    pub browser: Option<Vec<u8>>,
    /// Id of the request, by which the browser takes a code. Rows of earlier versions have it under another name.
    #[serde(alias = "wish")]
    pub requested: Option<RequestedId>,
    /// Proof that the browser is known for the address.
    pub known: Option<Known>,
    /// The browser, if the account is named otherwise: whether it is known for that is seen once it is found.
    #[serde(default)]
    pub device: Option<Device>,
    /// Who asks.
    pub asked: Caller,
}

/// The last request in a browser, sealed in a cookie.
#[derive(Clone, Serialize, Deserialize)]
pub struct Requested<T = ()> {
    /// The identity that was typed, usually an address.
    pub email: String,
    /// The same in its canonical form.
    pub email_key: String,
    /// Id of the request whose message carries a code for this browser; `None` if all were over a limit.
    pub id: Option<RequestedId>,
    /// Time of the next permitted request, if this one was over a limit.
    pub again: Option<Time>,
    /// Time of the request.
    pub at: Time,
    /// What follows.
    #[serde(default)]
    pub goal: T,
}

impl Asking {
    /// Locks the account that was named, if there is one, and sees whether the browser is known for it.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn lock<'t>(&mut self, app: &App, tx: &'t mut Tx) -> Result<Option<Locked<'t>>, Error> {
        let found = identity::find(tx, &app.live.now().sign_in([]), &self.email_key).await?;
        let Some(email_key) = found else { return Ok(None) };
        if email_key != self.email_key {
            self.known = self.device.as_ref().and_then(|device| device.known(&email_key, app.now()));
        }
        accounts::lock_by_email(tx, &email_key, app.now()).await
    }
}

impl WayIn {
    /// Returns the last request for it in this browser.
    pub fn last<T: DeserializeOwned + Default>(&self, site: &Visit<'_>) -> Option<Requested<T>> {
        let requested: Requested<T> = site.unseal(self.cookie, self.sealed)?;
        (requested.at + LIFE > site.now()).then_some(requested)
    }

    /// Stores a request that `of` makes for the worker, unless a limit is reached; the page after it is at `place`.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn post<R: outbox::Request, T: DeserializeOwned + Default + Serialize>(
        &self,
        site: &Visit<'_>,
        (place, asking): (Place, MessageKind),
        typed: &Identity,
        goal: T,
        of: impl FnOnce(Asking) -> R,
    ) -> Result<(), Error> {
        let (browser_id, former) = (site.ensure_browser_id()?, self.last::<T>(site));
        let id = RequestedId::from_bytes(site.random.bytes()?);
        let request = of(Asking {
            email: typed.text().to_owned(),
            email_key: typed.key().to_owned(),
            browser: Some(browser_id),
            requested: Some(id),
            known: device::known(site, typed.key()),
            device: device::device(site).filter(|_| typed.kind() != Some(IdentityKind::Email)),
            asked: site.caller(),
        });
        let allowed = throttle::post(site, asking, typed.key(), &request).await?;
        // Over the limit, the code of the newest message stays valid in this browser.
        let former = former.filter(|former| former.email_key == typed.key()).and_then(|former| former.id);
        let (id, again) = (if allowed.is_yes() { Some(id) } else { former }, allowed.at());
        let (email, email_key) = (typed.text().to_owned(), typed.key().to_owned());
        site.keep(place, &email)?;
        let requested = Requested { email, email_key, id, again, at: site.now(), goal };
        site.seal(self.cookie, self.sealed, &requested)
    }

    /// Returns the code of a key, for the browser with this id and its request.
    pub fn code_of(&self, app: &App, row: &KeyRow, browser_id: &[u8], requested: &RequestedId) -> Key {
        Key::of_mac(&app.keyring.mac(self.code, &[row.id.as_bytes(), browser_id, requested.as_bytes()]))
    }

    /// Returns the live key whose code was typed, or the fault to show.
    ///
    /// # Errors
    /// [`Error::Database`]; the try may have been counted then.
    pub async fn try_out<T>(
        &self,
        site: &Visit<'_>,
        requested: &Requested<T>,
        typed: &str,
    ) -> Result<Result<KeyRow, Fault>, Error> {
        let (Some(id), Some(browser_id)) = (requested.id, site.browser_id()) else {
            return Ok(Err(Fault::new("fault-key")));
        };
        let email_key = &*identity::named(site, &requested.email_key).await?;
        let of = match device::known(site, email_key) {
            Some(known) => RateLimit::MailedCodeBy(known.device, email_key),
            None => RateLimit::MailedCodeFor(&requested.email_key),
        };
        let of = self.counts_address.then_some(of);
        let limits = [RateLimit::MailedCode(id.as_bytes()), RateLimit::CodeFrom(site.client.address)];
        let counted = Try::count(site, limits.into_iter().chain(of)).await?;
        if !counted.allowed().is_yes() {
            return Ok(Err(Fault::new("fault-reset-code-dead")));
        }
        let (account, found) =
            self.find(site, email_key, (&browser_id, &id), &Key::parse_code(typed)).await?;
        let mut tx = site.begin().await?;
        let Some(row) = found else {
            let asked = site.caller();
            let event = Event::of(EventKind::CodeFailed, account).from(&asked).detail(self.code);
            event.write(site.app, &mut tx).await?;
            tx.commit().await?;
            return Ok(Err(Fault::new("fault-key")));
        };
        counted.refund(site.app, &mut tx).await?;
        tx.commit().await?;
        Ok(Ok(row))
    }

    /// Returns the account of a request, and the live key whose code was typed. Compares even if there is none.
    async fn find(
        &self,
        site: &Visit<'_>,
        email_key: &str,
        (browser_id, id): (&[u8], &RequestedId),
        typed: &Key,
    ) -> Result<(Option<Uuid>, Option<KeyRow>), Error> {
        let mut conn: Conn = site.read().await?;
        let account = accounts::find_by_email(&mut conn, email_key).await?;
        let account = account.filter(|account| account.enabled).map(|account| account.id);
        let mut found = None;
        for purpose in self.keys {
            let row = keys::of_account(&mut conn, account.unwrap_or_default(), *purpose, site.now()).await?;
            let row_id = row.as_ref().map_or(Uuid::nil(), |row| row.id);
            let parts: [&[u8]; 3] = [row_id.as_bytes(), browser_id, id.as_bytes()];
            let right = site.keyring.macs(self.code, &parts).fold(false, |found, mac| {
                found | bool::from(Key::of_mac(&mac).expose().as_bytes().ct_eq(typed.expose().as_bytes()))
            });
            found = found.or(row.filter(|_| right));
        }
        Ok((account, found))
    }
}
