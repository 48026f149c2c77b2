//! A server in its own process, which ends with this one.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
    time::Duration,
};

use rocket::tokio::{
    net::TcpStream,
    time::{Instant, sleep},
};
use sqlx::PgConnection;

pub struct Process {
    child: Child,
    pub address: SocketAddr,
    /// Time from its start until it accepted a connection.
    pub ready: Duration,
}

impl Process {
    /// Starts a server that will listen on `port`, and waits until it accepts a connection.
    pub async fn start(command: &mut Command, port: u16) -> Process {
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ROCKET_")) {
            command.env_remove(name);
        }
        let begun = Instant::now();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("the server runs");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut process = Process { child, address, ready: Duration::ZERO };
        while TcpStream::connect(address).await.is_err() {
            assert!(process.child.try_wait().expect("a child of ours").is_none(), "the server ended at once");
            assert!(begun.elapsed() < Duration::from_secs(10), "the server is not ready after ten seconds");
            sleep(Duration::from_millis(1)).await;
        }
        process.ready = begun.elapsed();
        process
    }

    /// Resident memory in MB (10^6 bytes).
    pub fn memory(&self) -> f64 {
        self.status("VmRSS:")
    }

    /// Peak resident memory, in MB.
    pub fn peak(&self) -> f64 {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib: Option<f64> = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        kib.map_or(f64::NAN, |kib| kib * 1024.0 / 1e6)
    }

    /// CPU time in seconds.
    pub fn cpu(&self) -> f64 {
        stat(self.child.id()).map_or(f64::NAN, |stat| stat.cpu)
    }
}

/// Statistics of a process.
pub struct Stat {
    pub parent: u32,
    /// User and system time in seconds, including children that ended.
    pub cpu: f64,
}

/// Reads `/proc/PID/stat`, whose times are in hundredths of a second.
pub fn stat(pid: u32) -> Option<Stat> {
    let line = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<_> = line.rsplit_once(") ")?.1.split(' ').collect();
    let ticks: u64 = fields.get(11..15)?.iter().filter_map(|field| field.parse::<u64>().ok()).sum();
    Some(Stat { parent: fields.get(1)?.parse().ok()?, cpu: ticks as f64 / 100.0 })
}

/// Process of the PostgreSQL that a connection leads to.
pub async fn postmaster(database: &mut PgConnection) -> u32 {
    let backend: i32 =
        sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(database).await.expect("a number");
    stat(backend.unsigned_abs()).expect("a server on this machine").parent
}

/// CPU seconds of a process and its children.
pub fn family(pid: u32) -> f64 {
    let all = std::fs::read_dir("/proc")
        .expect("processes")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let stats = all.filter_map(|name| name.parse().ok()).filter_map(|it| Some((it, stat(it)?)));
    stats.filter(|(it, stat)| *it == pid || stat.parent == pid).map(|(_, stat)| stat.cpu).sum()
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A free loopback port.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("the loopback has a free port");
    listener.local_addr().expect("a bound socket").port()
}
