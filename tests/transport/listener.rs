//! A server in a process of its own, on a free port, that tells what it was given.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(20);

/// The running server; it ends when dropped.
pub struct Listener {
    process: Child,
    given: Receiver<String>,
    /// Where on 127.0.0.1 it listens.
    pub port: u16,
}

impl Listener {
    /// Starts `tests/transport/<script>` with `args`.
    pub fn start(script: &str, args: &[&str]) -> Self {
        let mut process = Command::new("/usr/bin/python3")
            .arg(format!("{}/tests/transport/{script}", env!("CARGO_MANIFEST_DIR")))
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .expect("/usr/bin/python3 is missing: apt-get install python3 python3-aiosmtpd");
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (tell, given) = mpsc::channel();
        thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| tell.send(line)));
        let port = given.recv_timeout(PATIENCE).unwrap_or_else(|_| {
            panic!("{script} did not start (see above): apt-get install python3-aiosmtpd openssl")
        });
        Self { process, given, port: port.parse().unwrap() }
    }

    /// The next thing that it was given.
    pub fn next(&self) -> Value {
        let line = self.given.recv_timeout(PATIENCE).expect("the server was given something");
        serde_json::from_str(&line).unwrap()
    }

    /// Whether it has been given nothing more.
    pub fn is_quiet(&self) -> bool {
        self.given.recv_timeout(Duration::from_millis(200)).is_err()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}
