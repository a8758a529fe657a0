//! Coordinates: the ports on the way from the root down to a node (PROTOCOL.md sections 1 and 3).
//!
//! ```text
//! u16  length of what follows, in bytes
//! ...  one varu64 a port
//! ```
//! A port has one encoding, and none is the beginning of another, so lengths, prefixes and equality
//! are read off the bytes without decoding them.

use alloc::{boxed::Box, vec::Vec};

use crate::reader::Reader;
use crate::{varu64, ErrorCode, WireError};

/// Checked coordinates over bytes. Empty ones are a root's, or mean 'not given'.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Coordinates<'a> {
    body: &'a [u8],
}

impl<'a> Coordinates<'a> {
    /// A root's, or 'not given'.
    pub const EMPTY: Self = Self { body: &[] };

    /// The coordinates at `offset`, length included, and the offset after them.
    ///
    /// # Errors
    /// `truncated` at `offset` (length) or two bytes on (ports), or a port's at the port.
    #[inline]
    pub fn parse(bytes: &'a [u8], offset: usize) -> Result<(Self, usize), WireError> {
        let mut reader = Reader::at(bytes, offset);
        let coordinates = reader.coordinates()?;
        Ok((coordinates, reader.offset()))
    }

    /// Coordinates from their ports' bytes alone, without the length.
    ///
    /// # Errors
    /// A port's, at the port; `too-long` for more than 65,535 bytes.
    #[inline]
    pub fn from_body(body: &'a [u8]) -> Result<Self, WireError> {
        if body.len() > usize::from(u16::MAX) {
            return Err(WireError::new(ErrorCode::TooLong, 0));
        }
        let mut offset = 0;
        while offset < body.len() {
            offset = varu64::decode(body, offset)?.1;
        }
        Ok(Self { body })
    }

    /// The ports' bytes, without the length.
    #[inline]
    #[must_use]
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// Whether there is no port.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// How many ports there are: the depth in the tree.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        count_ports(self.body.iter())
    }

    /// The ports, the root's first.
    #[inline]
    #[must_use]
    pub const fn ports(&self) -> Ports<'a> {
        Ports {
            body: self.body,
            offset: 0,
        }
    }

    /// How many hops the tree path between the two has: both lengths less twice the common prefix.
    #[inline]
    #[must_use]
    pub fn distance(&self, other: &Coordinates<'_>) -> usize {
        let common = self
            .body
            .iter()
            .zip(other.body)
            .take_while(|(ours, theirs)| ours == theirs);
        self.len() + other.len() - 2 * count_ports(common.map(|(ours, _)| ours))
    }

    /// How many bytes [`encode`](Self::encode) appends.
    #[inline]
    #[must_use]
    pub const fn encoded_length(&self) -> usize {
        2 + self.body.len()
    }

    /// Appends length and ports to `out`.
    #[inline]
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&(self.body.len() as u16).to_be_bytes());
        out.extend_from_slice(self.body);
    }

    /// A copy that owns its bytes.
    #[must_use]
    pub fn to_buf(&self) -> CoordinatesBuf {
        CoordinatesBuf {
            body: self.body.into(),
        }
    }
}

/// Ports end in the only bytes without a top bit.
#[inline]
fn count_ports<'b>(bytes: impl Iterator<Item = &'b u8>) -> usize {
    bytes.filter(|byte| **byte < 0x80).count()
}

/// The ports of coordinates in order.
#[derive(Clone, Debug)]
pub struct Ports<'a> {
    body: &'a [u8],
    offset: usize,
}

impl Iterator for Ports<'_> {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        let (port, end) = varu64::decode(self.body, self.offset).ok()?;
        self.offset = end;
        Some(port)
    }
}

/// Coordinates that own their bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CoordinatesBuf {
    body: Box<[u8]>,
}

impl CoordinatesBuf {
    /// From ports, the root's first.
    ///
    /// # Errors
    /// `too-long` if they take more than 65,535 bytes.
    pub fn from_ports(ports: impl IntoIterator<Item = u64>) -> Result<Self, WireError> {
        let mut body = Vec::new();
        for port in ports {
            varu64::encode(port, &mut body);
            if body.len() > usize::from(u16::MAX) {
                return Err(WireError::new(ErrorCode::TooLong, 0));
            }
        }
        Ok(Self::from_checked(body))
    }

    /// From a few ports' bytes that are known to be sound.
    pub(crate) fn from_checked(body: Vec<u8>) -> Self {
        Self { body: body.into() }
    }

    /// The same coordinates, borrowed.
    #[inline]
    #[must_use]
    pub const fn view(&self) -> Coordinates<'_> {
        Coordinates { body: &self.body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn buf(ports: &[u64]) -> CoordinatesBuf {
        CoordinatesBuf::from_ports(ports.iter().copied()).unwrap()
    }

    fn distance(a: &[u64], b: &[u64]) -> usize {
        buf(a).view().distance(&buf(b).view())
    }

    #[test]
    fn distances() {
        assert_eq!(distance(&[], &[]), 0);
        assert_eq!(distance(&[1, 2, 3], &[1, 2, 3]), 0);
        assert_eq!(distance(&[1, 2, 3], &[1, 2]), 1);
        assert_eq!(distance(&[], &[1, 2]), 2);
        assert_eq!(distance(&[1, 2, 3], &[1, 4, 3]), 4);
        assert_eq!(
            distance(&[300, 1], &[301, 1]),
            4,
            "the ports' first bytes are the same"
        );
        assert_eq!(distance(&[128], &[1]), 2);
    }

    #[test]
    fn parses_in_the_middle_of_something() {
        let bytes = [9, 0, 3, 1, 0x89, 0x52, 7];
        let (coordinates, end) = Coordinates::parse(&bytes, 1).unwrap();
        assert_eq!((coordinates.ports().collect(), end), (vec![1, 1234], 6));
        assert_eq!((coordinates.len(), coordinates.is_empty()), (2, false));
        let mut again = vec![9];
        coordinates.encode(&mut again);
        assert_eq!(again, bytes[..6]);
        assert_eq!(coordinates.to_buf(), buf(&[1, 1234]));
    }

    #[test]
    fn malformed() {
        let refused = |bytes: &[u8]| {
            let error = Coordinates::parse(bytes, 0).unwrap_err();
            (error.code, error.offset)
        };
        assert_eq!(refused(&[]), (ErrorCode::Truncated, 0));
        assert_eq!(refused(&[0]), (ErrorCode::Truncated, 0));
        assert_eq!(refused(&[0, 2, 1]), (ErrorCode::Truncated, 2));
        assert_eq!(refused(&[0, 2, 1, 0x81, 0x01]), (ErrorCode::Truncated, 3));
        assert_eq!(
            refused(&[0, 3, 1, 0x80, 0x01]),
            (ErrorCode::OverlongVaru64, 3)
        );
    }

    #[test]
    fn too_many_ports() {
        assert!(CoordinatesBuf::from_ports((0..65_535).map(|_| 1)).is_ok());
        let error = CoordinatesBuf::from_ports((0..65_536).map(|_| 1)).unwrap_err();
        assert_eq!(error.code, ErrorCode::TooLong);
        assert_eq!(
            Coordinates::from_body(&[1; 65_536]).unwrap_err().code,
            ErrorCode::TooLong
        );
    }
}
