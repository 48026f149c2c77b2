//! Messages: throughput, and the delay of a single one.

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

/// Requests a reset for everybody at once; returns messages per second until the last one is sent.
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

/// Result of a flood of requests, each for another person.
pub struct Flood {
    /// Mails per second, from the first request to the last mail sent, each address once.
    pub delivered: f64,
    /// Answers per second, which mean little alone: each answer owes a mail.
    pub answered: f64,
    /// From a bystander's request to the mail, during the flood.
    pub bystanders: Pace,
}

/// Requests resets of `people` different people over 32 connections of one client, and meanwhile, one after another, of
/// bystanders from other clients.
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

/// Median time from the answer until the message is sent, on an idle site.
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
