//! Pinecone on the wire: checked views over bytes, and writers for the same formats.
//!
//! No I/O, no clock, no platform. Every rule is in PROTOCOL.md; every error carries the offset it is about.
#![no_std]
extern crate alloc;

mod action;
pub mod announcement;
pub mod bootstrap;
pub mod challenge;
pub mod coordinates;
mod error;
pub mod frame;
pub mod handshake;
mod key;
mod reader;
pub mod varu64;
mod words;

pub use action::{announcement_action, AnnouncementAction};
pub use announcement::{Announcement, Entries, Entry};
pub use bootstrap::{Bootstrap, Broadcast};
pub use coordinates::{Coordinates, CoordinatesBuf};
pub use error::{ErrorCode, WireError};
pub use frame::{Contents, FrameType, FrameView, Header, TrafficView};
pub use handshake::Handshake;
pub use key::{Key, Root, Watermark};

/// The length of an ed25519 signature in bytes.
pub const SIGNATURE_LENGTH: usize = 64;
