#![no_main]

use snek_signatures::Verifier;
use std::sync::{LazyLock, Mutex};

// One for all inputs: its table takes longer to make than an input to check, and what it remembers must make no difference.
static VERIFIER: LazyLock<Mutex<Verifier>> = LazyLock::new(Mutex::default);

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut verifier = VERIFIER.lock().expect("a panic ends all");
    snek_fuzz::signatures::check_verifier(&mut verifier, bytes);
});
