//! The payload of a tree announcement (PROTOCOL.md section 3).
//!
//! ```text
//! 32      root key
//! varu64  root sequence
//! ...     for each node from the root to the sender:
//! varu64    the port that it sent this on
//! 32        its key
//! 64        its signature over all before this entry
//! ```

use alloc::vec::Vec;

use crate::reader::Reader;
use crate::{varu64, CoordinatesBuf, ErrorCode, Key, Root, WireError, SIGNATURE_LENGTH};

/// The most entries that are accepted: the greatest depth of a tree.
pub const MAX_ENTRIES: usize = 200;

const ROOT_SEQUENCE_AT: usize = Key::LENGTH;

/// An announcement of sound structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Announcement<'a> {
    /// The root of the sender's tree.
    pub root: Root,
    payload: &'a [u8],
    entries_at: usize,
}

/// A node on the way from the root to the sender of an announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The port on which it sent the announcement.
    pub port: u64,
    /// Its key.
    pub key: Key,
    /// By its key, over the first `signed_length` bytes of the payload.
    pub signature: &'a [u8; SIGNATURE_LENGTH],
    /// How many bytes the signature covers, which is where the entry begins.
    pub signed_length: usize,
}

impl<'a> Announcement<'a> {
    /// Checks the structure; for what it says see [`check`](Self::check).
    ///
    /// # Errors
    /// `truncated` or a varu64's at the field, `too-many-entries` at the first one too many.
    pub fn parse(payload: &'a [u8]) -> Result<Self, WireError> {
        let mut reader = Reader::at(payload, 0);
        let root = reader.root()?;
        let entries_at = reader.offset();
        let mut count = 0;
        while !reader.is_at_end() {
            if count == MAX_ENTRIES {
                return Err(WireError::new(ErrorCode::TooManyEntries, reader.offset()));
            }
            Entry::parse(&mut reader)?;
            count += 1;
        }
        Ok(Self {
            root,
            payload,
            entries_at,
        })
    }

    /// Whether the announcement makes sense, coming from `peer_key`, whose last one had the root
    /// `last`. What is left to verify are the entries' signatures.
    ///
    /// # Errors
    /// `sequence-decreased`, `no-entries`, `zero-port`, `first-key-not-root`, `duplicate-key`,
    /// `last-key-not-peer`.
    pub fn check(&self, peer_key: Key, last: Option<Root>) -> Result<(), WireError> {
        if last.is_some_and(|last| last.key == self.root.key && last.sequence > self.root.sequence)
        {
            return Err(WireError::new(
                ErrorCode::SequenceDecreased,
                ROOT_SEQUENCE_AT,
            ));
        }
        let mut keys = Vec::new();
        let mut last_key_at = self.entries_at;
        for entry in self.entries() {
            last_key_at = entry.key_at();
            if entry.port == 0 {
                return Err(WireError::new(ErrorCode::ZeroPort, entry.signed_length));
            }
            if keys.is_empty() && entry.key != self.root.key {
                return Err(WireError::new(ErrorCode::FirstKeyNotRoot, last_key_at));
            }
            if keys.contains(&entry.key) {
                return Err(WireError::new(ErrorCode::DuplicateKey, last_key_at));
            }
            keys.push(entry.key);
        }
        match keys.last() {
            None => Err(WireError::new(ErrorCode::NoEntries, last_key_at)),
            Some(key) if *key != peer_key => {
                Err(WireError::new(ErrorCode::LastKeyNotPeer, last_key_at))
            }
            Some(_) => Ok(()),
        }
    }

    /// All bytes; each signature covers a part from the start.
    #[must_use]
    pub const fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// The entries, the root's first.
    #[must_use]
    pub const fn entries(&self) -> Entries<'a> {
        Entries {
            reader: Reader::at(self.payload, self.entries_at),
        }
    }

    /// The coordinates of whoever takes the sender as its parent: all ports.
    #[must_use]
    pub fn receiver_coordinates(&self) -> CoordinatesBuf {
        coordinates(self.entries())
    }

    /// The sender's own coordinates: all ports but the last.
    #[must_use]
    pub fn sender_coordinates(&self) -> CoordinatesBuf {
        coordinates(
            self.entries()
                .take(self.entries().count().saturating_sub(1)),
        )
    }
}

fn coordinates<'a>(entries: impl Iterator<Item = Entry<'a>>) -> CoordinatesBuf {
    let mut body = Vec::new();
    entries.for_each(|entry| varu64::encode(entry.port, &mut body));
    CoordinatesBuf::from_checked(body)
}

impl<'a> Entry<'a> {
    fn parse(reader: &mut Reader<'a>) -> Result<Self, WireError> {
        Ok(Self {
            signed_length: reader.offset(),
            port: reader.varu64()?,
            key: reader.key()?,
            signature: reader.array()?,
        })
    }

    /// The offset of its key in the payload.
    #[must_use]
    pub const fn key_at(&self) -> usize {
        self.signed_length + varu64::length(self.port)
    }

    /// The offset of its signature in the payload.
    #[must_use]
    pub const fn signature_at(&self) -> usize {
        self.key_at() + Key::LENGTH
    }
}

/// The entries of an announcement in order.
#[derive(Clone)]
pub struct Entries<'a> {
    reader: Reader<'a>,
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        Entry::parse(&mut self.reader).ok()
    }
}

/// Appends an entry to a payload: that of the parent's announcement or, for a root, the encoded
/// [`Root`]. The signature is over the payload as it was before.
pub fn append_entry(
    port: u64,
    key: Key,
    signature: &[u8; SIGNATURE_LENGTH],
    payload: &mut Vec<u8>,
) {
    varu64::encode(port, payload);
    key.encode(payload);
    payload.extend_from_slice(signature);
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn key(byte: u8) -> Key {
        Key::from_bytes(&[byte; Key::LENGTH])
    }

    fn payload(sequence: u64, entries: impl IntoIterator<Item = (u64, u8)>) -> Vec<u8> {
        let mut payload = vec![];
        Root {
            key: key(9),
            sequence,
        }
        .encode(&mut payload);
        for (port, byte) in entries {
            append_entry(port, key(byte), &[byte; SIGNATURE_LENGTH], &mut payload);
        }
        payload
    }

    fn refused(payload: &[u8]) -> (ErrorCode, usize) {
        let last = Some(Root {
            key: key(9),
            sequence: 5,
        });
        let checked = Announcement::parse(payload).and_then(|it| it.check(key(7), last));
        let error = checked.unwrap_err();
        (error.code, error.offset)
    }

    #[test]
    fn entries() {
        let payload = payload(300, [(1, 9), (200, 8), (3, 7)]);
        let announcement = Announcement::parse(&payload).unwrap();
        assert_eq!(announcement.check(key(7), None), Ok(()));
        let other_root = Some(Root {
            key: key(1),
            sequence: 301,
        });
        assert_eq!(announcement.check(key(7), other_root), Ok(()));
        let starts: Vec<_> = announcement
            .entries()
            .map(|entry| entry.signed_length)
            .collect();
        assert_eq!(starts, [34, 131, 229]);
        let entry = announcement.entries().nth(1).unwrap();
        assert_eq!((entry.key_at(), entry.signature_at()), (133, 165));
        assert_eq!(entry.signature, &[8; SIGNATURE_LENGTH]);
        assert_eq!(payload[entry.key_at()], 8);
        let ports = |coordinates: CoordinatesBuf| coordinates.view().ports().collect::<Vec<_>>();
        assert_eq!(ports(announcement.receiver_coordinates()), [1, 200, 3]);
        assert_eq!(ports(announcement.sender_coordinates()), [1, 200]);
    }

    #[test]
    fn makes_no_sense() {
        assert_eq!(refused(&payload(5, [])), (ErrorCode::NoEntries, 33));
        assert_eq!(refused(&payload(4, [])), (ErrorCode::SequenceDecreased, 32));
        assert_eq!(refused(&payload(5, [(0, 9)])), (ErrorCode::ZeroPort, 33));
        assert_eq!(
            refused(&payload(5, [(1, 8)])),
            (ErrorCode::FirstKeyNotRoot, 34)
        );
        assert_eq!(
            refused(&payload(5, [(1, 9), (2, 9)])),
            (ErrorCode::DuplicateKey, 131)
        );
        assert_eq!(
            refused(&payload(5, [(1, 9), (2, 8)])),
            (ErrorCode::LastKeyNotPeer, 131)
        );
    }

    #[test]
    fn as_many_entries_as_are_accepted() {
        let full = payload(5, (0..200).map(|byte| (1, byte)));
        assert_eq!(
            Announcement::parse(&full).unwrap().entries().count(),
            MAX_ENTRIES
        );
        let mut more = full.clone();
        more.push(0x80);
        assert_eq!(refused(&more), (ErrorCode::TooManyEntries, full.len()));
    }

    #[test]
    fn every_cut_is_reported_at_its_field() {
        let whole = payload(300, [(200, 9)]);
        let fields = [0, 32, 34, 36, 68];
        for length in (0..whole.len()).filter(|length| *length != 34) {
            let start = *fields.iter().rfind(|start| **start <= length).unwrap();
            assert_eq!(refused(&whole[..length]), (ErrorCode::Truncated, start));
        }
    }
}
