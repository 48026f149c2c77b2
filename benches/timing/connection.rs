//! One keep-alive connection on a thread of its own; the time is measured from the first byte to the last.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    thread::sleep,
    time::Duration,
};

use rocket::tokio::time::Instant;

/// A connection to the server.
pub struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    /// Connects to a server.
    pub fn open(address: SocketAddr) -> Connection {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_nodelay(true).expect("a connected socket");
        Connection { stream, answer: Vec::with_capacity(32 << 10) }
    }

    /// Sends `request` and reads the whole answer; returns its status and the seconds, a sleep of `more`
    /// included.
    pub fn time(&mut self, request: &[u8], more: Duration) -> (u16, f64) {
        let begun = Instant::now();
        if !more.is_zero() {
            sleep(more);
        }
        self.stream.write_all(request).expect("the server reads");
        self.receive();
        let took = begun.elapsed().as_secs_f64();
        let status = std::str::from_utf8(&self.answer[9..12]).ok().and_then(|code| code.parse().ok());
        (status.expect("a status"), took)
    }

    /// The answer to the last request.
    pub fn answer(&self) -> String {
        String::from_utf8_lossy(&self.answer).into_owned()
    }

    fn receive(&mut self) {
        self.answer.clear();
        let mut whole = None;
        let mut part = [0; 16 << 10];
        while whole.is_none_or(|length| self.answer.len() < length) {
            let read = self.stream.read(&mut part).expect("the server answers");
            assert!(read > 0, "the server hung up after {}", self.answer());
            self.answer.extend_from_slice(&part[..read]);
            whole = whole.or_else(|| length(&self.answer));
        }
    }
}

/// Length of an answer with its body, once its head has arrived.
fn length(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|end| end == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&answer[..head]).expect("ASCII").to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
    Some(head + 4 + length.expect("an answer tells its length").parse::<usize>().expect("a length"))
}
