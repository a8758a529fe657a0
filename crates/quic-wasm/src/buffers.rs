//! The buffers that an endpoint shares with its caller, at addresses that stay the same.

use snek_quic::Key;

/// What precedes a packet in the input: its length, little-endian, and the key that it came from.
const PACKET_HEADER: usize = 4 + size_of::<Key>();

/// Where input is put, and what calls answer.
pub(crate) struct Buffers {
    /// Packets that came in.
    pub(crate) input: Box<[u8]>,
    /// What one call reads or writes.
    pub(crate) data: Box<[u8]>,
    /// What a pump did.
    pub(crate) header: Box<[f64]>,
}

impl Buffers {
    const INPUT: usize = 256 << 10;
    const DATA: usize = 64 << 10;
    const HEADER: usize = 6;

    pub(crate) fn new() -> Self {
        Self {
            input: vec![0; Self::INPUT].into(),
            data: vec![0; Self::DATA].into(),
            header: vec![0.0; Self::HEADER].into(),
        }
    }

    /// The first `length` bytes of the data, or as many as there are.
    pub(crate) fn data(&self, length: usize) -> &[u8] {
        self.data.get(..length).unwrap_or(&self.data)
    }

    /// A key and what follows it, of `length` bytes in all.
    pub(crate) fn key_and_rest(&self, length: usize) -> Option<(Key, &[u8])> {
        let (key, rest) = self.data(length).split_first_chunk()?;
        Some((*key, rest))
    }
}

/// The packets in an input; what makes no sense ends them.
pub(crate) fn packets(mut input: &[u8]) -> impl Iterator<Item = (Key, &[u8])> {
    std::iter::from_fn(move || {
        let (header, rest) = input.split_at_checked(PACKET_HEADER)?;
        let (length, key) = header.split_first_chunk()?;
        let (packet, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        input = rest;
        Some((*key.first_chunk()?, packet))
    })
}
