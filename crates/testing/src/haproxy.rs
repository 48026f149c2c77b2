//! HAProxy in front of a site's servers, configured as in `docs/haproxy.cfg`.

use std::{
    fmt::Write,
    io,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use rocket::tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
};

/// Configuration for production, to be tested as it is.
const EXAMPLE: &str = include_str!("../../../docs/haproxy.cfg");
/// Beginnings of lines left out here: another machine, TLS, a limit for one address, which all clients share in a test,
/// and requests that the laws expect the site itself to refuse.
const ELSEWHERE: [&str; 9] = [
    "log",
    "stats",
    "user",
    "group",
    "bind",
    "server",
    "http-request redirect",
    "tcp-request connection reject",
    "http-request deny deny_status 413",
];

/// A running HAProxy; it ends when dropped, or when this process does.
pub struct HaProxy {
    process: Child,
    socket: PathBuf,
}

/// Status of a server in HAProxy.
#[derive(Debug, PartialEq, Eq)]
pub struct State {
    /// True if it would receive requests.
    pub up: bool,
    /// Requests in flight.
    pub in_flight: usize,
}

impl HaProxy {
    /// True if HAProxy is installed.
    pub fn is_installed() -> bool {
        shell("haproxy -v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|it| it.success())
    }

    /// Starts HAProxy on `port` for the site `host`, whose servers are at the loopback ports `servers`.
    pub fn start(folder: &Path, port: u64, host: &str, servers: &[u16]) -> HaProxy {
        let (file, socket) =
            (folder.join(format!("haproxy-{port}.cfg")), folder.join(format!("haproxy-{port}")));
        std::fs::write(&file, configuration(port, host, servers, &socket)).expect("a file is written");
        let process = shell(r#"haproxy -q -db -f "$0" & read -r _; exec 2>&-; kill $!; wait $!"#)
            .arg(&file)
            .stdin(Stdio::piped())
            .spawn()
            .expect("sh runs");
        HaProxy { process, socket }
    }

    /// Status of a server by its index, once HAProxy runs.
    pub async fn state(&self, server: usize) -> Option<State> {
        let table = self.told("show stat").await.ok()?;
        let name = format!("s{server}");
        let line = table.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let line = line.into_iter().find(|line| line.get(1) == Some(&&*name)).expect("a server");
        Some(State { up: line[17].starts_with("UP"), in_flight: line[4].parse().expect("a number") })
    }

    /// Stops or resumes sending requests to a server.
    pub async fn drain(&self, server: usize, drained: bool) {
        let state = if drained { "drain" } else { "ready" };
        self.told(&format!("set server latchkey/s{server} state {state}")).await.expect("HAProxy runs");
    }

    async fn told(&self, command: &str) -> io::Result<String> {
        let mut socket = UnixStream::connect(&self.socket).await?;
        socket.write_all(format!("{command}\n").as_bytes()).await?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await?;
        Ok(answer)
    }
}

impl Drop for HaProxy {
    fn drop(&mut self) {
        // This closes its standard input.
        let _ = self.process.wait();
    }
}

/// A shell that also finds commands for administrators.
fn shell(script: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", script]);
    shell.env("PATH", format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default()));
    shell
}

/// The example adapted to this machine, with shorter intervals: a test is shorter than a deployment.
fn configuration(port: u64, host: &str, servers: &[u16], socket: &Path) -> String {
    let mut text = String::new();
    for line in EXAMPLE.lines().filter(|line| !ELSEWHERE.iter().any(|word| line.trim().starts_with(word))) {
        let line = line.replace("inter 2s", "inter 100ms").replace("id.example.com", host);
        let _ = writeln!(text, "{line}");
        let _ = match line.as_str() {
            "global" => writeln!(text, "    stats socket {} level admin", socket.display()),
            // A busy machine is not a dead server.
            "defaults" => writeln!(text, "    timeout check 10s"),
            "frontend web" => writeln!(text, "    bind 127.0.0.1:{port}"),
            _ => Ok(()),
        };
    }
    for (place, port) in servers.iter().enumerate() {
        let _ = writeln!(text, "    server s{place} 127.0.0.1:{port}");
    }
    text
}
