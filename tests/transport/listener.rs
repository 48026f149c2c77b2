//! A server in its own process, on a free port, that reports what it receives.

use std::{
    sync::mpsc::{self, Receiver},
    time::Duration,
};

use serde_json::Value;

use crate::script::{PATIENCE, Script};

/// The running server; it ends when dropped.
pub struct Listener {
    _script: Script,
    given: Receiver<String>,
    /// Port on 127.0.0.1.
    pub port: u16,
}

impl Listener {
    /// Starts `tests/transport/<script>` with `args`.
    pub fn start(script: &str, args: &[&str]) -> Self {
        let (tell, given) = mpsc::channel();
        // The receiver may be gone.
        let script = Script::start(script, args, move |line| _ = tell.send(line));
        Self { given, port: script.port, _script: script }
    }

    /// The next thing received.
    pub fn next(&self) -> Value {
        self.next_within(PATIENCE).expect("the server was given something")
    }

    /// The next thing received, if it comes soon enough.
    pub fn next_within(&self, patience: Duration) -> Option<Value> {
        let line = self.given.recv_timeout(patience).ok()?;
        Some(serde_json::from_str(&line).unwrap())
    }

    /// True if nothing more is received.
    pub fn is_quiet(&self) -> bool {
        self.next_within(Duration::from_millis(200)).is_none()
    }
}
