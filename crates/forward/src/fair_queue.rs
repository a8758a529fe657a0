//! Frames that wait, fairly between flows: deficit round robin by bytes. When there is no room, the oldest
//! frame of the longest flow goes, so that a greedy flow drops its own frames.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet, VecDeque};

use snek_wire::Key;

/// Source and destination key.
pub(crate) type FlowKey = (Key, Key);

/// What a flow may send at each of its turns, in bytes: a datagram of the size that the reference sends.
const QUANTUM: usize = 2048;

/// What a frame takes besides its bytes, about: counted, so that small ones are bounded too.
const OVERHEAD: usize = 64;

#[derive(Debug, Default)]
struct Flow {
    key: Option<FlowKey>,
    frames: VecDeque<Box<[u8]>>,
    bytes: usize,
    credit: usize,
    turn: u64,
}

/// Waiting traffic of one port.
#[derive(Debug, Default)]
pub(crate) struct FairQueue {
    flows: BTreeMap<u32, Flow>,
    ids: BTreeMap<FlowKey, u32>,
    turns: BTreeSet<(u64, u32)>,
    lengths: BTreeSet<(usize, u32)>,
    next_id: u32,
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
        self.bytes
    }

    /// Whether no flow waits with more bytes than this one would.
    pub(crate) fn is_longest(&self, key: FlowKey, length: usize) -> bool {
        let own = self
            .ids
            .get(&key)
            .and_then(|id| self.flows.get(id))
            .map_or(0, |it| it.bytes);
        self.lengths
            .last()
            .is_none_or(|(longest, _)| *longest <= own + length + OVERHEAD)
    }

    pub(crate) fn push(&mut self, key: FlowKey, frame: Box<[u8]>) {
        let id = *self.ids.entry(key).or_insert_with(|| {
            self.next_id = self.next_id.wrapping_add(1);
            self.next_id
        });
        let flow = self.flows.entry(id).or_default();
        if flow.frames.is_empty() {
            flow.key = Some(key);
            flow.turn = self.next_turn;
            self.next_turn += 1;
            self.turns.insert((flow.turn, id));
        } else {
            self.lengths.remove(&(flow.bytes, id));
        }
        let length = frame.len() + OVERHEAD;
        flow.frames.push_back(frame);
        flow.bytes += length;
        self.lengths.insert((flow.bytes, id));
        self.frames += 1;
        self.bytes += length;
    }

    /// The frame whose turn it is.
    pub(crate) fn pop(&mut self) -> Option<Box<[u8]>> {
        loop {
            let (turn, id) = *self.turns.first()?;
            let flow = self.flows.get_mut(&id)?;
            let length = flow.frames.front()?.len();
            if flow.credit >= length {
                flow.credit -= length;
                return self.take_oldest(id);
            }
            flow.credit += QUANTUM;
            flow.turn = self.next_turn;
            self.next_turn += 1;
            self.turns.remove(&(turn, id));
            self.turns.insert((flow.turn, id));
        }
    }

    /// Removes the oldest frame of the longest flow.
    pub(crate) fn drop_one(&mut self) -> Option<Box<[u8]>> {
        let (_, id) = *self.lengths.last()?;
        self.take_oldest(id)
    }

    fn take_oldest(&mut self, id: u32) -> Option<Box<[u8]>> {
        let flow = self.flows.get_mut(&id)?;
        let frame = flow.frames.pop_front()?;
        let length = frame.len() + OVERHEAD;
        self.lengths.remove(&(flow.bytes, id));
        flow.bytes -= length;
        self.frames -= 1;
        self.bytes -= length;
        if flow.frames.is_empty() {
            self.turns.remove(&(flow.turn, id));
            if let Some(Flow { key: Some(key), .. }) = self.flows.remove(&id) {
                self.ids.remove(&key);
            }
        } else {
            self.lengths.insert((flow.bytes, id));
        }
        Some(frame)
    }
}
