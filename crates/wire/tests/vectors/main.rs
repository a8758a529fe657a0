//! Runs every case of test-vectors/ that is about bytes, in both directions.
//!
//! The next-hop cases are run by crates/forward.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking, helpers too"
)]

mod formats;
mod frames;
mod malformed;
mod support;

use std::collections::BTreeSet;

const RUN_HERE: [&str; 12] = [
    "announcement-action.json",
    "announcement.json",
    "bootstrap.json",
    "broadcast.json",
    "challenge.json",
    "coordinates.json",
    "frames.json",
    "handshake.json",
    "malformed.json",
    "signatures.json",
    "stream.json",
    "varu64.json",
];
const RUN_BY_FORWARD: [&str; 2] = ["nexthop-snake.json", "nexthop-tree.json"];

#[test]
fn no_file_is_left_out() {
    let known = RUN_HERE
        .iter()
        .chain(&RUN_BY_FORWARD)
        .map(ToString::to_string);
    let names = std::fs::read_dir(support::DIRECTORY)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let found: BTreeSet<String> = names.filter(|name| name.ends_with(".json")).collect();
    assert_eq!(found, known.collect());
}
