//! Runs what the fuzz targets start from, every input that ever made one fail, what is nearly like them, and
//! random bytes.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking, helpers too")]

mod checks;
#[path = "../../wire/tests/mutations/mod.rs"]
mod mutations;

use mutations::{corpus, mutated};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

#[test]
fn corpus_itself() {
    for (name, check) in checks::ALL {
        corpus(name).iter().for_each(|input| check(input));
    }
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(3000))]

    #[test]
    fn next_hops(bytes in vec(any::<u8>(), 0..600)) {
        checks::next_hops::check(&bytes);
    }

    #[test]
    fn relay(bytes in vec(any::<u8>(), 0..400)) {
        checks::relay::check(&bytes);
    }
}

proptest! {
    #![proptest_config(config(10_000))]

    #[test]
    fn next_hops_nearly_of_the_corpus(bytes in mutated("next_hops")) {
        checks::next_hops::check(&bytes);
    }

    #[test]
    fn relay_nearly_of_the_corpus(bytes in mutated("relay")) {
        checks::relay::check(&bytes);
    }
}
