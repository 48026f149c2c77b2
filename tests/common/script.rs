//! A server of `tests/transport` in a process of its own, on a free port, that prints what it is given.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// How long to wait for what must come.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The running server; it ends when dropped.
pub struct Script {
    process: Child,
    /// Where on 127.0.0.1 it listens.
    pub port: u16,
}

impl Script {
    /// Starts `tests/transport/<script>` with `args` and hands each line that it prints to `tell`.
    pub fn start(script: &str, args: &[&str], mut tell: impl FnMut(String) + Send + 'static) -> Self {
        let mut process = Command::new("/usr/bin/python3")
            .arg(format!("{}/tests/transport/{script}", env!("CARGO_MANIFEST_DIR")))
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .expect("/usr/bin/python3 is missing: apt-get install python3 python3-aiosmtpd");
        let mut lines = BufReader::new(process.stdout.take().expect("piped")).lines().map_while(Result::ok);
        let (say, said) = mpsc::channel();
        thread::spawn(move || {
            // Whoever waited for the port in vain has said so.
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
