//! An independent mail server: aiosmtpd in its own process, which prints each mail as a line of JSON.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use rocket::tokio::time::sleep;
use serde_json::Value;

use crate::common::Message;

/// The server, stopped when dropped.
pub struct MailServer {
    child: Child,
    port: u16,
    mails: Arc<Mutex<Vec<Message>>>,
}

impl MailServer {
    /// Starts the server, or says what is missing.
    pub fn start() -> Result<MailServer, String> {
        let script = common::root().join("tests/journeys/smtp.py");
        let python =
            if std::path::Path::new("/usr/bin/python3").exists() { "/usr/bin/python3" } else { "python3" };
        let mut command = Command::new(python);
        command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| format!("python3: {error}"))?;
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let Some(Ok(port)) = lines.next() else {
            let _ = child.wait();
            return Err("python3-aiosmtpd is not installed".into());
        };
        let mails = Arc::new(Mutex::new(Vec::new()));
        let taken = mails.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                taken.lock().expect("unpoisoned").push(read(&line));
            }
        });
        Ok(MailServer { child, port: port.trim().parse().expect("a port"), mails })
    }

    /// Value for `latchkey.mail.url`.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Waits for the next mail to `to` and removes it.
    pub async fn next(&self, to: &str) -> Message {
        for _ in 0..2000 {
            {
                let mut mails = self.mails.lock().expect("unpoisoned");
                if let Some(place) = mails.iter().position(|mail| mail.to == to) {
                    return mails.remove(place);
                }
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("no mail to {to} in twenty seconds");
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(line: &str) -> Message {
    let mail: Value = serde_json::from_str(line).expect("a line of JSON");
    let text = |field: &str| mail[field].as_str().unwrap_or_default().to_owned();
    let (plain, html) = (text("text"), text("html"));
    let to = mail["to"].as_array().expect("a list");
    assert_eq!(to.len(), 1, "a mail to several: {to:?}");
    assert!(!plain.is_empty() && !html.is_empty(), "a mail has both parts: {}", text("subject"));
    for link in plain.lines().map(str::trim).filter(|line| line.starts_with("http")) {
        assert!(html.contains(link), "the link is in the text only: {link}");
    }
    Message {
        channel: "email".into(),
        to: to[0].as_str().unwrap_or_default().to_owned(),
        subject: text("subject"),
        text: plain,
    }
}
