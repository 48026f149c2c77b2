//! What the system tells the server: to stop, or to read its configuration again. Whatever it says is remembered from the
//! first moment on, and acted on when it can be.

use std::io;

#[cfg(unix)]
use rocket::tokio::{
    runtime::{Builder, Runtime},
    select,
    signal::unix::{Signal, SignalKind, signal},
};

/// The signals that the documentation names.
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
    /// What they are registered with; the one that serves hears of them too.
    #[cfg(unix)]
    registered: Option<Runtime>,
}

/// SIGHUP, on Unix.
pub struct HangUps {
    #[cfg(unix)]
    signal: Signal,
}

impl Signals {
    /// Takes care of them from now on, in place of the system, which would end the process.
    ///
    /// # Errors
    /// What the system says.
    #[cfg(unix)]
    pub fn heed() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_io().build()?;
        let entered = runtime.enter();
        let hang_ups = HangUps { signal: signal(SignalKind::hangup())? };
        let (terminate, interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        drop(entered);
        Ok(Self { stop: Stop { terminate, interrupt, registered: Some(runtime) }, hang_ups })
    }

    /// Nothing is to be done: Rocket heeds Ctrl-C.
    ///
    /// # Errors
    /// None.
    #[cfg(not(unix))]
    pub fn heed() -> io::Result<Self> {
        Ok(Self { stop: Stop {}, hang_ups: HangUps {} })
    }
}

impl Stop {
    /// Waits until the process was told to stop, if that has not happened by now.
    #[cfg(unix)]
    pub async fn told(&mut self) {
        select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Waits without end.
    #[cfg(not(unix))]
    pub async fn told(&mut self) {
        std::future::pending().await
    }
}

#[cfg(unix)]
impl Drop for Stop {
    fn drop(&mut self) {
        // It may end within another, where nothing may wait for it.
        if let Some(runtime) = self.registered.take() {
            runtime.shutdown_background();
        }
    }
}

impl HangUps {
    /// Waits for the next one, if none has come since the last.
    #[cfg(unix)]
    pub async fn next(&mut self) -> Option<()> {
        self.signal.recv().await
    }

    /// Waits without end.
    #[cfg(not(unix))]
    pub async fn next(&mut self) -> Option<()> {
        std::future::pending().await
    }
}
