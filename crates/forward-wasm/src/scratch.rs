//! The buffers of one call, and its results as numbers. Any number of planes share them.

use snek_forward::{Event, Place};
use snek_wire::{Coordinates, Key};
use wasm_bindgen::prelude::wasm_bindgen;

/// How many numbers an event takes.
const EVENT_LENGTH: usize = 4;

/// Where calls find their input, and leave what they did.
#[wasm_bindgen]
#[derive(Default)]
pub struct Scratch {
    pub(crate) inner: snek_forward::Scratch,
    numbers: Vec<u32>,
}

#[wasm_bindgen]
impl Scratch {
    /// Empty buffers.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// The longest input of a call, in bytes.
    #[wasm_bindgen(js_name = maxChunk)]
    pub fn max_chunk() -> usize {
        snek_forward::Scratch::MAX_CHUNK
    }

    /// The address where input is to be put; it stays the same.
    #[wasm_bindgen(js_name = chunkAddress)]
    pub fn chunk_address(&mut self) -> usize {
        address(self.inner.chunk_mut())
    }

    /// The address of the last call's events, four numbers each:
    ///
    /// - 0, port, address, length: bytes to be written
    /// - 1, 0, address, length: a control frame
    /// - 2, address of the source key, address, length: a datagram
    /// - 3, code, offset, 0: the peering's bytes make no sense
    #[wasm_bindgen(js_name = eventsAddress)]
    pub fn events_address(&self) -> usize {
        self.numbers.as_ptr() as usize
    }
}

impl Scratch {
    /// Turns events into numbers and returns how many numbers there are.
    pub(crate) fn flatten(&mut self) -> usize {
        let Self { inner, numbers } = self;
        numbers.clear();
        for event in inner.events() {
            let place = |place: Place| {
                let bytes = inner.bytes(place);
                (address(bytes) as u32, bytes.len() as u32)
            };
            let [a, b, c, d]: [u32; EVENT_LENGTH] = match *event {
                Event::Output { port, bytes } => {
                    let (address, length) = place(bytes);
                    [0, u32::from(port), address, length]
                }
                Event::Control { frame } => {
                    let (address, length) = place(frame);
                    [1, 0, address, length]
                }
                Event::Delivery {
                    source_key,
                    payload,
                } => {
                    let (address, length) = place(payload);
                    [2, place(source_key).0, address, length]
                }
                Event::Error(error) => [3, error.code as u32, error.offset as u32, 0],
            };
            numbers.extend([a, b, c, d]);
        }
        numbers.len()
    }

    /// The key at the `index`th 32 bytes of the chunk.
    pub(crate) fn key(&mut self, index: usize) -> Key {
        let chunk = self.inner.chunk_mut();
        let bytes = chunk
            .get(index * Key::LENGTH..)
            .and_then(<[u8]>::first_chunk);
        bytes.map_or(Key::MAX, Key::from_bytes)
    }

    /// The coordinates at an offset of the chunk, which must be sound.
    pub(crate) fn coordinates(&mut self, offset: usize) -> Coordinates<'_> {
        Coordinates::parse(self.inner.chunk_mut(), offset).map_or(Coordinates::EMPTY, |it| it.0)
    }

    /// Leaves a key and a number at the start of the chunk.
    pub(crate) fn answer(&mut self, key: Key, number: u64) {
        let (key, number) = (key.to_bytes(), number.to_be_bytes());
        let chunk = self.inner.chunk_mut().iter_mut();
        for (to, from) in chunk.zip(key.iter().chain(&number)) {
            *to = *from;
        }
    }
}

fn address(bytes: &[u8]) -> usize {
    bytes.as_ptr() as usize
}
