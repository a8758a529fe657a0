//! The verifier agrees with ed25519-dalek, whatever has come before.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests fail by panicking, helpers too"
)]

mod checks;

use checks::check_verifier;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use snek_signatures::Verifier;

#[test]
fn any_signatures() {
    let config = ProptestConfig {
        cases: 1000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20),
        ..ProptestConfig::default()
    };
    let mut verifier = Verifier::default();
    let verifier = std::cell::RefCell::new(&mut verifier);
    let good = std::cell::Cell::new(0);
    let result = TestRunner::new(config).run(&vec(any::<u8>(), 0..100), |bytes| {
        good.set(good.get() + check_verifier(&mut verifier.borrow_mut(), &bytes));
        Ok(())
    });
    assert_eq!(result, Ok(()));
    assert!(good.get() > 500, "{} were good", good.get());
}

#[test]
fn what_fuzzing_starts_from() {
    let mut verifier = Verifier::default();
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/verifier");
    let files = std::fs::read_dir(directory).unwrap();
    let good: usize = files
        .map(|file| check_verifier(&mut verifier, &std::fs::read(file.unwrap().path()).unwrap()))
        .sum();
    assert!(good > 0);
}
