#![no_main]

use snek_signatures::{Paired, Plain, Verifier};
use std::sync::{LazyLock, Mutex};

// For all inputs: their tables take longer to make than an input to check, and what they remember must make no difference.
static PAIRED: LazyLock<Mutex<Verifier<Paired>>> = LazyLock::new(Mutex::default);
static PLAIN: LazyLock<Mutex<Verifier<Plain>>> = LazyLock::new(Mutex::default);

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let (mut paired, mut plain) = (
        PAIRED.lock().expect("a panic ends all"),
        PLAIN.lock().expect("a panic ends all"),
    );
    snek_fuzz::signatures::check_verifier(&mut paired, bytes);
    snek_fuzz::signatures::check_verifier(&mut plain, bytes);
});
