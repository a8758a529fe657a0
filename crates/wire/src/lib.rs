//! Pinecone on the wire: checked views over bytes, and writers for the same formats.
//!
//! No I/O, no clock, no platform. Every rule is in PROTOCOL.md; every error carries the offset it is about.
#![no_std]
extern crate alloc;

pub mod coordinates;
mod error;
pub mod frame;
mod key;
mod reader;
pub mod varu64;

pub use coordinates::{Coordinates, CoordinatesBuf};
pub use error::{ErrorCode, WireError};
pub use frame::{Contents, FrameType, FrameView, Header, TrafficView};
pub use key::{Key, Watermark};
