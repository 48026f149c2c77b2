//! Connections to the mail server: opened on demand, kept for a minute, used by one mail at a time.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, Weak},
    time::Duration,
};

use lettre::transport::smtp::{
    Error as Fault,
    authentication::{Credentials, DEFAULT_MECHANISMS},
    client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters},
    extension::ClientId,
};
use rocket::tokio::{
    self,
    time::{Instant, sleep_until, timeout},
};

use super::{
    super::{Undelivered, root},
    secure,
    starttls_guard::StarttlsGuard,
    told,
};
use crate::{
    base::{Error, reach::reach},
    config::relay::{Relay, Tls},
};

/// Most idle connections, as many as the worker sends emails at once.
const KEPT: usize = 16;
/// Longest time that a connection stays idle.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// Longest time for QUIT and its answer.
const QUIT_TIMEOUT: Duration = Duration::from_secs(5);

/// Idle connections, and the settings to open another.
pub struct Connections {
    relay: Relay,
    tls: Option<TlsParameters>,
    secured: Option<secure::Connector>,
    /// Name for `EHLO` if the URL has none.
    name: Option<String>,
    kept: Arc<Mutex<Idle>>,
}

/// Idle connections, the one idle longest first.
#[derive(Default)]
struct Idle {
    waiting: Vec<Kept>,
    /// True while a task closes stale connections.
    watched: bool,
}

struct Kept {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl Connections {
    /// Creates the pool without connecting.
    ///
    /// # Errors
    /// [`Error::Config`] if TLS is configured and the system trusts no certificates.
    pub fn new(relay: Relay) -> Result<Self, Error> {
        let tls = (relay.tls == Tls::Upgrade).then(|| TlsParameters::new(relay.host.clone())).transpose();
        let secured = (relay.tls == Tls::Always).then(|| secure::connector(&relay.host)).transpose()?;
        Ok(Self {
            tls: tls
                .map_err(|fault| Error::Config(format!("cannot set up TLS for email: {}", root(&fault))))?,
            secured,
            name: None,
            relay,
            kept: Arc::default(),
        })
    }

    /// Returns a connection that is ready for a mail. Dropping it closes it.
    ///
    /// # Errors
    /// [`Undelivered::Transient`]: no mail has been offered yet.
    pub async fn get(&self) -> Result<AsyncSmtpConnection, Undelivered> {
        loop {
            let Some(mut kept) = lock(&self.kept).waiting.pop() else {
                return self.open().await;
            };
            if kept.connection.test_connected().await {
                return Ok(kept.connection);
            }
        }
    }

    /// Takes back a connection whose mail is finished.
    pub fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = lock(&self.kept);
        if idle.waiting.len() >= KEPT {
            return;
        }
        idle.waiting.push(Kept { connection, since: Instant::now() });
        if !idle.watched {
            idle.watched = true;
            tokio::spawn(watch(Arc::downgrade(&self.kept)));
        }
    }

    /// Sets the name for `EHLO` if the URL has none. The default is our own IP address (RFC 5321, 4.1.4).
    pub fn known_as(&mut self, name: String) {
        self.name = Some(name);
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, Undelivered> {
        let later = |fault: Fault| Undelivered::Transient(told(&fault));
        let lost = |error| Undelivered::Transient(format!("the mail server cannot be used: {error}"));
        let stream = reach(&self.relay.host, self.relay.port).await.map_err(lost)?;
        // A mail and its end are two writes: the second would wait for the acknowledgement of the first.
        stream.set_nodelay(true).map_err(lost)?;
        let name = match self.relay.name.as_ref().or(self.name.as_ref()) {
            Some(name) => ClientId::Domain(name.clone()),
            None => match stream.local_addr().map_err(lost)?.ip().to_canonical() {
                IpAddr::V4(address) => ClientId::Ipv4(address),
                IpAddr::V6(address) => ClientId::Ipv6(address),
            },
        };
        let line: Box<dyn AsyncTokioStream> = match &self.secured {
            Some(connector) => Box::new(connector.secure(stream).await.map_err(lost)?),
            None => Box::new(StarttlsGuard::new(stream, self.tls.is_some())),
        };
        let mut connection = AsyncSmtpConnection::connect_with_transport(line, &name).await.map_err(later)?;
        if let Some(tls) = self.tls.clone() {
            connection.starttls(tls, &name).await.map_err(later)?;
        }
        if let Some((user, password)) = self.relay.login.clone() {
            let login = Credentials::new(user, password);
            connection.auth(DEFAULT_MECHANISMS, &login).await.map_err(later)?;
        }
        Ok(connection)
    }
}

/// Closes stale connections until none is idle.
async fn watch(kept: Weak<Mutex<Idle>>) {
    while let Some(stale) = kept.upgrade().map(|kept| lock(&kept).stale()) {
        for mut kept in stale {
            let _ = timeout(QUIT_TIMEOUT, kept.connection.quit()).await;
        }
        match kept.upgrade().and_then(|kept| lock(&kept).next_stale()) {
            Some(then) => sleep_until(then).await,
            None => return,
        }
    }
}

impl Idle {
    /// Removes stale connections.
    fn stale(&mut self) -> Vec<Kept> {
        self.waiting.extract_if(.., |kept| kept.since.elapsed() >= IDLE_TIMEOUT).collect()
    }

    /// Returns the time at which the next connection becomes stale; if none is idle, the watcher ends.
    fn next_stale(&mut self) -> Option<Instant> {
        let next = self.waiting.first().map(|kept| kept.since + IDLE_TIMEOUT);
        self.watched = next.is_some();
        next
    }
}

fn lock(kept: &Mutex<Idle>) -> MutexGuard<'_, Idle> {
    kept.lock().expect("nothing panics with the lock held")
}
