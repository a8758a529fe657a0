//! Frames (PROTOCOL.md section 2).
//!
//! A stream is cut with [`Header::peek`]; [`FrameView::parse`] checks one whole frame and borrows its
//! parts. The same values are written with [`FrameView::encode`]: a frame with a new watermark is
//! the parsed one with that field replaced.

use alloc::vec::Vec;

use crate::reader::Reader;
use crate::{Coordinates, ErrorCode, Key, Watermark, WireError};

/// Where the parts of a header are.
pub mod field {
    use core::ops::Range;

    /// `pine`.
    pub const MAGIC: Range<usize> = 0..4;
    /// Frame version, 0.
    pub const VERSION: usize = 4;
    /// Frame type.
    pub const TYPE: usize = 5;
    /// Passed on untouched.
    pub const EXTRA: usize = 6;
    /// Hops left, where hop limiting is on.
    pub const HOP_LIMIT: usize = 7;
    /// u16 length of the whole frame in bytes.
    pub const LENGTH: Range<usize> = 8..10;
}

/// The longest frame, in bytes.
pub const MAX_LENGTH: usize = u16::MAX as usize;

const MAGIC: [u8; 4] = *b"pine";
const VERSION: u8 = 0;
const PAYLOAD_LENGTH: usize = 2;

/// What a frame is for. The number is the one on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FrameType {
    /// Says that the peer is alive.
    Keepalive = 0,
    /// A tree announcement.
    Announcement = 1,
    /// A snake bootstrap.
    Bootstrap = 2,
    /// A datagram between two nodes.
    Traffic = 3,
    /// A wake-up broadcast.
    Broadcast = 4,
}

impl FrameType {
    /// The type with this number, if it has a meaning.
    #[inline]
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Keepalive),
            1 => Some(Self::Announcement),
            2 => Some(Self::Bootstrap),
            3 => Some(Self::Traffic),
            4 => Some(Self::Broadcast),
            _ => None,
        }
    }
}

/// The first 10 bytes of a frame: all that is needed to cut it out of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The type's number, which needn't be one of [`FrameType`]: others are skipped.
    pub frame_type: u8,
    /// Passed on untouched.
    pub extra: u8,
    /// Hops left, where hop limiting is on.
    pub hop_limit: u8,
    /// Of the whole frame in bytes; at least 10.
    pub length: u16,
}

impl Header {
    /// Its length in bytes.
    pub const LENGTH: usize = 10;

    /// The header at the start of `bytes`, or none while fewer than 10 bytes are there.
    ///
    /// # Errors
    /// `bad-magic` at 0, `unsupported-version` at 4, `bad-length` at 8.
    #[inline]
    pub fn peek(bytes: &[u8]) -> Result<Option<Self>, WireError> {
        let Some(header) = bytes.first_chunk::<{ Self::LENGTH }>() else {
            return Ok(None);
        };
        let [m0, m1, m2, m3, version, frame_type, extra, hop_limit, l0, l1] = *header;
        let length = u16::from_be_bytes([l0, l1]);
        if [m0, m1, m2, m3] != MAGIC {
            Err(WireError::new(ErrorCode::BadMagic, field::MAGIC.start))
        } else if version != VERSION {
            Err(WireError::new(
                ErrorCode::UnsupportedVersion,
                field::VERSION,
            ))
        } else if usize::from(length) < Self::LENGTH {
            Err(WireError::new(ErrorCode::BadLength, field::LENGTH.start))
        } else {
            Ok(Some(Self {
                frame_type,
                extra,
                hop_limit,
                length,
            }))
        }
    }

    #[inline]
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&[VERSION, self.frame_type, self.extra, self.hop_limit]);
        out.extend_from_slice(&self.length.to_be_bytes());
    }
}

/// One frame, its parts borrowed from the bytes that it was parsed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameView<'a> {
    /// Passed on untouched.
    pub extra: u8,
    /// Hops left, where hop limiting is on.
    pub hop_limit: u8,
    /// What comes after the header.
    pub contents: Contents<'a>,
}

/// What comes after a frame's header, by type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents<'a> {
    /// Nothing.
    Keepalive,
    /// A tree announcement.
    Announcement {
        /// Its format: PROTOCOL.md section 3.
        payload: &'a [u8],
    },
    /// A snake bootstrap.
    Bootstrap {
        /// The key of the node that bootstraps.
        destination_key: Key,
        /// The best candidate so far.
        watermark: Watermark,
        /// Its format: PROTOCOL.md section 4.
        payload: &'a [u8],
    },
    /// A datagram between two nodes.
    Traffic(TrafficView<'a>),
    /// A wake-up broadcast.
    Broadcast {
        /// The key of the node that wakes up.
        source_key: Key,
        /// Its format: PROTOCOL.md section 5.
        payload: &'a [u8],
    },
}

/// The contents of a traffic frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrafficView<'a> {
    /// Where it goes by tree; empty: by snake.
    pub destination: Coordinates<'a>,
    /// Where an answer would go; empty: not given.
    pub source: Coordinates<'a>,
    /// Who it is for.
    pub destination_key: Key,
    /// Who it is from.
    pub source_key: Key,
    /// The best candidate so far. On the wire only if `destination` is empty; else the initial one.
    pub watermark: Watermark,
    /// The datagram.
    pub payload: &'a [u8],
}

impl<'a> FrameView<'a> {
    /// Checks `bytes`, which must be exactly one frame.
    ///
    /// # Errors
    /// Those of [`Header::peek`], then `truncated` (0 or 10) or `trailing-bytes` by the frame's
    /// length, `unknown-frame-type` at 5, then those of the contents.
    #[inline]
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let header = Header::peek(bytes)?.ok_or(WireError::new(ErrorCode::Truncated, 0))?;
        let length = usize::from(header.length);
        if bytes.len() < length {
            return Err(WireError::new(ErrorCode::Truncated, Header::LENGTH));
        }
        if bytes.len() > length {
            return Err(WireError::new(ErrorCode::TrailingBytes, length));
        }
        let frame_type = FrameType::from_number(header.frame_type)
            .ok_or(WireError::new(ErrorCode::UnknownFrameType, field::TYPE))?;
        let contents = Contents::parse(frame_type, bytes)?;
        Ok(Self {
            extra: header.extra,
            hop_limit: header.hop_limit,
            contents,
        })
    }

    /// The frame's type.
    #[inline]
    #[must_use]
    pub const fn frame_type(&self) -> FrameType {
        match self.contents {
            Contents::Keepalive => FrameType::Keepalive,
            Contents::Announcement { .. } => FrameType::Announcement,
            Contents::Bootstrap { .. } => FrameType::Bootstrap,
            Contents::Traffic(_) => FrameType::Traffic,
            Contents::Broadcast { .. } => FrameType::Broadcast,
        }
    }

    /// How many bytes [`encode`](Self::encode) appends.
    #[inline]
    #[must_use]
    pub const fn encoded_length(&self) -> usize {
        Header::LENGTH + self.contents.encoded_length()
    }

    /// Appends the frame to `out`, or nothing at all.
    ///
    /// # Errors
    /// `too-long` if it takes more than 65,535 bytes.
    #[inline]
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), WireError> {
        let length = self.encoded_length();
        let header = Header {
            frame_type: self.frame_type() as u8,
            extra: self.extra,
            hop_limit: self.hop_limit,
            length: u16::try_from(length).map_err(|_| WireError::new(ErrorCode::TooLong, 0))?,
        };
        out.reserve(length);
        header.encode(out);
        self.contents.encode(out);
        Ok(())
    }
}

impl<'a> Contents<'a> {
    #[inline]
    fn parse(frame_type: FrameType, frame: &'a [u8]) -> Result<Self, WireError> {
        let mut reader = Reader::at(frame, Header::LENGTH);
        if frame_type == FrameType::Keepalive {
            return reader.finish().map(|()| Self::Keepalive);
        }
        let payload_length = reader.u16()?;
        Ok(match frame_type {
            FrameType::Keepalive => Self::Keepalive,
            FrameType::Announcement => Self::Announcement {
                payload: reader.last(payload_length)?,
            },
            FrameType::Bootstrap => Self::Bootstrap {
                destination_key: reader.key()?,
                watermark: reader.watermark()?,
                payload: reader.last(payload_length)?,
            },
            FrameType::Traffic => Self::Traffic(TrafficView::parse(reader, payload_length)?),
            FrameType::Broadcast => Self::Broadcast {
                source_key: reader.key()?,
                payload: reader.last(payload_length)?,
            },
        })
    }

    #[inline]
    const fn encoded_length(&self) -> usize {
        match self {
            Self::Keepalive => 0,
            Self::Announcement { payload } => PAYLOAD_LENGTH + payload.len(),
            Self::Bootstrap {
                watermark, payload, ..
            } => PAYLOAD_LENGTH + Key::LENGTH + watermark.encoded_length() + payload.len(),
            Self::Traffic(traffic) => traffic.encoded_length(),
            Self::Broadcast { payload, .. } => PAYLOAD_LENGTH + Key::LENGTH + payload.len(),
        }
    }

    #[inline]
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Keepalive => {}
            Self::Announcement { payload } => {
                encode_length(payload, out);
                out.extend_from_slice(payload);
            }
            Self::Bootstrap {
                destination_key,
                watermark,
                payload,
            } => {
                encode_length(payload, out);
                destination_key.encode(out);
                watermark.encode(out);
                out.extend_from_slice(payload);
            }
            Self::Traffic(traffic) => traffic.encode(out),
            Self::Broadcast {
                source_key,
                payload,
            } => {
                encode_length(payload, out);
                source_key.encode(out);
                out.extend_from_slice(payload);
            }
        }
    }
}

impl<'a> TrafficView<'a> {
    #[inline]
    fn parse(mut reader: Reader<'a>, payload_length: usize) -> Result<Self, WireError> {
        let destination = reader.coordinates()?;
        let source = reader.coordinates()?;
        let destination_key = reader.key()?;
        let source_key = reader.key()?;
        let watermark = if destination.is_empty() {
            reader.watermark()?
        } else {
            Watermark::INITIAL
        };
        let payload = reader.last(payload_length)?;
        Ok(Self {
            destination,
            source,
            destination_key,
            source_key,
            watermark,
            payload,
        })
    }

    #[inline]
    const fn encoded_length(&self) -> usize {
        let watermark = if self.destination.is_empty() {
            self.watermark.encoded_length()
        } else {
            0
        };
        PAYLOAD_LENGTH
            + self.destination.encoded_length()
            + self.source.encoded_length()
            + 2 * Key::LENGTH
            + watermark
            + self.payload.len()
    }

    #[inline]
    fn encode(&self, out: &mut Vec<u8>) {
        encode_length(self.payload, out);
        self.destination.encode(out);
        self.source.encode(out);
        self.destination_key.encode(out);
        self.source_key.encode(out);
        if self.destination.is_empty() {
            self.watermark.encode(out);
        }
        out.extend_from_slice(self.payload);
    }
}

/// Only called where the whole frame's length is known to fit a u16.
#[inline]
fn encode_length(payload: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&(payload.len() as u16).to_be_bytes());
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;
