//! Next hops by snake and by tree: against the reference's answers, and against a plain model of
//! PROTOCOL.md that scans everything.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests fail by panicking, helpers too"
)]

#[path = "../checks/mod.rs"]
mod checks;
mod random;
mod vectors;
