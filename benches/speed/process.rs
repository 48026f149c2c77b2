//! A server in a process of its own, which ends with this one.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
    time::Duration,
};

use rocket::tokio::{
    net::TcpStream,
    time::{Instant, sleep},
};

pub struct Process {
    child: Child,
    pub address: SocketAddr,
    /// From its start until it took a connection.
    pub ready: Duration,
}

impl Process {
    /// Starts a server that will listen on `port` and waits until it takes a connection.
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

    /// The memory that it has in use, in MB (10^6 bytes).
    pub fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib: Option<f64> = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        kib.map_or(f64::NAN, |kib| kib * 1024.0 / 1e6)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port of the loopback that nobody uses.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("the loopback has a free port");
    listener.local_addr().expect("a bound socket").port()
}
