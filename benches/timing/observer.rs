//! Leaks through the arrival time of an observer's own mails: fifteen for accounts of their own, one for the address in
//! question, and one more of their own, which must not arrive later because somebody has that address.

use std::time::Duration;

use rocket::tokio::{
    self,
    time::{Instant, sleep},
};

use super::{
    AUC, ENOUGH,
    load::Connection,
    people::{Known, stranger},
    site::{ANSWERED, Asked, Site},
    statistics::{Draws, compare, median},
};

/// Times that mail servers take for a mail, in milliseconds.
const SERVERS: [u64; 4] = [0, 50, 200, 1_000];
/// The observer's own requests before; with the one in question they fill the worker's slots.
const BEFORE: usize = 15;
/// After this many messages, earlier ones no longer affect the time of decoys.
const REMEMBERED: usize = 32;

/// Measures all pairs for each mail server, or only for the one that takes `only` milliseconds; true if all are as
/// expected. There are `people` people in each state.
pub fn measure(site: &mut Site, pairs: usize, people: usize, only: Option<u64>, draws: &mut Draws) -> bool {
    let mut well = true;
    let wanted = |millis: u64| only.is_none_or(|only| only == millis);
    for (turn, millis) in SERVERS.into_iter().enumerate().filter(|(_, millis)| wanted(*millis)) {
        site.sink.pause(Duration::from_millis(millis));
        for _ in 0..REMEMBERED / BEFORE + 1 {
            time(site, &stranger(800_000 + turn));
        }
        let times: Vec<_> = (0..pairs)
            .map(|number| {
                let unknown = stranger(810_000 + 10_000 * turn + number);
                let known = Known::Phoneless.email(number % people);
                if draws.below(2) == 0 {
                    let first = time(site, &unknown);
                    (first, time(site, &known))
                } else {
                    let second = time(site, &known);
                    (time(site, &unknown), second)
                }
            })
            .collect();
        let verdict = compare(&times, draws);
        let (low, high) = verdict.interval;
        let even = (verdict.auc - 0.5).abs() <= AUC;
        println!(
            "{:<14} {:<19} {:>8.3} {:>+8.3}  [{:>+7.3}, {:>+7.3}]  {:.3}  {}",
            "own last mail",
            format!("server of {millis} ms"),
            median(times.iter().map(|(first, _)| *first).collect()) * 1e3,
            verdict.difference * 1e3,
            low * 1e3,
            high * 1e3,
            verdict.auc,
            match even {
                _ if pairs < ENOUGH => "too few to judge",
                true => "as wanted",
                false => "NOT as wanted",
            }
        );
        well &= pairs < ENOUGH || even;
    }
    site.sink.pause(Duration::ZERO);
    well
}

/// Seconds from the last request to its mail, after one for `email`.
fn time(site: &mut Site, email: &str) -> f64 {
    site.drain();
    let own = |number: usize| Known::Active.email(number);
    let mut emails: Vec<_> = (0..BEFORE).map(own).collect();
    emails.extend([email.to_owned(), own(BEFORE)]);
    let (mail, address, url) = (site.sink.expect(&own(BEFORE)), site.address(), site.url.clone());
    site.block_on(async move {
        let (mut asked, mut last) = (Vec::new(), Instant::now());
        for email in emails {
            let mut connection = Connection::open(address).await;
            let request = Asked::Reset.request(&url, &email);
            last = Instant::now();
            asked.push(tokio::spawn(async move { assert_eq!(connection.ask(&request).await, ANSWERED) }));
            sleep(Duration::from_millis(2)).await;
        }
        for asked in asked {
            asked.await.expect("an answer");
        }
        (mail.await.expect("the sink tells").at - last).as_secs_f64()
    })
}
