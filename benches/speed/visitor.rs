//! People with browsers of their own, each of whom sends one request after another.

use std::{cell::Cell, collections::BTreeMap};

use rocket::{futures::future::join_all, tokio::time::Instant};

use super::{
    load::{Connection, Pace, with},
    sink::Sink,
    site::Site,
};

/// A person with their own browser.
pub struct Visitor {
    connection: Connection,
    pub url: String,
    pub sink: Sink,
    pub cookies: BTreeMap<String, String>,
}

impl Visitor {
    /// Opens a browser without cookies.
    pub async fn open(site: &Site, sink: &Sink) -> Visitor {
        let connection = Connection::open(site.processes[0].address).await;
        Visitor { connection, url: site.url.clone(), sink: sink.clone(), cookies: BTreeMap::new() }
    }

    /// Sends a request, whose answer has to have this status, keeps the cookies, and returns the answer.
    pub async fn ask(&mut self, request: Vec<u8>, status: u16) -> String {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = with(request, &format!("Cookie: {}\r\n", cookies.join("; ")));
        let got = self.connection.ask(&request).await;
        let answer = self.connection.answer();
        assert_eq!(got, status, "{answer}");
        let set =
            lines(&answer, "set-cookie: ").filter_map(|cookie| cookie.split(';').next()?.split_once('='));
        self.cookies.extend(set.map(|(name, value)| (name.to_owned(), value.to_owned())));
        answer
    }

    /// Sends a request, and returns the path that its answer leads to.
    pub async fn send(&mut self, request: Vec<u8>) -> String {
        let answer = self.ask(request, 303).await;
        lines(&answer, "location: ").next().expect("a redirect").replace(&self.url, "")
    }
}

/// Values after `name` in the head of an answer.
fn lines<'a>(answer: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    answer.lines().take_while(|line| !line.is_empty()).filter_map(move |line| line.strip_prefix(name))
}

/// Lets so many visitors at once do what `each` says with every number below `count`.
pub async fn visit(
    site: &Site,
    sink: &Sink,
    at_once: usize,
    count: usize,
    each: impl AsyncFn(&mut Visitor, usize),
) -> Pace {
    let (asked, begun) = (Cell::new(0), Instant::now());
    let visitors = (0..at_once).map(async |_| {
        let (mut visitor, mut waits) = (Visitor::open(site, sink).await, Vec::new());
        loop {
            let number = asked.replace(asked.get() + 1);
            if number >= count {
                return waits;
            }
            let begun = Instant::now();
            each(&mut visitor, number).await;
            waits.push(begun.elapsed());
        }
    });
    Pace::new(join_all(visitors).await.concat(), begun)
}
