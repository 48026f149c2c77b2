//! A mail server that takes whatever comes, and remembers the last mail.

use std::sync::{Arc, Mutex};

use rocket::tokio::{
    self,
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

#[derive(Clone)]
pub struct Sink {
    pub port: u16,
    last: Arc<Mutex<String>>,
}

impl Sink {
    pub async fn start() -> Sink {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("the loopback has a free port");
        let port = listener.local_addr().expect("a bound socket").port();
        let sink = Sink { port, last: Arc::default() };
        let last = sink.last.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, last.clone()));
            }
        });
        sink
    }

    /// The last mail, its soft line breaks undone; empty if none has come.
    pub fn last(&self) -> String {
        self.last.lock().expect("unpoisoned").replace("=\r\n", "")
    }
}

async fn serve(stream: TcpStream, last: Arc<Mutex<String>>) {
    let mut stream = BufReader::new(stream);
    let mut answer = "220 sink\r\n";
    loop {
        let mut line = String::new();
        if stream.write_all(answer.as_bytes()).await.is_err()
            || !stream.read_line(&mut line).await.is_ok_and(|read| read > 0)
        {
            return;
        }
        answer = if line.starts_with("DATA") { "354 go on\r\n" } else { "250 sink\r\n" };
        if line.starts_with("DATA") {
            let _ = stream.write_all(answer.as_bytes()).await;
            let mut mail = String::new();
            while stream.read_line(&mut mail).await.is_ok_and(|read| read > 0) && !mail.ends_with("\r\n.\r\n")
            {
            }
            *last.lock().expect("unpoisoned") = mail;
            answer = "250 taken\r\n";
        }
    }
}
