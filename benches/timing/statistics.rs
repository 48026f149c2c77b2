//! Comparison of two series of times: their difference, and how well one can be distinguished from the other.

/// Result of a series of pairs; times are in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Verdict {
    /// Median of the differences, second minus first.
    pub difference: f64,
    /// Its 95 % confidence interval: percentiles of the bootstrap (Efron and Tibshirani 1993, 13.3).
    pub interval: (f64, f64),
    /// Share of all pairs in which the second series is slower: 0.5 if they cannot be distinguished, 1 if
    /// they always can (the statistic of Mann and Whitney 1947, divided by their number).
    pub auc: f64,
}

/// Number of resamples of the pairs.
const RESAMPLES: usize = 2_000;

/// SplitMix64 (Steele, Lea and Flood 2014): reproducible random numbers.
pub struct Draws(pub u64);

impl Draws {
    /// The next number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        // The upper half times `end`: the bias is negligible below 2^32.
        ((((z ^ (z >> 31)) >> 32) * end as u64) >> 32) as usize
    }

    /// Shuffles `items`.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

/// Compares pairs of times; there must be at least one.
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

/// Median of `times`; there must be at least one.
pub fn median(mut times: Vec<f64>) -> f64 {
    let middle = times.len() / 2;
    let (_, median, _) = times.select_nth_unstable_by(middle, f64::total_cmp);
    *median
}

/// Share of all pairs of one from each series in which the second is greater; ties count half.
fn auc(mut first: Vec<f64>, second: Vec<f64>) -> f64 {
    first.sort_by(f64::total_cmp);
    let lesser = |time: f64| first.partition_point(|other| *other < time);
    let not_greater = |time: f64| first.partition_point(|other| *other <= time);
    let wins: usize = second.iter().map(|time| lesser(*time) + not_greater(*time)).sum();
    wins as f64 / 2.0 / (first.len() * second.len()) as f64
}
