//! A server from `tests/transport` in its own process, on a free port, that prints what it receives.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// Timeout for expected events.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The running server; it ends when dropped.
pub struct Script {
    process: Child,
    /// Port on 127.0.0.1.
    pub port: u16,
}

impl Script {
    /// Starts `tests/transport/<script>` with `args` and passes each line that it prints to `tell`.
    pub fn start(script: &str, args: &[&str], mut tell: impl FnMut(String) + Send + 'static) -> Self {
        let mut process = Command::new("/usr/bin/python3")
            .arg(format!("{}/../../tests/transport/{script}", env!("CARGO_MANIFEST_DIR")))
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .expect("/usr/bin/python3 is missing: apt-get install python3 python3-aiosmtpd");
        let mut lines = BufReader::new(process.stdout.take().expect("piped")).lines().map_while(Result::ok);
        let (say, said) = mpsc::channel();
        thread::spawn(move || {
            // The receiver has panicked already if it gave up waiting.
            let _ = lines.next().map(|port| say.send(port));
            lines.for_each(&mut tell);
        });
        let port = said.recv_timeout(PATIENCE).unwrap_or_else(|_| {
            panic!("{script} did not start (see above): apt-get install python3-aiosmtpd openssl")
        });
        Self { process, port: port.parse().expect("a port") }
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        self.process.kill().expect("a child of ours");
        self.process.wait().expect("a child of ours");
    }
}
