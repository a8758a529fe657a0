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
use snek_signatures::{Curve, Paired, Plain, Verifier};

fn check_any_signatures<C: Curve>() {
    let config = ProptestConfig {
        cases: 1000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20),
        ..ProptestConfig::default()
    };
    let verifier = std::cell::RefCell::new(Verifier::<C>::default());
    let good = std::cell::Cell::new(0);
    let result = TestRunner::new(config).run(&vec(any::<u8>(), 0..100), |bytes| {
        good.set(good.get() + check_verifier(&mut verifier.borrow_mut(), &bytes));
        Ok(())
    });
    assert_eq!(result, Ok(()));
    assert!(good.get() > 500, "{} were good", good.get());
}

fn check_what_fuzzing_starts_from<C: Curve>() {
    let mut verifier = Verifier::<C>::default();
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/verifier");
    let files = std::fs::read_dir(directory).unwrap();
    let good: usize = files
        .map(|file| check_verifier(&mut verifier, &std::fs::read(file.unwrap().path()).unwrap()))
        .sum();
    assert!(good > 0);
}

#[test]
fn any_signatures_one_after_the_other() {
    check_any_signatures::<Plain>();
}

#[test]
fn any_signatures_in_pairs() {
    check_any_signatures::<Paired>();
}

#[test]
fn what_fuzzing_starts_from_one_after_the_other() {
    check_what_fuzzing_starts_from::<Plain>();
}

#[test]
fn what_fuzzing_starts_from_in_pairs() {
    check_what_fuzzing_starts_from::<Paired>();
}
