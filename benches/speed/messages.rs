//! Messages: how many are made and sent in a second, and how soon one is.

use std::time::Duration;

use rocket::tokio::time::{Instant, sleep, timeout};

use super::{
    load::{Connection, Until, post},
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

/// The median time from the answer to the message sent, while there is nothing else to do.
pub async fn delay(site: &Site, sink: &Sink, count: usize) -> f64 {
    let mut connection = Connection::open(site.processes[0].address).await;
    let mut delays = Vec::new();
    for number in 0..count {
        let email = person(number);
        let mail = sink.expect(&email);
        let status = connection.ask(&post(&site.url, "/reset", &format!("email={email}"))).await;
        assert_eq!(status, 200, "{}", connection.answer());
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
