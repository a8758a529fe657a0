//! Reads a fuzzer's bytes as the steps of a script. Where they end, all is zero.

use snek_wire::{CoordinatesBuf, Key, Root, Watermark};

use super::state::coordinates;

pub struct Script<'a>(&'a [u8]);

impl<'a> Script<'a> {
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub const fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    /// One of the first numbers, fewer than 256.
    pub fn below(&mut self, bound: u8) -> u8 {
        self.byte() % bound
    }

    pub fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    pub fn bytes(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// Mostly one of a few, in order; else one that differs from another at an end only.
    pub fn key(&mut self) -> Key {
        let byte = self.byte();
        let first = u64::from(byte % 16);
        match byte / 16 {
            12 => Key::from_words([first, 0, 0, 1]),
            13 => Key::from_words([first, u64::MAX, 0, 0]),
            14 => Key::from_words([u64::MAX, u64::MAX, u64::MAX, u64::MAX - first]),
            15 => Key::from_words([0, 0, 0, first]),
            _ => Key::from_words([first, 0, 0, 0]),
        }
    }

    /// Mostly small, with a few that take more bytes.
    pub fn number(&mut self) -> u64 {
        match self.byte() {
            0xff => u64::MAX,
            0xfe => 1_700_000_000_000,
            byte => u64::from(byte),
        }
    }

    pub fn watermark(&mut self) -> Watermark {
        if self.byte() < 100 {
            return Watermark::INITIAL;
        }
        Watermark {
            key: self.key(),
            sequence: self.number(),
        }
    }

    pub fn root(&mut self) -> Root {
        Root {
            key: self.key(),
            sequence: u64::from(self.below(3)),
        }
    }

    pub fn ports(&mut self) -> Vec<u64> {
        (0..self.below(6)).map(|_| self.port()).collect()
    }

    /// An entry of an announcement.
    pub fn entry(&mut self) -> (u64, Key) {
        (self.port(), self.key())
    }

    /// A port in coordinates.
    fn port(&mut self) -> u64 {
        match self.byte() {
            0xff => u64::MAX,
            // 0x81 0x80 0x00 and 0x81 0x80 0x01.
            byte if byte >= 0xfd => (1 << 14) + u64::from(byte % 2),
            byte if byte >= 0xf0 => u64::from(byte) - 0xf0 + 125,
            byte => u64::from(byte % 4),
        }
    }

    pub fn coordinates(&mut self) -> CoordinatesBuf {
        coordinates(&self.ports())
    }
}
