//! Unused loopback ports, each given out once in a process.

use std::{
    net::TcpListener,
    sync::atomic::{AtomicU32, Ordering},
};

/// A free port below the range that the system uses for outgoing connections.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = 10_000 + (std::process::id().wrapping_mul(37).wrapping_add(step)) % 10_000;
        let port = u16::try_from(port).expect("below 20,000");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
