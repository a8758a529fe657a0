//! The bytes of each peering: what was kept of a cut frame, what waits, what was counted.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::Range;

use snek_wire::Header;

use crate::port_queue::PortQueue;
use crate::{Port, PortCounters, Scratch};

#[derive(Debug)]
pub(crate) struct Link {
    /// The start of a frame whose rest hasn't come.
    partial: Vec<u8>,
    /// Set by malformed bytes: nothing more is read.
    pub(crate) failed: bool,
    pub(crate) writable: bool,
    /// Only there while something waits.
    pub(crate) queue: Option<Box<PortQueue>>,
    pub(crate) counters: PortCounters,
}

impl Link {
    fn new() -> Self {
        Self {
            partial: Vec::new(),
            failed: false,
            writable: true,
            queue: None,
            counters: PortCounters::default(),
        }
    }

    /// Whether frames may go out now, ahead of nobody.
    #[inline]
    pub(crate) const fn is_clear(&self) -> bool {
        self.writable && self.queue.is_none()
    }

    /// Drops what the queue would drop next, and returns how many bytes there are less.
    pub(crate) fn drop_traffic(&mut self) -> Option<usize> {
        let queue = self.queue.as_mut()?;
        let before = queue.traffic().bytes();
        if !queue.drop_traffic() {
            return None;
        }
        let after = queue.traffic().bytes();
        self.counters.dropped += 1;
        self.release_empty_queue();
        Some(before - after)
    }

    pub(crate) fn release_empty_queue(&mut self) {
        self.queue.take_if(|queue| queue.is_empty());
    }

    /// The new chunk with what was kept before it, or none while that is still less than a frame.
    #[inline]
    pub(crate) fn assemble(
        &mut self,
        scratch: &mut Scratch,
        length: usize,
    ) -> Option<Range<usize>> {
        // Kept bytes were found to be the start of a frame, so only too few of them can be none.
        if let Ok(Some(header)) = Header::peek(&self.partial) {
            let frame_length = usize::from(header.length);
            if self.partial.len() + length < frame_length {
                let new = Scratch::HEADROOM..Scratch::HEADROOM + length;
                self.keep_more(scratch.input(new), frame_length);
                return None;
            }
        }
        let whole = scratch.prepend(&self.partial, length);
        self.partial = Vec::new();
        Some(whole)
    }

    /// How much of a frame was kept, in bytes.
    pub(crate) fn kept(&self) -> usize {
        self.partial.len()
    }

    /// Keeps the start of a frame for the next chunk.
    pub(crate) fn keep(&mut self, start: &[u8]) {
        self.partial = start.into();
    }

    /// Grows by doubling, but never over the frame's length: a claim of 64 KiB costs nothing.
    fn keep_more(&mut self, bytes: &[u8], frame_length: usize) {
        let length = self.partial.len() + bytes.len();
        if length > self.partial.capacity() {
            let capacity = frame_length.min(2 * length);
            self.partial.reserve_exact(capacity - self.partial.len());
        }
        self.partial.extend_from_slice(bytes);
    }

    pub(crate) fn fail(&mut self) {
        self.failed = true;
        self.partial = Vec::new();
    }
}

#[derive(Debug, Default)]
pub(crate) struct Links {
    by_port: Vec<Option<Box<Link>>>,
}

impl Links {
    pub(crate) fn add(&mut self, port: Port) {
        let slot = usize::from(port);
        if self.by_port.len() <= slot {
            self.by_port.resize_with(slot + 1, || None);
        }
        if let Some(free) = self.by_port.get_mut(slot) {
            *free = Some(Box::new(Link::new()));
        }
    }

    pub(crate) fn remove(&mut self, port: Port) -> Option<Box<Link>> {
        self.by_port.get_mut(usize::from(port))?.take()
    }

    #[inline]
    pub(crate) fn get(&self, port: Port) -> Option<&Link> {
        self.by_port.get(usize::from(port))?.as_deref()
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, port: Port) -> Option<&mut Link> {
        self.by_port.get_mut(usize::from(port))?.as_deref_mut()
    }

    /// The one where most traffic waits.
    pub(crate) fn fullest(&mut self) -> Option<&mut Link> {
        let waiting = |link: &&mut Link| link.queue.as_ref().map_or(0, |it| it.traffic().bytes());
        let links = self.by_port.iter_mut().filter_map(Option::as_deref_mut);
        links.max_by_key(waiting)
    }
}
