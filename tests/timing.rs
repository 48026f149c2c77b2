//! The statistics of `benches/timing`, tested on generated times; nothing here is timed.

#[path = "../benches/timing/statistics.rs"]
mod statistics;

use statistics::{Draws, compare, median};

/// Pairs of times like those of servers, in seconds: at least 3 ms, mostly little more, occasionally much;
/// the second of each pair is longer by `more`.
fn pairs(count: usize, more: f64, draws: &mut Draws) -> Vec<(f64, f64)> {
    let mut time = || {
        let uniform = (draws.below(1_000_000) as f64 + 0.5) / 1e6;
        0.003 - 0.000_4 * uniform.ln() + if draws.below(50) == 0 { 0.02 } else { 0.0 }
    };
    (0..count).map(|_| (time(), time() + more)).collect()
}

#[test]
fn nothing_is_seen_where_nothing_is() {
    for seed in 0..5 {
        let mut draws = Draws(seed);
        let verdict = compare(&pairs(2_000, 0.0, &mut draws), &mut draws);
        assert!(verdict.interval.0 > -0.001 && verdict.interval.1 < 0.001, "{seed}: {verdict:?}");
        assert!((verdict.auc - 0.5).abs() < 0.05, "{seed}: {verdict:?}");
    }
}

#[test]
fn two_milliseconds_are_seen() {
    let mut draws = Draws(1);
    let verdict = compare(&pairs(2_000, 0.002, &mut draws), &mut draws);
    assert!(verdict.interval.0 > 0.0019 && verdict.interval.1 < 0.0021, "{verdict:?}");
    assert!((verdict.difference - 0.002).abs() < 0.0001 && verdict.auc > 0.9, "{verdict:?}");
}

#[test]
fn a_tenth_of_a_millisecond_is_seen_too() {
    let mut draws = Draws(1);
    let verdict = compare(&pairs(5_000, 0.000_1, &mut draws), &mut draws);
    assert!(verdict.interval.0 > 0.0 && verdict.auc > 0.55, "{verdict:?}");
}

#[test]
fn the_interval_holds_the_truth_about_95_times_in_a_hundred() {
    let held = (0..100).filter(|seed| {
        let mut draws = Draws(1_000 + seed);
        let verdict = compare(&pairs(100, 0.001, &mut draws), &mut draws);
        verdict.interval.0 <= 0.001 && 0.001 <= verdict.interval.1
    });
    let held = held.count();
    assert!((88..=100).contains(&held), "{held} of 100");
}

#[test]
fn medians_and_auc_are_those_of_the_books() {
    assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
    let mut draws = Draws(1);
    let auc = |pairs: &[(f64, f64)], draws: &mut Draws| compare(pairs, draws).auc;
    assert_eq!(auc(&[(1.0, 3.0), (2.0, 4.0)], &mut draws), 1.0);
    assert_eq!(auc(&[(3.0, 1.0), (4.0, 2.0)], &mut draws), 0.0);
    assert_eq!(auc(&[(1.0, 1.0), (2.0, 2.0)], &mut draws), 0.5);
    assert_eq!(auc(&[(1.0, 2.0), (2.0, 2.0)], &mut draws), 0.75);
}

#[test]
fn draws_are_even_and_an_order_keeps_all() {
    let mut draws = Draws(7);
    let mut counts = [0; 7];
    (0..70_000).for_each(|_| counts[draws.below(7)] += 1);
    assert!(counts.iter().all(|count| (9_500..10_500).contains(count)), "{counts:?}");
    let mut items: Vec<usize> = (0..100).collect();
    draws.shuffle(&mut items);
    assert!(!items.is_sorted());
    items.sort_unstable();
    assert!(items.into_iter().eq(0..100));
}
