//! A mail server that accepts everything, and passes on mails that are expected.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use rocket::tokio::{
    self,
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    time::{Instant, sleep},
};

#[derive(Clone)]
pub struct Sink {
    pub port: u16,
    expected: Arc<Mutex<Expected>>,
    /// Milliseconds that each mail takes.
    pause: Arc<AtomicU64>,
}

type Expected = HashMap<String, oneshot::Sender<Mail>>;

/// A mail without its soft line breaks, and the time of its arrival.
pub struct Mail {
    pub text: String,
    pub at: Instant,
}

impl Sink {
    pub async fn start() -> Sink {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("the loopback has a free port");
        let port = listener.local_addr().expect("a bound socket").port();
        let sink = Sink { port, expected: Arc::default(), pause: Arc::default() };
        let (expected, pause) = (sink.expected.clone(), sink.pause.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, expected.clone(), pause.clone()));
            }
        });
        sink
    }

    /// Sets the time that each mail takes from now on.
    #[allow(dead_code, reason = "one of two benchmarks wants it")]
    pub fn pause(&self, pause: Duration) {
        self.pause.store(u64::try_from(pause.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// The next mail to `address`.
    pub fn expect(&self, address: &str) -> oneshot::Receiver<Mail> {
        let (tell, told) = oneshot::channel();
        self.expected.lock().expect("unpoisoned").insert(address.to_owned(), tell);
        told
    }
}

async fn serve(stream: TcpStream, expected: Arc<Mutex<Expected>>, pause: Arc<AtomicU64>) {
    let mut stream = BufReader::new(stream);
    let (mut answer, mut line, mut to) = ("220 sink\r\n", String::new(), String::new());
    loop {
        line.clear();
        if stream.write_all(answer.as_bytes()).await.is_err()
            || !stream.read_line(&mut line).await.is_ok_and(|read| read > 0)
        {
            return;
        }
        if let Some(rest) = line.strip_prefix("RCPT TO:<") {
            to = rest.split('>').next().unwrap_or_default().to_owned();
        }
        answer = if line.starts_with("DATA") { "354 go on\r\n" } else { "250 sink\r\n" };
        if line.starts_with("DATA") {
            let _ = stream.write_all(answer.as_bytes()).await;
            let mut mail = String::new();
            while stream.read_line(&mut mail).await.is_ok_and(|read| read > 0) && !mail.ends_with("\r\n.\r\n")
            {
            }
            let expecting = expected.lock().expect("unpoisoned").remove(&to);
            if let Some(tell) = expecting {
                // The receiver may have stopped waiting.
                let _ = tell.send(Mail { text: mail.replace("=\r\n", ""), at: Instant::now() });
            }
            match pause.load(Ordering::Relaxed) {
                0 => {}
                millis => sleep(Duration::from_millis(millis)).await,
            }
            answer = "250 taken\r\n";
        }
    }
}
