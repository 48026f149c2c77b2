//! Sign-ins by passkey that one core verifies in a second: the signature alone, by `ring`, and the whole answer, by us.
//!
//! `cargo bench --bench passkeys`, with a number behind `--` for another count of rounds than 200.

use std::{
    env,
    hint::black_box,
    time::{Duration, Instant},
};

use latchkey::base::key::sha256;
use latchkey_testing::passkeys::authenticator::{Answer, Site};
use ring::signature::{ECDSA_P256_SHA256_ASN1, KeyPair, UnparsedPublicKey};

/// Verifications in a round.
const ROUND: u32 = 20;

fn main() {
    // cargo passes `--bench` too.
    let rounds = env::args().find_map(|argument| argument.parse().ok()).unwrap_or(200);
    let site = Site::new();
    let mut answer = Answer::new(&site);
    let known = site.register(&answer.registration().to_string()).expect("an honest registration");
    answer.again();
    let sent = answer.assertion().to_string();

    let message = [answer.data.bytes(), sha256(sent.as_bytes())].concat();
    let signature = answer.sign(&message);
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, answer.pair.public_key());
    let (mut alone, mut whole) = (Duration::MAX, Duration::MAX);
    // In turns, and the fastest counts: what else the machine does only adds.
    for _ in 0..rounds {
        alone = alone.min(time(|| black_box(key.verify(&message, &signature)).is_ok()));
        whole = whole.min(time(|| black_box(site.sign_in(&sent, &known)).is_ok()));
    }
    let line = |name: &str, took: Duration| {
        let rate = 1.0 / took.as_secs_f64();
        println!(
            "{name:<28} {:>8.1} µs {rate:>10.0} {:>7.2}",
            1e6 * took.as_secs_f64(),
            rate * alone.as_secs_f64()
        );
    };
    println!("ES256, fastest of {rounds:<10}        each   a second   ratio");
    line("signature alone, by ring", alone);
    line("whole answer", whole);
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn time(work: impl Fn() -> bool) -> Duration {
    let begun = Instant::now();
    assert!((0..ROUND).all(|_| work()));
    begun.elapsed() / ROUND
}
