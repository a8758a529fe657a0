//! What a plane does with bytes: forwarding, sending, queues, routes.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking, helpers too"
)]

mod forwarding;
mod node;
mod queues;
mod routes;
mod sending;
mod streams;
