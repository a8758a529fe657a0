//! Why bytes were refused, and where. Codes and offsets are the same in every implementation and in
//! the test vectors, so both follow one rule:
//!
//! **Bytes are read from left to right, and the first problem met is the one reported.** Its offset
//! is the first byte of the field that it is about, counted from the start of what was decoded.
//!
//! *Fields.* A varu64, a u16, a key, a signature and a payload are one field each. So are the
//! 10 bytes of a frame header and the 104 bytes of a handshake as long as some are missing
//! (`truncated` at 0), and so is what a length announces: the body of coordinates after their u16,
//! the contents of a frame after its header (`truncated` at 10).
//!
//! *`truncated`*: the start of the field that is cut off; that is where the bytes end if nothing of
//! it is there. What encloses a field bounds it: a port may not run past its coordinates, nor a
//! payload past its frame.
//!
//! *varu64*: all errors are at its first byte. None: `truncated`. First byte `80`: `overlong-varu64`,
//! whatever follows. A tenth byte that has its top bit set, or that makes more than 64 bits:
//! `varu64-overflow`. No last byte before that: `truncated`.
//!
//! *`trailing-bytes`*: the first byte too many. Where a format ends by its nature (varu64,
//! coordinates), whoever asked for exactly one reports it.
//!
//! *Frames*, in this order: header (10 bytes, `bad-magic` at 0, `unsupported-version` at 4,
//! `bad-length` at 8), its length against the bytes given (`truncated` at 10, `trailing-bytes` at
//! the length), `unknown-frame-type` at 5, then the contents field by field. The payload's length
//! comes first on the wire, but a payload is judged where it lies: at the end.
//!
//! *Handshakes*: length, `unsupported-version` at 0, `unsupported-capabilities` at 4, then `own-key`
//! at 8, `bad-signature` at 40.
//!
//! *Announcements* are read whole before they are judged: structure (`too-many-entries` at the first
//! entry too many, before its bytes are looked at), then `sequence-decreased` at the root sequence
//! (32), `no-entries` where the first should be, then for each entry `zero-port` at its port,
//! `first-key-not-root` (first entry) or `duplicate-key` (the later one) at its key, then
//! `last-key-not-peer` at the last key, then for each entry `bad-signature` at its signature.

use core::fmt;

/// What is wrong. The number is what crosses the WASM boundary; `name` is what people and vectors see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ErrorCode {
    /// The bytes end before what they announce.
    Truncated = 1,
    /// A varu64 with a leading zero group (`80`).
    OverlongVaru64 = 2,
    /// A varu64 of more than 64 bits.
    Varu64Overflow = 3,
    /// A frame that doesn't begin with `pine`.
    BadMagic = 4,
    /// A version of the handshake or of a frame that isn't ours.
    UnsupportedVersion = 5,
    /// A frame length under 10 bytes.
    BadLength = 6,
    /// Bytes left over at the end.
    TrailingBytes = 7,
    /// Handshake capabilities other than ours.
    UnsupportedCapabilities = 8,
    /// A signature that doesn't verify.
    BadSignature = 9,
    /// The other side of a peering has our own key.
    OwnKey = 10,
    /// An announcement without entries.
    NoEntries = 11,
    /// An announcement whose first entry isn't the root.
    FirstKeyNotRoot = 12,
    /// An announcement whose last entry isn't the peer.
    LastKeyNotPeer = 13,
    /// An announcement with a port 0.
    ZeroPort = 14,
    /// An announcement that names a key twice.
    DuplicateKey = 15,
    /// An announcement of more entries than are accepted.
    TooManyEntries = 16,
    /// An announcement with a lower sequence than this peer's last one for the same root.
    SequenceDecreased = 17,
    /// A frame type that has no meaning; skipped on a peering, an error where one frame was asked for.
    UnknownFrameType = 18,
    /// Something to be written that its u16 length can't hold.
    TooLong = 19,
}

impl ErrorCode {
    /// All codes, in the order of their numbers, which start at 1.
    pub const ALL: [Self; 19] = [
        Self::Truncated,
        Self::OverlongVaru64,
        Self::Varu64Overflow,
        Self::BadMagic,
        Self::UnsupportedVersion,
        Self::BadLength,
        Self::TrailingBytes,
        Self::UnsupportedCapabilities,
        Self::BadSignature,
        Self::OwnKey,
        Self::NoEntries,
        Self::FirstKeyNotRoot,
        Self::LastKeyNotPeer,
        Self::ZeroPort,
        Self::DuplicateKey,
        Self::TooManyEntries,
        Self::SequenceDecreased,
        Self::UnknownFrameType,
        Self::TooLong,
    ];

    /// The code with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }

    /// The code's name in errors, logs and vectors.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::OverlongVaru64 => "overlong-varu64",
            Self::Varu64Overflow => "varu64-overflow",
            Self::BadMagic => "bad-magic",
            Self::UnsupportedVersion => "unsupported-version",
            Self::BadLength => "bad-length",
            Self::TrailingBytes => "trailing-bytes",
            Self::UnsupportedCapabilities => "unsupported-capabilities",
            Self::BadSignature => "bad-signature",
            Self::OwnKey => "own-key",
            Self::NoEntries => "no-entries",
            Self::FirstKeyNotRoot => "first-key-not-root",
            Self::LastKeyNotPeer => "last-key-not-peer",
            Self::ZeroPort => "zero-port",
            Self::DuplicateKey => "duplicate-key",
            Self::TooManyEntries => "too-many-entries",
            Self::SequenceDecreased => "sequence-decreased",
            Self::UnknownFrameType => "unknown-frame-type",
            Self::TooLong => "too-long",
        }
    }
}

/// Refused bytes: why, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WireError {
    /// What is wrong.
    pub code: ErrorCode,
    /// Offset in bytes, from the start of what was given to decode; 0 for what was to be written.
    pub offset: usize,
}

impl WireError {
    pub(crate) const fn new(code: ErrorCode, offset: usize) -> Self {
        Self { code, offset }
    }

    /// The same error where the decoded bytes begin at `base` of something larger.
    #[must_use]
    pub const fn shifted(self, base: usize) -> Self {
        Self::new(self.code, self.offset + base)
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.code.name(), self.offset)
    }
}

impl core::error::Error for WireError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for code in ErrorCode::ALL {
            assert_eq!(ErrorCode::from_number(code as u8), Some(code));
        }
        assert_eq!(ErrorCode::from_number(0), None);
        assert_eq!(ErrorCode::from_number(ErrorCode::ALL.len() as u8 + 1), None);
    }
}
