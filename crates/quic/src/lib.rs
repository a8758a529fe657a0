//! A QUIC endpoint between keys (PROTOCOL.md section 7): quinn-proto and rustls, driven by bytes and
//! milliseconds.
//!
//! [`Engine`] takes packets with the key that they came from, the application's calls and the time, and
//! gives packets with the key that they go to, events, and the time of its next timer. It has no socket, no
//! clock and no thread. An overlay key is the address; quinn-proto, which knows socket addresses only, sees
//! made-up ones.
//!
//! The one source of randomness besides the seed is ring's, for the key exchange.

mod address;
mod certificate;
mod config;
mod congestion;
mod connection;
mod engine;
mod event;
mod stats;
mod time;
mod tls;

#[cfg(test)]
mod tests;

pub use config::{Limits, Settings, MAX_PACKET};
pub use connection::{DatagramError, Read, StreamError, Write};
pub use engine::{ConnectionId, DialError, Engine, Packet, UnknownConnection};
pub use event::{CloseReason, Event};
pub use stats::{Counters, SessionStats};

/// An ed25519 public key, which is an overlay address.
pub type Key = [u8; 32];
