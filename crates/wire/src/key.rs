//! Keys, their order, and what is a key with a sequence: roots and watermarks.

use alloc::vec::Vec;

use crate::{varu64, words};

/// A node's ed25519 public key. Ordered as a byte string, lowest first.
///
/// Held as four big-endian words, so that comparing takes four integer comparisons at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u64; 4]);

impl Key {
    /// Its length on the wire, in bytes.
    pub const LENGTH: usize = 32;
    /// The highest possible key: that of the initial watermark.
    pub const MAX: Self = Self([u64::MAX; 4]);

    /// From its bytes on the wire.
    #[inline]
    #[must_use]
    pub fn from_bytes(bytes: &[u8; Self::LENGTH]) -> Self {
        Self(words::from_bytes(bytes))
    }

    /// From its big-endian words.
    #[inline]
    #[must_use]
    pub const fn from_words(words: [u64; 4]) -> Self {
        Self(words)
    }

    /// Its big-endian words.
    #[inline]
    #[must_use]
    pub const fn words(self) -> [u64; 4] {
        self.0
    }

    /// Its bytes on the wire.
    #[inline]
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::LENGTH] {
        words::to_bytes(self.0)
    }

    /// Appends its bytes to `out`.
    #[inline]
    pub fn encode(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_bytes());
    }
}

/// The best candidate that a frame has met on its way (PROTOCOL.md section 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watermark {
    /// The candidate's key.
    pub key: Key,
    /// Its route's sequence; 0 for a candidate that isn't from a route.
    pub sequence: u64,
}

impl Watermark {
    /// What a frame starts with.
    pub const INITIAL: Self = Self {
        key: Key::MAX,
        sequence: 0,
    };

    /// Whether `self` is further from the destination than `other`, or older at the same key.
    #[inline]
    #[must_use]
    pub fn is_worse_than(&self, other: &Self) -> bool {
        self.key > other.key
            || (self.key == other.key && self.sequence != 0 && self.sequence < other.sequence)
    }

    /// How many bytes [`encode`](Self::encode) appends.
    #[inline]
    #[must_use]
    pub const fn encoded_length(&self) -> usize {
        Key::LENGTH + varu64::length(self.sequence)
    }

    /// Appends key and sequence to `out`.
    #[inline]
    pub fn encode(&self, out: &mut Vec<u8>) {
        self.key.encode(out);
        varu64::encode(self.sequence, out);
    }
}

/// Who a tree's root is, and which of its announcements is meant (PROTOCOL.md section 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Root {
    /// The root's key.
    pub key: Key,
    /// Counts the root's announcements.
    pub sequence: u64,
}

impl Root {
    /// Appends key and sequence to `out`.
    #[inline]
    pub fn encode(&self, out: &mut Vec<u8>) {
        self.key.encode(out);
        varu64::encode(self.sequence, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(first: u8, last: u8) -> Key {
        let mut bytes = [0x55; Key::LENGTH];
        bytes[0] = first;
        bytes[Key::LENGTH - 1] = last;
        Key::from_bytes(&bytes)
    }

    #[test]
    fn keys_are_ordered_as_byte_strings() {
        let keys = [
            key(0, 0x80),
            key(0, 0xff),
            key(0x7f, 0),
            key(0x80, 0),
            key(0xff, 1),
        ];
        assert!(keys.is_sorted_by(|a, b| a < b && a.to_bytes() < b.to_bytes()));
        assert!(keys
            .iter()
            .all(|key| Key::from_bytes(&key.to_bytes()) == *key && *key < Key::MAX));
    }

    #[test]
    fn worse_watermarks() {
        let mark = |first, sequence| Watermark {
            key: key(first, 0),
            sequence,
        };
        assert!(mark(2, 5).is_worse_than(&mark(1, 9)));
        assert!(!mark(1, 9).is_worse_than(&mark(2, 5)));
        assert!(mark(1, 5).is_worse_than(&mark(1, 6)));
        assert!(!mark(1, 6).is_worse_than(&mark(1, 6)));
        assert!(
            !mark(1, 0).is_worse_than(&mark(1, 6)),
            "0 is not from a route"
        );
        assert!(!mark(0xff, 0).is_worse_than(&Watermark::INITIAL));
    }
}
