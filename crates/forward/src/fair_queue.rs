//! Frames of one peering that wait, fairly between flows: deficit round robin by bytes. When there is no room,
//! the oldest frame of the longest flow goes, so that a greedy flow drops its own frames.

use alloc::boxed::Box;
use alloc::collections::VecDeque;

use snek_wire::Key;

use crate::sorted::{SortedMap, SortedSet};

/// Source and destination key.
pub(crate) type FlowKey = (Key, Key);

/// How long a frame may wait, in ms: what is older when its turn comes is of no use any more.
const MAX_WAIT: u64 = 1000;

/// What a flow may send at each of its turns, in bytes: a datagram of the size that the reference sends.
const QUANTUM: usize = 2048;

/// What a frame takes besides its bytes, about: counted, so that small ones are bounded too.
const OVERHEAD: usize = 64;

/// What a flow takes besides its frames, about: counted, so that a crowd of flows is bounded too.
const FLOW_OVERHEAD: usize = 448;

#[derive(Debug)]
struct Waiting {
    since: u64,
    frame: Box<[u8]>,
}

#[derive(Debug)]
struct Flow {
    /// Never empty.
    frames: VecDeque<Waiting>,
    bytes: usize,
    credit: usize,
    turn: u64,
}

/// Waiting traffic.
#[derive(Debug, Default)]
pub(crate) struct FairQueue {
    flows: SortedMap<FlowKey, Flow>,
    turns: SortedMap<u64, FlowKey>,
    lengths: SortedSet<(usize, FlowKey)>,
    next_turn: u64,
    frames: usize,
    bytes: usize,
}

impl FairQueue {
    /// Frames waiting.
    pub(crate) const fn frames(&self) -> usize {
        self.frames
    }

    /// Bytes waiting, with what it takes to hold them.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes + self.flows.len() * FLOW_OVERHEAD
    }

    /// As `bytes`, with one more frame of some length.
    pub(crate) fn bytes_with(&self, key: FlowKey, length: usize) -> usize {
        let new_flow = if self.flows.get(key).is_some() {
            0
        } else {
            FLOW_OVERHEAD
        };
        self.bytes() + length + OVERHEAD + new_flow
    }

    /// Whether no flow would be longer than this one with one more frame of some length.
    pub(crate) fn would_be_longest(&self, key: FlowKey, length: usize) -> bool {
        let own = self.flows.get(key).map_or(0, |flow| flow.bytes) + length + OVERHEAD;
        let longest = self.lengths.last();
        longest.is_none_or(|((bytes, _), ())| *bytes <= own)
    }

    pub(crate) fn push(&mut self, key: FlowKey, frame: Box<[u8]>, now: u64) {
        let length = frame.len() + OVERHEAD;
        let waiting = Waiting { since: now, frame };
        if let Some(flow) = self.flows.get_mut(key) {
            self.lengths.remove((flow.bytes, key));
            flow.frames.push_back(waiting);
            flow.bytes += length;
            self.lengths.insert((flow.bytes, key), ());
        } else {
            let flow = Flow {
                frames: [waiting].into(),
                bytes: length,
                credit: 0,
                turn: self.next_turn,
            };
            self.turns.insert(flow.turn, key);
            self.lengths.insert((length, key), ());
            self.flows.insert(key, flow);
            self.next_turn += 1;
        }
        self.frames += 1;
        self.bytes += length;
    }

    /// The length of the frame whose turn it is; `late` counts those that had waited too long.
    pub(crate) fn next_length(&mut self, now: u64, late: &mut usize) -> Option<usize> {
        loop {
            let (turn, key) = *self.turns.first()?;
            let flow = self.flows.get_mut(key)?;
            let oldest = flow.frames.front()?;
            if now.saturating_sub(oldest.since) > MAX_WAIT {
                self.take_oldest(key);
                *late += 1;
                continue;
            }
            let length = oldest.frame.len();
            if flow.credit >= length {
                return Some(length);
            }
            flow.credit += QUANTUM;
            flow.turn = self.next_turn;
            self.turns.remove(turn);
            self.turns.insert(self.next_turn, key);
            self.next_turn += 1;
        }
    }

    /// That frame.
    pub(crate) fn pop(&mut self, now: u64, late: &mut usize) -> Option<Box<[u8]>> {
        let length = self.next_length(now, late)?;
        let (_, key) = *self.turns.first()?;
        self.flows.get_mut(key)?.credit -= length;
        self.take_oldest(key)
    }

    /// Removes the oldest frame of the longest flow.
    pub(crate) fn drop_one(&mut self) -> Option<Box<[u8]>> {
        let ((_, key), ()) = *self.lengths.last()?;
        self.take_oldest(key)
    }

    /// Whether what is noted twice agrees.
    pub(crate) fn is_consistent(&self) -> bool {
        let mut bytes = 0;
        let mut frames = 0;
        let agrees = self.flows.iter().all(|(key, flow)| {
            let waiting = flow.frames.iter().map(|it| it.frame.len() + OVERHEAD);
            bytes += flow.bytes;
            frames += flow.frames.len();
            !flow.frames.is_empty()
                && flow.bytes == waiting.sum()
                && self.turns.get(flow.turn) == Some(key)
                && self.lengths.contains((flow.bytes, *key))
        });
        agrees
            && (frames, bytes) == (self.frames, self.bytes)
            && self.turns.len() == self.flows.len()
            && self.lengths.len() == self.flows.len()
    }

    fn take_oldest(&mut self, key: FlowKey) -> Option<Box<[u8]>> {
        let flow = self.flows.get_mut(key)?;
        let frame = flow.frames.pop_front()?.frame;
        let length = frame.len() + OVERHEAD;
        self.lengths.remove((flow.bytes, key));
        flow.bytes -= length;
        self.frames -= 1;
        self.bytes -= length;
        if flow.frames.is_empty() {
            let turn = flow.turn;
            self.turns.remove(turn);
            self.flows.remove(key);
        } else {
            self.lengths.insert((flow.bytes, key), ());
        }
        Some(frame)
    }
}
