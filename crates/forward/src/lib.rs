//! The forwarding plane: every byte of every frame, and the tables that say where it goes.
//!
//! The control plane writes the tables ([`Tables`]); [`ForwardingPlane`] reads them and never asks back.
//! No I/O, no clock, no platform: bytes and the time (ms since the Unix epoch) come in as arguments.
//! Every rule is in PROTOCOL.md; everything that holds something is bounded by [`Limits`] and counted.
#![no_std]
extern crate alloc;

mod ancestors;
mod counters;
mod fair_queue;
mod invariants;
mod limits;
mod links;
mod peers;
mod plane;
mod port_queue;
mod remembered;
mod routes;
mod scratch;
mod snake;
mod sorted;
mod tables;
mod traffic;
mod traffic_queue;
mod tree;

pub use counters::{Counter, Counters, PortCounters};
pub use limits::Limits;
pub use plane::{ForwardingPlane, Options, SendResult};
pub use routes::{Installed, Route, Routes, ROUTE_LIFETIME};
pub use scratch::{Event, Place, Scratch};
pub use snake::SnakeHop;
pub use tables::{Tables, Tree};

/// The number of a peering; 0 is the local node.
pub type Port = u8;

/// The local node as a next hop.
pub const LOCAL: Port = 0;

/// The highest port of a peering (PROTOCOL.md section 2).
pub const MAX_PORT: Port = 253;
