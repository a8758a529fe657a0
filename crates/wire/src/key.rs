//! Keys, their order, and watermarks.

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
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        let mut words = [0u64; 4];
        for (word, chunk) in words.iter_mut().zip(bytes.chunks_exact(8)) {
            *word = chunk
                .iter()
                .fold(0, |acc, byte| (acc << 8) | u64::from(*byte));
        }
        Self(words)
    }

    /// Its bytes on the wire.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0u8; 32];
        for (chunk, word) in bytes.chunks_exact_mut(8).zip(self.0) {
            chunk.copy_from_slice(&word.to_be_bytes());
        }
        bytes
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
    #[must_use]
    pub fn is_worse_than(&self, other: &Self) -> bool {
        self.key > other.key
            || (self.key == other.key && self.sequence != 0 && self.sequence < other.sequence)
    }
}
