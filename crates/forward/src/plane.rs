//! One router's forwarding: tables, peerings, what goes out to each and what waits for it.

use alloc::vec::Vec;

use snek_wire::{Coordinates, Key};

use crate::fair_queue::FlowKey;
use crate::links::{Link, Links};
use crate::remembered::Remembered;
use crate::scratch::Place;
use crate::{Counter, Counters, Limits, Port, PortCounters, Scratch, Tables, Tree, LOCAL};

/// How a plane behaves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Whether traffic is dropped at the end of its hop limit. The reference doesn't.
    pub hop_limiting: bool,
    /// What is held at most.
    pub limits: Limits,
}

/// What became of a datagram of our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum SendResult {
    /// It is on its way, or waits for its port, or was delivered to ourselves.
    Sent = 0,
    /// Nowhere to go.
    NoRoute = 1,
    /// A frame can't hold it with its keys and coordinates.
    TooLong = 2,
    /// Its flow is the one that fills the queue of its port.
    QueueFull = 3,
}

/// One router's forwarding: its tables, its peerings' queues, what it counted.
#[derive(Debug)]
pub struct ForwardingPlane {
    pub(crate) tables: Tables,
    pub(crate) remembered: Remembered,
    pub(crate) links: Links,
    pub(crate) options: Options,
    pub(crate) counters: Counters,
    /// Bytes of traffic that wait for all ports.
    pub(crate) queued_bytes: usize,
    /// The latest time that was given.
    pub(crate) now: u64,
}

impl ForwardingPlane {
    /// A plane without peers.
    #[must_use]
    pub fn new(key: Key, options: Options) -> Self {
        Self {
            tables: Tables::new(key, &options.limits),
            remembered: Remembered::new(options.limits.coordinates),
            links: Links::default(),
            options,
            counters: Counters::default(),
            queued_bytes: 0,
            now: 0,
        }
    }

    /// Peers, routes and the tree, to look up.
    #[must_use]
    pub const fn tables(&self) -> &Tables {
        &self.tables
    }

    /// Peers, routes and the tree, to be changed.
    pub const fn tables_mut(&mut self) -> &mut Tables {
        &mut self.tables
    }

    /// Starts a peering of a type (PROTOCOL.md section 2). False if the port is taken or isn't one.
    pub fn add_peer(&mut self, port: Port, key: Key, kind: u8) -> bool {
        let added = self.tables.peers.add(port, key, kind);
        if added {
            self.links.add(port);
        }
        added
    }

    /// Forgets a peering, all that waits for it, and every route from or to it; returns the keys of those.
    pub fn remove_peer(&mut self, port: Port) -> Vec<Key> {
        let queue = self.links.remove(port).and_then(|link| link.queue);
        self.queued_bytes -= queue.map_or(0, |queue| queue.traffic().bytes());
        let gone = self.tables.remove_peer(port);
        self.debug_check();
        gone
    }

    /// Sets our place in the tree. Another root key makes all remembered coordinates void.
    pub fn set_tree(&mut self, tree: Tree) {
        if tree.root.key != self.tables.tree.root.key {
            self.remembered.forget_all();
        }
        self.tables.set_tree(tree);
    }

    /// Forgets the coordinates of one node, or of all.
    pub fn forget_coordinates(&mut self, key: Option<Key>) {
        match key {
            Some(key) => self.remembered.forget(key),
            None => self.remembered.forget_all(),
        }
    }

    /// Nodes whose coordinates are remembered, and when they were heard (ms).
    pub fn remembered(&self, now: u64) -> impl Iterator<Item = (Key, Coordinates<'_>, u64)> {
        self.remembered.iter(now)
    }

    /// What was counted.
    #[must_use]
    pub fn counter(&self, counter: Counter) -> u64 {
        match counter {
            Counter::RoutesRefused => self.tables.routes.refused(),
            Counter::RoutesDisplaced => self.tables.routes.displaced(),
            Counter::CoordinatesDisplaced => self.remembered.displaced(),
            Counter::CoordinatesDisputed => self.remembered.disputed(),
            _ => self.counters.get(counter),
        }
    }

    /// What was counted at a port.
    #[must_use]
    pub fn port_counters(&self, port: Port) -> PortCounters {
        let Some(link) = self.links.get(port) else {
            return PortCounters::default();
        };
        PortCounters {
            queued_bytes: link.queue.as_ref().map_or(0, |queue| queue.bytes() as u64),
            queued_frames: link.queue.as_ref().map_or(0, |queue| queue.frames() as u64),
            ..link.counters
        }
    }

    /// Says whether a port can be written to. While it can't, its frames wait; afterwards they are
    /// taken out by [`drain`](Self::drain).
    pub fn set_writable(&mut self, port: Port, writable: bool) {
        if let Some(link) = self.links.get_mut(port) {
            link.writable = writable;
        }
    }

    /// Takes what one write should carry, 64 KiB about, out of the queue of a port that can be written
    /// to. Events: an output, unless nothing waits.
    pub fn drain(&mut self, scratch: &mut Scratch, port: Port) {
        scratch.begin();
        let Some(link) = self.links.get_mut(port).filter(|link| link.writable) else {
            return;
        };
        let Some(queue) = &mut link.queue else {
            return;
        };
        let traffic = queue.traffic().bytes();
        let (taken, place) = scratch.split().1.append(|out| queue.take(out, self.now));
        self.queued_bytes -= traffic - queue.traffic().bytes();
        let late = taken.late as u64;
        self.counters.add(Counter::DroppedLate, late);
        link.counters.dropped += late;
        link.counters.frames_out += taken.frames as u64;
        link.counters.protocol_bytes_out += taken.protocol_bytes as u64;
        link.counters.traffic_bytes_out += taken.traffic_bytes as u64;
        link.release_empty_queue();
        if taken.frames > 0 {
            scratch.append(port, place);
            scratch.finish();
        }
        self.debug_check();
    }

    /// Sends the first `length` bytes of the scratch's chunk, a control frame, ahead of all traffic.
    /// Events: an output, unless it has to wait.
    pub fn send_control(&mut self, scratch: &mut Scratch, port: Port, length: usize) {
        scratch.begin();
        let place = scratch.chunk(0..length);
        let Some(link) = self.links.get_mut(port) else {
            return;
        };
        // Never ahead of an earlier control frame: peers take announcements in their order only.
        if link.writable && !link.queue.as_ref().is_some_and(|queue| queue.has_control()) {
            link.counters.frames_out += 1;
            link.counters.protocol_bytes_out += length as u64;
            scratch.append(port, place);
            scratch.finish();
            return;
        }
        let queue = link.queue.get_or_insert_default();
        let dropped =
            queue.push_control(scratch.bytes(place), self.options.limits.control_bytes) as u64;
        link.counters.dropped += dropped;
        link.release_empty_queue();
        self.counters.add(Counter::DroppedControlFull, dropped);
        self.debug_check();
    }

    /// Puts a traffic frame behind what goes out to a port, or into its queue.
    #[inline]
    pub(crate) fn emit(
        &mut self,
        scratch: &mut Scratch,
        port: Port,
        frame: Place,
        from: Port,
        flow: FlowKey,
    ) {
        let Some(link) = self.links.get_mut(port) else {
            return;
        };
        if link.is_clear() {
            link.counters.frames_out += 1;
            link.counters.traffic_bytes_out += frame.len() as u64;
            scratch.append(port, frame);
        } else {
            self.enqueue(port, scratch.bytes(frame), from, flow);
        }
    }

    fn enqueue(&mut self, port: Port, frame: &[u8], from: Port, flow: FlowKey) {
        let Some(link) = self.links.get_mut(port) else {
            return;
        };
        let limits = &self.options.limits;
        let queue = link.queue.get_or_insert_default();
        let before = queue.traffic().bytes();
        let mut dropped =
            queue.push_traffic(from, flow, frame, limits.queue_bytes, self.now) as u64;
        link.counters.dropped += dropped;
        self.queued_bytes += queue.traffic().bytes();
        self.queued_bytes -= before;
        link.release_empty_queue();
        while self.queued_bytes > limits.total_queue_bytes {
            let Some(bytes) = self.links.fullest().and_then(Link::drop_traffic) else {
                break;
            };
            self.queued_bytes -= bytes;
            dropped += 1;
        }
        self.counters.add(Counter::DroppedQueueFull, dropped);
    }

    /// Whether a datagram of that flow would only push out its own earlier ones.
    pub(crate) fn would_displace_itself(&self, port: Port, length: usize, flow: FlowKey) -> bool {
        let Some(link) = self.links.get(port).filter(|link| !link.is_clear()) else {
            return false;
        };
        let limit = self.options.limits.queue_bytes;
        link.queue
            .as_ref()
            .is_some_and(|queue| queue.traffic().would_drop_own(LOCAL, flow, length, limit))
    }

    pub(crate) fn drop_frame(&mut self, from: Port, reason: Counter) {
        self.counters.add(reason, 1);
        if let Some(link) = self.links.get_mut(from) {
            link.counters.dropped += 1;
        }
    }
}
