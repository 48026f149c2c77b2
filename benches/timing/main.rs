//! Test whether response times reveal who has an account: `cargo bench --bench timing -- --pairs 5000`.
//!
//! Each pair is a stranger's address and one in a certain state, in random order, over one connection to its own
//! server, with every address used once, and an empty outbox before each. There are two controls: strangers against
//! strangers, which must show no difference, and the same with two milliseconds more, which must be detected. Another
//! argument is part of a name: `-- reset` measures only resets, `-- mail` only leaks through the outbox's queues, and
//! `--server 200` only the mail server that takes 200 ms. In a debug build (`--profile dev`) bcrypt's cost is 6,
//! otherwise 10, the minimum in release: a difference must not come from it, and does not drown in it.

#[path = "../speed/between.rs"]
mod between;
mod connection;
#[allow(dead_code, reason = "the other benchmark uses the rest")]
#[path = "../speed/load.rs"]
mod load;
mod observer;
mod people;
#[allow(dead_code, reason = "the other benchmark uses the rest")]
#[path = "../speed/process.rs"]
mod process;
#[allow(dead_code, reason = "the other benchmark uses the rest")]
#[path = "../speed/sink.rs"]
mod sink;
mod site;
mod statistics;

use std::{process::ExitCode, time::Duration};

use self::{
    connection::Connection,
    people::{Known, stranger},
    site::{ANSWERED, Asked, Site},
    statistics::{Draws, Verdict, compare, median},
};

/// Difference added in the second control.
const INJECTED: Duration = Duration::from_millis(2);
/// With fewer pairs, the result is shown but not judged.
const ENOUGH: usize = 1_000;
/// Bounds for every pair: the confidence interval in seconds, and the distance of the AUC from 0.5.
const BOUND: f64 = 0.001;
const AUC: f64 = 0.05;

/// The second of a pair; the first is a stranger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Second {
    Known(Known),
    Stranger,
    Delayed,
}

impl Second {
    fn name(self) -> &'static str {
        match self {
            Second::Known(known) => known.name(),
            Second::Stranger => "A/A",
            Second::Delayed => "A/A + 2 ms",
        }
    }

    /// True if `verdict` is as expected.
    fn is_well(self, verdict: &Verdict) -> bool {
        let (low, high) = verdict.interval;
        match self {
            Second::Delayed => low > BOUND && verdict.auc > 0.5 + AUC,
            _ => low > -BOUND && high < BOUND && (verdict.auc - 0.5).abs() <= AUC,
        }
    }
}

struct Bench {
    site: Site,
    connection: Connection,
    draws: Draws,
    strangers: usize,
}

impl Bench {
    fn stranger(&mut self) -> String {
        self.strangers += 1;
        stranger(self.strangers)
    }

    /// Time of the answer for `email`.
    fn time(&mut self, asked: Asked, email: &str, more: Duration) -> f64 {
        self.site.drain();
        let request = asked.request(&self.site.url, email);
        let (mut answered, mut took) = self.connection.time(&request, more);
        if asked == Asked::After {
            assert_eq!(answered, ANSWERED, "{}", self.connection.answer());
            let stranger = self.stranger();
            (answered, took) = self.connection.time(&asked.request(&self.site.url, &stranger), more);
        }
        assert_eq!(answered, ANSWERED, "{}", self.connection.answer());
        took
    }

    fn pair(&mut self, asked: Asked, second: Second, number: usize) -> (f64, f64) {
        let more = if second == Second::Delayed { INJECTED } else { Duration::ZERO };
        let (one, other) = (
            self.stranger(),
            match second {
                Second::Known(known) => known.email(number),
                _ => self.stranger(),
            },
        );
        if self.draws.below(2) == 0 {
            let first = self.time(asked, &one, Duration::ZERO);
            (first, self.time(asked, &other, more))
        } else {
            let second = self.time(asked, &other, more);
            (self.time(asked, &one, Duration::ZERO), second)
        }
    }

    /// Measures all pairs of `asked`, those of different states in turn; true if all are as expected.
    fn measure(&mut self, asked: Asked, pairs: usize, numbers: usize) -> bool {
        let mut seconds: Vec<(Second, Vec<(f64, f64)>)> = [Second::Stranger, Second::Delayed]
            .into_iter()
            .chain(Known::ALL.map(Second::Known))
            .map(|it| (it, Vec::new()))
            .collect();
        for number in 0..pairs {
            let mut order: Vec<usize> = (0..seconds.len()).collect();
            self.draws.shuffle(&mut order);
            for at in order {
                let pair = self.pair(asked, seconds[at].0, numbers + number);
                seconds[at].1.push(pair);
            }
        }
        let mut well = true;
        for (second, pairs) in seconds {
            let verdict = compare(&pairs, &mut self.draws);
            let (low, high) = verdict.interval;
            let median = median(pairs.iter().map(|(first, _)| *first).collect());
            println!(
                "{:<14} {:<19} {:>8.3} {:>+8.3}  [{:>+7.3}, {:>+7.3}]  {:.3}  {}",
                asked.name(),
                second.name(),
                median * 1e3,
                verdict.difference * 1e3,
                low * 1e3,
                high * 1e3,
                verdict.auc,
                match second.is_well(&verdict) {
                    _ if pairs.len() < ENOUGH => "too few to judge",
                    true => "as wanted",
                    false => "NOT as wanted",
                }
            );
            well &= pairs.len() < ENOUGH || second.is_well(&verdict);
        }
        well
    }
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let named = |name: &str| arguments.iter().position(|it| it == name).and_then(|at| arguments.get(at + 1));
    let number = |name, otherwise| named(name).map_or(otherwise, |it| it.parse().expect("a number"));
    let (pairs, seed) = (number("--pairs", 200), number("--seed", 1));
    let server = named("--server").map(|it| it.parse().expect("milliseconds"));
    let wanted: Vec<Asked> = Asked::ALL
        .into_iter()
        .filter(|it| arguments.iter().any(|word| it.name().contains(word.as_str())))
        .collect();
    let observed = arguments.iter().any(|word| "own last mail".contains(word.as_str()));
    let (wanted, observed) = match (wanted.is_empty(), observed) {
        (true, false) => (Asked::ALL.to_vec(), true),
        _ => (wanted, observed),
    };
    let folder =
        tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder on the disk of the target");
    // Resets are requested twice, and leave a key: the second series uses other people.
    let people = (2 * pairs).max(32);
    let site = Site::start(folder.path(), people);
    let connection = site.connect();
    let mut bench = Bench { site, connection, draws: Draws(seed as u64), strangers: 0 };
    println!("{pairs} pairs each, seed {seed}; milliseconds\n");
    println!("asked          second              stranger  median difference, 95 %     AUC");
    let mut well = true;
    for asked in wanted {
        let numbers = if asked == Asked::After { pairs } else { 0 };
        well &= bench.measure(asked, pairs, numbers);
    }
    if observed {
        well &= observer::measure(&mut bench.site, pairs, people, server, &mut bench.draws);
    }
    println!(
        "\nload of this machine at the end: {}",
        std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim()
    );
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
