//! Load: connections that ask, await the answer and ask again, over HTTP/1.1 that is kept alive.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rocket::tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::Instant,
};

/// What is asked, in turn, and with which status it must be answered.
#[derive(Clone)]
pub struct Load {
    pub address: SocketAddr,
    pub requests: Arc<[Vec<u8>]>,
    pub status: u16,
    pub connections: usize,
}

/// When it is enough.
#[derive(Clone, Copy)]
pub enum Until {
    Past(Duration),
    Answered(usize),
}

/// What came of it.
#[derive(Clone, Copy)]
pub struct Pace {
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
}

impl Load {
    /// Asks until it is enough.
    pub async fn run(&self, until: Until) -> Pace {
        let (asked, begun) = (Arc::new(AtomicUsize::new(0)), Instant::now());
        let mut connections = JoinSet::new();
        for _ in 0..self.connections {
            connections.spawn(self.clone().connection(asked.clone(), begun, until));
        }
        let mut waits: Vec<_> = connections.join_all().await.concat();
        let took = begun.elapsed();
        waits.sort_unstable();
        let at = |share: usize| waits.get(waits.len() * share / 100).copied().unwrap_or_default();
        Pace { per_second: waits.len() as f64 / took.as_secs_f64(), p50: at(50), p99: at(99) }
    }

    async fn connection(self, asked: Arc<AtomicUsize>, begun: Instant, until: Until) -> Vec<Duration> {
        let mut stream = TcpStream::connect(self.address).await.expect("the server listens");
        stream.set_nodelay(true).expect("a connected socket");
        let (mut answer, mut waits) = (Vec::with_capacity(16 << 10), Vec::with_capacity(1 << 14));
        let mut sent = Instant::now();
        loop {
            let number = asked.fetch_add(1, Ordering::Relaxed);
            let enough = match until {
                Until::Past(span) => sent - begun >= span,
                Until::Answered(count) => number >= count,
            };
            if enough {
                return waits;
            }
            stream.write_all(&self.requests[number % self.requests.len()]).await.expect("the server reads");
            let status = receive(&mut stream, &mut answer).await;
            assert_eq!(status, self.status, "{}", String::from_utf8_lossy(&answer));
            let now = Instant::now();
            waits.push(now - sent);
            sent = now;
        }
    }
}

/// Reads one answer, which must tell its length, and gives its status.
async fn receive(stream: &mut TcpStream, answer: &mut Vec<u8>) -> u16 {
    answer.clear();
    let mut length = None;
    loop {
        let read = stream.read_buf(answer).await.expect("the server answers");
        assert!(read > 0, "the server hung up after {}", String::from_utf8_lossy(answer));
        length = length.or_else(|| whole(answer));
        if length.is_some_and(|length| answer.len() >= length) {
            return std::str::from_utf8(&answer[9..12]).ok().and_then(|code| code.parse().ok()).unwrap_or(0);
        }
    }
}

/// How long an answer is with its body, once its head has come.
fn whole(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|end| end == b"\r\n\r\n")?;
    let mut lines = answer[..head].split(|&byte| byte == b'\n');
    let length = lines.find_map(|line| line.strip_prefix(b"content-length: "));
    let length = std::str::from_utf8(length.expect("an answer tells its length")).expect("ASCII");
    Some(head + 4 + length.trim_end().parse::<usize>().expect("a length"))
}

/// A GET from `origin`, with more lines of the head, each ended by CRLF.
pub fn get(origin: &str, path: &str, lines: &str) -> Vec<u8> {
    let host = origin.trim_start_matches("http://");
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n").into_bytes()
}

/// A POST of a form, as a page of `origin` sends it.
pub fn post(origin: &str, path: &str, form: &str) -> Vec<u8> {
    let (host, length) = (origin.trim_start_matches("http://"), form.len());
    format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\n\
        Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
    )
    .into_bytes()
}
