//! Runs what the fuzz targets start from, every input that ever made one fail, and what is nearly like them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests fail by panicking, helpers too"
)]

mod checks;
mod mutations;

use mutations::{corpus, mutated};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};

#[test]
fn corpus_itself() {
    for (name, check) in checks::ALL {
        corpus(name).iter().for_each(|input| check(input));
    }
}

#[test]
fn what_is_nearly_of_the_corpus() {
    for (name, check) in checks::ALL {
        let config = ProptestConfig {
            cases: 100_000,
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(20),
            ..ProptestConfig::default()
        };
        let result = TestRunner::new(config).run(&mutated(name), |bytes| {
            check(&bytes);
            Ok(())
        });
        assert_eq!(result, Ok(()), "{name}");
    }
}
