//! Messages: how many are made and sent in a second, and how soon one is.

use std::{net::Ipv4Addr, time::Duration};

use rocket::tokio::{
    self,
    time::{Instant, sleep, timeout},
};

use super::{
    load::{Connection, Pace, Until, post},
    sink::{Mail, Sink},
    site::{PEOPLE, Site, person},
    table::median,
};

/// Asks for a reset for everybody at once: the messages a second, from the first request to the last message sent.
pub async fn pace(site: &Site, sink: &Sink) -> f64 {
    let mails: Vec<_> = (0..PEOPLE).map(|number| sink.expect(&person(number))).collect();
    let begun = Instant::now();
    site.reset_requests((0..PEOPLE).map(person)).run(Until::Answered(PEOPLE)).await;
    let mut last = begun;
    for mail in mails {
        last = last.max(arrived(mail).await.at);
    }
    PEOPLE as f64 / (last - begun).as_secs_f64()
}

/// What comes of a flood of requests, each for somebody else.
pub struct Flood {
    /// Mails a second, from the first request to the last mail sent, each address once.
    pub delivered: f64,
    /// Answers a second, which alone tell nothing: each owes a mail.
    pub answered: f64,
    /// From a bystander's request to the mail, while the flood lasts.
    pub bystanders: Pace,
}

/// Asks for a reset of `people` different people over 32 connections of one client, and beside that, one after another,
/// for bystanders who come from elsewhere.
pub async fn flood(site: &Site, sink: &Sink, people: usize) -> Flood {
    let mails: Vec<_> = (0..people).map(|number| sink.expect(&person(number))).collect();
    let flood = site.reset_flood((0..people).map(person), 32);
    let begun = Instant::now();
    let flood = tokio::spawn(async move { flood.run(Until::Answered(people)).await });
    let (mut connection, mut waits) = (Connection::open(site.processes[0].address).await, Vec::new());
    while !flood.is_finished() {
        let number = u8::try_from(waits.len() % 250).unwrap_or(0);
        let email = person(people + waits.len());
        let (mail, asked) = (sink.expect(&email), Instant::now());
        let request = site.reset_request(&email, Ipv4Addr::new(198, 51, 100, number));
        assert_eq!(connection.ask(&request).await, 303, "{}", connection.answer());
        waits.push(arrived(mail).await.at - asked);
    }
    let bystanders = Pace::new(waits, begun);
    let answered = flood.await.expect("a flood").per_second;
    let mut last = begun;
    for mail in mails {
        last = last.max(arrived(mail).await.at);
    }
    Flood { delivered: people as f64 / (last - begun).as_secs_f64(), answered, bystanders }
}

/// The median time from the answer to the message sent, while there is nothing else to do.
pub async fn delay(site: &Site, sink: &Sink, count: usize) -> f64 {
    let mut connection = Connection::open(site.processes[0].address).await;
    let mut delays = Vec::new();
    for number in 0..count {
        let email = person(number);
        let mail = sink.expect(&email);
        let status = connection.ask(&post(&site.url, "/reset", &format!("email={email}"))).await;
        assert_eq!(status, 303, "{}", connection.answer());
        let answered = Instant::now();
        // The message may be sent before the answer leaves on its beat.
        delays.push(arrived(mail).await.at.saturating_duration_since(answered).as_secs_f64());
        sleep(Duration::from_millis(20)).await;
    }
    median(delays.into_iter())
}

async fn arrived(mail: impl Future<Output = Result<Mail, impl std::fmt::Debug>>) -> Mail {
    let mail = timeout(Duration::from_secs(60), mail).await.expect("a message is sent within a minute");
    mail.expect("the sink tells")
}
