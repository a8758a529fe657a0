//! Where one call reads its input and leaves its results; any number of planes share it.
//!
//! Frames leave without being copied where they can: a run of them that goes to one port, its watermarks
//! rewritten in place, is one stretch of the input. Only what is scattered is gathered at the end.

use alloc::vec::Vec;
use core::ops::Range;

use snek_wire::{frame, WireError};

use crate::Port;

/// Bytes in some buffer of a [`Scratch`]; see [`Scratch::bytes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    area: Area,
    start: usize,
    end: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Area {
    Input,
    Written,
    Gathered,
}

/// What a call has for its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Bytes to be written to a port; one event a port.
    Output {
        /// The port.
        port: Port,
        /// Whole frames.
        bytes: Place,
    },
    /// An announcement, a bootstrap or a broadcast for the control plane.
    Control {
        /// The whole frame.
        frame: Place,
    },
    /// A datagram for our own key.
    Delivery {
        /// Whom it is from, 32 bytes.
        source_key: Place,
        /// The datagram.
        payload: Place,
    },
    /// The peering is to be ended: its bytes make no sense. Offsets count from the start of the frame.
    Error(WireError),
}

#[derive(Clone, Copy, Debug)]
struct Segment {
    place: Place,
    /// The next one of the same port.
    next: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
struct Chain {
    port: Port,
    first: usize,
    last: usize,
}

/// Buffers for one call at a time. The results last until the next call.
#[derive(Debug)]
pub struct Scratch {
    input: Vec<u8>,
    events: Vec<Event>,
    written: Written,
    segments: Vec<Segment>,
    /// Where the chain of each port is in `chains`.
    chain_of_port: Vec<Option<u8>>,
    chains: Vec<Chain>,
    gathered: Vec<u8>,
}

impl Default for Scratch {
    fn default() -> Self {
        Self {
            input: alloc::vec![0; Self::HEADROOM + Self::MAX_CHUNK],
            events: Vec::new(),
            written: Written::default(),
            segments: Vec::new(),
            chain_of_port: alloc::vec![None; usize::from(Port::MAX) + 1],
            chains: Vec::new(),
            gathered: Vec::new(),
        }
    }
}

impl Scratch {
    /// The longest chunk that a call takes.
    pub const MAX_CHUNK: usize = 64 << 10;

    /// Room before the chunk for what was kept of a frame.
    pub(crate) const HEADROOM: usize = frame::MAX_LENGTH + 1;

    /// Where a call's input is to be put, from the start.
    pub fn chunk_mut(&mut self) -> &mut [u8] {
        self.input.get_mut(Self::HEADROOM..).unwrap_or_default()
    }

    /// The last call's results.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The bytes that an event speaks of.
    #[inline]
    #[must_use]
    pub fn bytes(&self, place: Place) -> &[u8] {
        let area = match place.area {
            Area::Input => &self.input,
            Area::Written => &self.written.0,
            Area::Gathered => &self.gathered,
        };
        area.get(place.start..place.end).unwrap_or_default()
    }

    /// What was put in, and before it `kept`.
    pub(crate) fn prepend(&mut self, kept: &[u8], length: usize) -> Range<usize> {
        let start = Self::HEADROOM - kept.len().min(Self::HEADROOM);
        copy(kept, self.input.get_mut(start..).unwrap_or_default());
        start..Self::HEADROOM + length.min(Self::MAX_CHUNK)
    }

    pub(crate) fn begin(&mut self) {
        self.events.clear();
        self.written.0.clear();
        self.gathered.clear();
        self.segments.clear();
        for chain in self.chains.drain(..) {
            if let Some(place) = self.chain_of_port.get_mut(usize::from(chain.port)) {
                *place = None;
            }
        }
    }

    #[inline]
    pub(crate) fn input(&self, range: Range<usize>) -> &[u8] {
        self.input.get(range).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn input_mut(&mut self, range: Range<usize>) -> &mut [u8] {
        self.input.get_mut(range).unwrap_or_default()
    }

    /// The input, and where frames are written that can't stay in it.
    #[inline]
    pub(crate) fn split(&mut self) -> (&[u8], &mut Written) {
        (&self.input, &mut self.written)
    }

    /// Replaces bytes of the input by what `write` appends.
    #[inline]
    pub(crate) fn overwrite(&mut self, at: usize, write: impl FnOnce(&mut Vec<u8>)) {
        let Self { input, written, .. } = self;
        let start = written.0.len();
        write(&mut written.0);
        let new = written.0.get(start..).unwrap_or_default();
        copy(new, input.get_mut(at..).unwrap_or_default());
        written.0.truncate(start);
    }

    /// Part of the chunk.
    pub(crate) fn chunk(&self, part: Range<usize>) -> Place {
        Place::input(part.start + Self::HEADROOM..part.end + Self::HEADROOM)
    }

    #[inline]
    pub(crate) fn push(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Puts bytes behind all that goes out to `port`.
    #[inline]
    pub(crate) fn append(&mut self, port: Port, place: Place) {
        let new = self.segments.len();
        let Some(slot) = self.chain_of_port.get_mut(usize::from(port)) else {
            return;
        };
        let chain = slot.and_then(|index| self.chains.get_mut(usize::from(index)));
        if let Some(chain) = chain {
            if let Some(last) = self.segments.get_mut(chain.last) {
                if last.place.area == place.area && last.place.end == place.start {
                    last.place.end = place.end;
                    return;
                }
                last.next = Some(new);
                chain.last = new;
            }
        } else {
            *slot = Some(self.chains.len() as u8);
            self.chains.push(Chain {
                port,
                first: new,
                last: new,
            });
        }
        self.segments.push(Segment { place, next: None });
    }

    /// Makes one event of all that goes out to each port.
    pub(crate) fn finish(&mut self) {
        for index in 0..self.chains.len() {
            let Some(Chain { port, first, last }) = self.chains.get(index).copied() else {
                return;
            };
            let bytes = if first == last {
                self.segments.get(first).map(|only| only.place)
            } else {
                Some(self.gather(first))
            };
            if let Some(bytes) = bytes {
                self.events.push(Event::Output { port, bytes });
            }
        }
    }

    fn gather(&mut self, first: usize) -> Place {
        let start = self.gathered.len();
        let mut next = Some(first);
        while let Some(segment) = next.and_then(|index| self.segments.get(index)) {
            let Place { area, start, end } = segment.place;
            let area = match area {
                Area::Input => &self.input,
                _ => &self.written.0,
            };
            self.gathered
                .extend_from_slice(area.get(start..end).unwrap_or_default());
            next = segment.next;
        }
        Place {
            area: Area::Gathered,
            start,
            end: self.gathered.len(),
        }
    }
}

/// Does nothing if there isn't room, which there always is.
#[inline]
fn copy(from: &[u8], to: &mut [u8]) {
    if let Some(to) = to.get_mut(..from.len()) {
        to.copy_from_slice(from);
    }
}

/// Frames that couldn't stay in the input.
#[derive(Debug, Default)]
pub(crate) struct Written(Vec<u8>);

impl Written {
    /// Where what `write` appends is.
    #[inline]
    pub(crate) fn append<T>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> T) -> (T, Place) {
        let start = self.0.len();
        let result = write(&mut self.0);
        let place = Place {
            area: Area::Written,
            start,
            end: self.0.len(),
        };
        (result, place)
    }
}

impl Place {
    #[inline]
    pub(crate) const fn input(range: Range<usize>) -> Self {
        Self {
            area: Area::Input,
            start: range.start,
            end: range.end,
        }
    }

    #[inline]
    pub(crate) const fn len(&self) -> usize {
        self.end - self.start
    }
}
