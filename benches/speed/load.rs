//! Load: connections that repeatedly send a request and await the answer, at once or at a fixed rate
//! (HTTP/1.1).

use std::{
    fmt,
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
    time::{Instant, sleep_until},
};

/// Default number of connections of a load.
pub const CONNECTIONS: usize = 16;

/// Requests and servers, each used in turn, and the accepted statuses.
#[derive(Clone)]
pub struct Load {
    pub addresses: Arc<[SocketAddr]>,
    pub requests: Arc<[Vec<u8>]>,
    pub statuses: &'static [u16],
    pub connections: usize,
}

/// Condition for the end of a load.
#[derive(Clone, Copy)]
pub enum Until {
    Past(Duration),
    Answered(usize),
    /// Requests per second, and the duration, regardless of answers: a request for which no connection is free waits,
    /// and that wait counts.
    Paced(f64, Duration),
}

/// Result of a load.
#[derive(Clone, Copy)]
pub struct Pace {
    pub answered: usize,
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
}

impl Pace {
    /// Computes the pace from the waits of all requests since `begun`.
    pub fn new(mut waits: Vec<Duration>, begun: Instant) -> Pace {
        let (answered, took) = (waits.len(), begun.elapsed().as_secs_f64());
        waits.sort_unstable();
        let at = |share: usize| waits.get(answered * share / 100).copied().unwrap_or_default();
        Pace { answered, per_second: answered as f64 / took, p50: at(50), p99: at(99) }
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [p50, p99] = [self.p50, self.p99].map(|span| span.as_secs_f64() * 1e3);
        write!(f, "{:.1}/s, p50 {p50:.1} ms, p99 {p99:.1} ms", self.per_second)
    }
}

impl Load {
    /// Sends requests until the condition is met.
    pub async fn run(&self, until: Until) -> Pace {
        let (asked, begun) = (Arc::new(AtomicUsize::new(0)), Instant::now());
        let mut connections = JoinSet::new();
        for number in 0..self.connections {
            let address = self.addresses[number % self.addresses.len()];
            connections.spawn(self.clone().connection(address, asked.clone(), begun, until));
        }
        Pace::new(connections.join_all().await.concat(), begun)
    }

    async fn connection(
        self,
        address: SocketAddr,
        asked: Arc<AtomicUsize>,
        begun: Instant,
        until: Until,
    ) -> Vec<Duration> {
        let mut connection = Connection::open(address).await;
        let mut waits = Vec::with_capacity(1 << 14);
        let mut free = Instant::now();
        loop {
            let number = asked.fetch_add(1, Ordering::Relaxed);
            let since = match until {
                Until::Past(span) => (free - begun < span).then_some(free),
                Until::Answered(count) => (number < count).then_some(free),
                Until::Paced(rate, span) => due(begun, rate, number, span, free).await,
            };
            let Some(since) = since else { return waits };
            let status = connection.ask(&self.requests[number % self.requests.len()]).await;
            assert!(self.statuses.contains(&status), "{}", connection.answer());
            free = Instant::now();
            waits.push(free - since);
        }
    }
}

/// Waits until the request with this number is due, and returns the time from which its wait counts; `None` if that is
/// after the end. A late wake-up of this process does not count as the server's delay.
async fn due(begun: Instant, rate: f64, number: usize, span: Duration, free: Instant) -> Option<Instant> {
    let after = Duration::from_secs_f64(number as f64 / rate);
    if after >= span {
        return None;
    }
    let due = begun + after;
    if due <= free {
        return Some(due);
    }
    sleep_until(due).await;
    Some(Instant::now())
}

/// A keep-alive connection.
pub struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Connection {
        let stream = TcpStream::connect(address).await.expect("the server listens");
        stream.set_nodelay(true).expect("a connected socket");
        Connection { stream, answer: Vec::with_capacity(16 << 10) }
    }

    /// Sends `request`, reads the whole answer, which must state its length, and returns its status.
    pub async fn ask(&mut self, request: &[u8]) -> u16 {
        self.stream.write_all(request).await.expect("the server reads");
        self.answer.clear();
        let mut length = None;
        loop {
            let read = self.stream.read_buf(&mut self.answer).await.expect("the server answers");
            assert!(read > 0, "the server hung up after {}", self.answer());
            length = length.or_else(|| whole(&self.answer));
            if length.is_some_and(|length| self.answer.len() >= length) {
                let code = std::str::from_utf8(&self.answer[9..12]).ok();
                return code.and_then(|code| code.parse().ok()).unwrap_or(0);
            }
        }
    }

    /// The last answer.
    pub fn answer(&self) -> String {
        String::from_utf8_lossy(&self.answer).into_owned()
    }
}

/// Length of an answer with its body, once its head has arrived.
fn whole(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|end| end == b"\r\n\r\n")?;
    let mut lines = answer[..head].split(|&byte| byte == b'\n');
    let length = lines.find_map(|line| line.strip_prefix(b"content-length: "));
    let length = std::str::from_utf8(length.expect("an answer tells its length")).expect("ASCII");
    Some(head + 4 + length.trim_end().parse::<usize>().expect("a length"))
}

/// A GET request to `origin`, with additional header lines, each ending with CRLF.
pub fn get(origin: &str, path: &str, lines: &str) -> Vec<u8> {
    let host = origin.trim_start_matches("http://");
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n").into_bytes()
}

/// A POST request with a form, as sent by a page of `origin`.
pub fn post(origin: &str, path: &str, form: &str) -> Vec<u8> {
    let (host, length) = (origin.trim_start_matches("http://"), form.len());
    format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\n\
        Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
    )
    .into_bytes()
}

/// A POST request in JSON, with more header lines.
pub fn post_json(origin: &str, path: &str, lines: &str, body: &str) -> Vec<u8> {
    let (host, length) = (origin.trim_start_matches("http://"), body.len());
    format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\n{lines}\
        Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// The same request with one more header line.
pub fn with(request: Vec<u8>, line: &str) -> Vec<u8> {
    let text = String::from_utf8(request).expect("ASCII");
    text.replacen("\r\n", &format!("\r\n{line}"), 1).into_bytes()
}
