//! Why bytes were refused. The codes are the same in TypeScript and in the test vectors.

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
    /// A frame length under 10.
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
}

impl ErrorCode {
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
        }
    }
}

/// Refused bytes: why, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WireError {
    /// What is wrong.
    pub code: ErrorCode,
    /// Offset in bytes, from the start of what was given to decode.
    pub offset: usize,
}

impl WireError {
    pub(crate) const fn new(code: ErrorCode, offset: usize) -> Self {
        Self { code, offset }
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.code.name(), self.offset)
    }
}

impl core::error::Error for WireError {}
