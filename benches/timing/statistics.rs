//! What two series of times say of each other: how far apart they lie, and how well one could be told from the other.

/// What a series of pairs comes to; times are in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Verdict {
    /// The median of the differences, second less first.
    pub difference: f64,
    /// In which the median lies with 95 % confidence: percentiles of the bootstrap (Efron and Tibshirani 1993, 13.3).
    pub interval: (f64, f64),
    /// How often one of the second series is the slower, of all pairs: 0.5 if nothing can be told, 1 if all can (the
    /// statistic of Mann and Whitney 1947, over their number).
    pub auc: f64,
}

/// How often the pairs are drawn anew.
const RESAMPLES: usize = 2_000;

/// SplitMix64 (Steele, Lea and Flood 2014): draws that can be repeated.
pub struct Draws(pub u64);

impl Draws {
    /// The next one, below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        // The upper half times `end`: no bias that matters below 2^32.
        ((((z ^ (z >> 31)) >> 32) * end as u64) >> 32) as usize
    }

    /// Puts `items` into an order of its own.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

/// Compares pairs of times, of which there must be some.
pub fn compare(pairs: &[(f64, f64)], draws: &mut Draws) -> Verdict {
    let differences: Vec<f64> = pairs.iter().map(|(first, second)| second - first).collect();
    let mut medians: Vec<f64> = (0..RESAMPLES)
        .map(|_| median(differences.iter().map(|_| differences[draws.below(differences.len())]).collect()))
        .collect();
    medians.sort_by(f64::total_cmp);
    let interval = (medians[RESAMPLES / 40], medians[RESAMPLES - 1 - RESAMPLES / 40]);
    let (first, second) = pairs.iter().copied().unzip();
    Verdict { difference: median(differences), interval, auc: auc(first, second) }
}

/// The middle of `times`, of which there must be some.
pub fn median(mut times: Vec<f64>) -> f64 {
    let middle = times.len() / 2;
    let (_, median, _) = times.select_nth_unstable_by(middle, f64::total_cmp);
    *median
}

/// Of all pairs of one from each series, the share in which the second is the greater; equal ones count half.
fn auc(mut first: Vec<f64>, second: Vec<f64>) -> f64 {
    first.sort_by(f64::total_cmp);
    let lesser = |time: f64| first.partition_point(|other| *other < time);
    let not_greater = |time: f64| first.partition_point(|other| *other <= time);
    let wins: usize = second.iter().map(|time| lesser(*time) + not_greater(*time)).sum();
    wins as f64 / 2.0 / (first.len() * second.len()) as f64
}
