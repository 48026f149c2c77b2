//! Random walks, one at a time: with the same draws every time, or new ones in a soak, which `PROPTEST_RNG_SEED` repeats.

use proptest::{prelude::ProptestConfig, test_runner::RngSeed};

use super::length;

/// Returns the settings of the draws.
pub fn settings() -> ProptestConfig {
    let mut settings = ProptestConfig {
        cases: 1,
        failure_persistence: None,
        max_shrink_iters: 40,
        ..ProptestConfig::default()
    };
    if !length::is_long() {
        settings.rng_seed = RngSeed::Fixed(7);
    }
    settings
}
