//! What holds for any sequence of calls: bytes are read as a script, and every step is compared with a
//! plain model. Run over the fuzzing corpus and over random bytes by `cargo test`, and by the fuzz targets.
#![allow(
    dead_code,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "no test uses all of it; checks fail by panicking"
)]

pub mod model;
pub mod next_hops;
pub mod port_model;
pub mod relay;
pub mod relay_model;
pub mod script;
pub mod state;

/// A check by the name of its fuzz target.
pub type Check = (&'static str, fn(&[u8]));

/// All checks.
pub const ALL: [Check; 2] = [("next_hops", next_hops::check), ("relay", relay::check)];
