//! Signals to the server: stop, or reload the configuration. A signal is kept from the moment the process starts, and
//! handled as soon as the server can.

use std::{io, sync::Arc};

use rocket::tokio::{self, sync::Notify};
#[cfg(unix)]
use rocket::tokio::{
    runtime::{Builder, Runtime},
    select,
    signal::unix::{Signal, SignalKind, signal},
};

/// The documented signals.
pub struct Signals {
    /// SIGTERM and SIGINT.
    pub stop: Stop,
    /// SIGHUP.
    pub hang_ups: HangUps,
}

/// SIGTERM or SIGINT, on Unix.
pub struct Stop {
    #[cfg(unix)]
    terminate: Signal,
    #[cfg(unix)]
    interrupt: Signal,
    /// Runtime that the signals are registered on; the server's own runtime receives them too.
    #[cfg(unix)]
    registered: Option<Runtime>,
}

/// SIGHUP, on Unix.
pub struct HangUps {
    #[cfg(unix)]
    signal: Signal,
}

impl Signals {
    /// Registers the signals. Without that, the system would end the process.
    ///
    /// # Errors
    /// The error of the system.
    #[cfg(unix)]
    pub fn heed() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_io().build()?;
        let entered = runtime.enter();
        let hang_ups = HangUps { signal: signal(SignalKind::hangup())? };
        let (terminate, interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        drop(entered);
        Ok(Self { stop: Stop { terminate, interrupt, registered: Some(runtime) }, hang_ups })
    }

    /// Does nothing: Rocket handles Ctrl-C.
    ///
    /// # Errors
    /// None.
    #[cfg(not(unix))]
    pub fn heed() -> io::Result<Self> {
        Ok(Self { stop: Stop {}, hang_ups: HangUps {} })
    }
}

impl Stop {
    /// Waits for a signal to stop; returns at once if one has come already.
    #[cfg(unix)]
    pub async fn told(&mut self) {
        select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Waits forever.
    #[cfg(not(unix))]
    pub async fn told(&mut self) {
        std::future::pending().await
    }
}

#[cfg(unix)]
impl Drop for Stop {
    fn drop(&mut self) {
        // It may be dropped inside another runtime, where blocking is not allowed.
        if let Some(runtime) = self.registered.take() {
            runtime.shutdown_background();
        }
    }
}

impl HangUps {
    /// Returns a bell that each signal rings from now on.
    pub fn bell(mut self) -> Arc<Notify> {
        let bell = Arc::new(Notify::new());
        let rings = bell.clone();
        tokio::spawn(async move {
            while self.next().await.is_some() {
                rings.notify_one();
            }
        });
        bell
    }

    /// Waits for the next signal; returns at once if one has come since the last.
    #[cfg(unix)]
    async fn next(&mut self) -> Option<()> {
        self.signal.recv().await
    }

    /// Waits forever.
    #[cfg(not(unix))]
    async fn next(&mut self) -> Option<()> {
        std::future::pending().await
    }
}
