//! Runs what the fuzz targets start from, every input that ever made one fail, and random bytes.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking, helpers too")]

mod checks;

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

#[test]
fn corpus() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    for (name, check) in checks::ALL {
        let mut inputs = 0;
        for entry in corpus.join(name).read_dir().unwrap() {
            check(&std::fs::read(entry.unwrap().path()).unwrap());
            inputs += 1;
        }
        assert!(inputs > 0, "no inputs for {name}");
    }
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 3000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn next_hops(bytes in vec(any::<u8>(), 0..600)) {
        checks::next_hops::check(&bytes);
    }

    #[test]
    fn relay(bytes in vec(any::<u8>(), 0..400)) {
        checks::relay::check(&bytes);
    }
}
