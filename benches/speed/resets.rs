//! Whole resets: from the request over the mail and its link to the new password, signed in at the end.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use rocket::tokio::{task::JoinSet, time::Instant};

use super::{
    between::{between, key},
    load::{Connection, Pace, get, post, with},
    sink::Sink,
    site::{PEOPLE, Site, person},
};

/// Concurrent resets.
const AT_ONCE: usize = 32;

/// Runs `count` whole resets.
pub async fn run(site: &Site, sink: &Sink, count: usize) -> Pace {
    let (asked, begun) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let mut visitors = JoinSet::new();
    for _ in 0..AT_ONCE {
        let connection = Connection::open(site.processes[0].address).await;
        let visitor =
            Visitor { connection, url: site.url.clone(), sink: sink.clone(), cookies: BTreeMap::new() };
        let asked = asked.clone();
        visitors.spawn(async move {
            let (mut visitor, mut waits) = (visitor, Vec::new());
            loop {
                let number = asked.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return waits;
                }
                let begun = Instant::now();
                visitor.reset(&person(number % PEOPLE)).await;
                waits.push(begun.elapsed());
            }
        });
    }
    Pace::new(visitors.join_all().await.concat(), begun)
}

/// A person with their own browser.
struct Visitor {
    connection: Connection,
    url: String,
    sink: Sink,
    cookies: BTreeMap<String, String>,
}

impl Visitor {
    async fn reset(&mut self, email: &str) {
        self.cookies.clear();
        let mail = self.sink.expect(email);
        self.ask(post(&self.url, "/reset", &format!("email={email}")), 303).await;
        let mail = mail.await.expect("the sink tells").text;
        let link = format!("/reset/{}", key(&mail, "/reset/"));
        let answer = self.ask(get(&self.url, &link, ""), 303).await;
        let place = lines(&answer, "location: ").next().expect("a redirect").replace(&self.url, "");
        let page = self.ask(get(&self.url, &place, ""), 200).await;
        let action = between(&page, "<form method=\"post\" action=\"", |c| c == '"').expect("a form");
        self.ask(post(&self.url, &action, "new_password=violet+otter+builds+a+kite"), 303).await;
    }

    async fn ask(&mut self, request: Vec<u8>, status: u16) -> String {
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
}

/// Values after `name` in the head of an answer.
fn lines<'a>(answer: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    answer.lines().take_while(|line| !line.is_empty()).filter_map(move |line| line.strip_prefix(name))
}
