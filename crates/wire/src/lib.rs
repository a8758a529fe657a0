//! Pinecone on the wire: checked views over bytes, and writers for the same formats.
//!
//! No I/O, no clock, no platform. Every rule is in PROTOCOL.md; every error carries the offset it is about.
#![no_std]
extern crate alloc;

mod error;
mod key;

pub use error::{ErrorCode, WireError};
pub use key::{Key, Watermark};
