#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| snek_fuzz::wire::check_frame(bytes));
