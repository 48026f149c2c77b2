//! A PostgreSQL server for the tests, in its own folder, which ends with the process.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::OnceLock,
};

/// Variable in which `scripts/test` passes the URL of a server for all test binaries.
const SHARED: &str = "LATCHKEY_TEST_POSTGRES";

/// A server run by `postgres.sh`; it stops when this process ends, for any reason.
pub struct Postgres {
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    url: String,
}

impl Postgres {
    /// Starts a server, or says why it cannot.
    pub fn start() -> Result<Postgres, String> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/postgres.sh");
        let mut child = Command::new("bash")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("bash: {error}"))?;
        let mut answers = BufReader::new(child.stdout.take().expect("piped"));
        let mut url = String::new();
        answers.read_line(&mut url).map_err(|error| error.to_string())?;
        if url.is_empty() {
            let output = child.wait_with_output().map_err(|error| error.to_string())?;
            return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
        }
        let orders = child.stdin.take();
        Ok(Postgres { child, orders, answers, url: url.trim().to_owned() })
    }

    /// URL of the server that all tests share, without a database; or the reason why there is none.
    pub fn shared() -> Result<String, String> {
        static SERVER: OnceLock<Result<Postgres, String>> = OnceLock::new();
        if let Ok(url) = std::env::var(SHARED) {
            return if url.starts_with("postgres:") { Ok(url) } else { Err(url) };
        }
        SERVER.get_or_init(Postgres::start).as_ref().map(|server| server.url.clone()).map_err(Clone::clone)
    }

    /// URL of the server, without a database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops the server under its clients.
    pub fn stop(&mut self) {
        assert_eq!(self.order("stop"), "stopped");
    }

    /// Starts the server again, with its data.
    pub fn start_again(&mut self) {
        assert_eq!(self.order("start"), "started");
    }

    fn order(&mut self, order: &str) -> String {
        let orders = self.orders.as_mut().expect("open until dropped");
        writeln!(orders, "{order}").expect("the server's script reads");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("the server's script answers");
        answer.trim().to_owned()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _ = self.child.wait();
    }
}
