//! Traffic that waits for one port. The peerings that it came from take turns, by bytes, and within each of
//! them its flows: keys cost nothing, so a peer can make up as many flows as it likes, but peerings are few.

use alloc::boxed::Box;
use alloc::collections::VecDeque;

use crate::fair_queue::{FairQueue, FlowKey};
use crate::Port;

/// What a peering may send at each of its turns, in bytes.
const QUANTUM: usize = 2048;

#[derive(Debug)]
struct Origin {
    port: Port,
    credit: usize,
    /// Never empty.
    flows: FairQueue,
}

#[derive(Debug, Default)]
pub(crate) struct TrafficQueue {
    /// Those with something that waits; the first has its turn.
    origins: VecDeque<Origin>,
}

impl TrafficQueue {
    /// Frames waiting.
    pub(crate) fn frames(&self) -> usize {
        self.origins
            .iter()
            .map(|origin| origin.flows.frames())
            .sum()
    }

    /// Bytes waiting, with what it takes to hold them.
    pub(crate) fn bytes(&self) -> usize {
        self.origins.iter().map(|origin| origin.flows.bytes()).sum()
    }

    /// Whether a frame of some length would take this over `limit`, and its own flow be the one to lose.
    pub(crate) fn would_drop_own(
        &self,
        from: Port,
        flow: FlowKey,
        length: usize,
        limit: usize,
    ) -> bool {
        let (mut others, mut largest) = (0, 0);
        let mut own = None;
        for origin in &self.origins {
            let bytes = origin.flows.bytes();
            if origin.port == from {
                own = Some(&origin.flows);
            } else {
                others += bytes;
                largest = bytes.max(largest);
            }
        }
        let empty = FairQueue::default();
        let flows = own.unwrap_or(&empty);
        let bytes = flows.bytes_with(flow, length);
        others + bytes > limit && largest <= bytes && flows.would_be_longest(flow, length)
    }

    /// Takes in a frame that came from a peering.
    pub(crate) fn push(&mut self, from: Port, flow: FlowKey, frame: Box<[u8]>, now: u64) {
        if let Some(origin) = self.origins.iter_mut().find(|origin| origin.port == from) {
            origin.flows.push(flow, frame, now);
            return;
        }
        let mut flows = FairQueue::default();
        flows.push(flow, frame, now);
        self.origins.push_back(Origin {
            port: from,
            credit: 0,
            flows,
        });
    }

    /// The frame whose turn it is; `late` counts those that had waited too long.
    pub(crate) fn pop(&mut self, now: u64, late: &mut usize) -> Option<Box<[u8]>> {
        loop {
            let origin = self.origins.front_mut()?;
            let Some(length) = origin.flows.next_length(now, late) else {
                self.origins.pop_front();
                continue;
            };
            if origin.credit >= length {
                origin.credit -= length;
                let frame = origin.flows.pop(now, late);
                if origin.flows.frames() == 0 {
                    self.origins.pop_front();
                }
                return frame;
            }
            origin.credit += QUANTUM;
            self.origins.rotate_left(1);
        }
    }

    /// Removes the oldest frame of the longest flow of the peering with the most. False if nothing waits.
    pub(crate) fn drop_one(&mut self) -> bool {
        let bytes = self.origins.iter().map(|origin| origin.flows.bytes());
        let Some((at, _)) = bytes.enumerate().max_by_key(|(_, bytes)| *bytes) else {
            return false;
        };
        let Some(origin) = self.origins.get_mut(at) else {
            return false;
        };
        origin.flows.drop_one();
        if origin.flows.frames() == 0 {
            self.origins.remove(at);
        }
        true
    }

    /// Whether what is noted twice agrees.
    pub(crate) fn is_consistent(&self) -> bool {
        let ports = self.origins.iter().enumerate().all(|(at, origin)| {
            let mut before = self.origins.iter().take(at);
            before.all(|other| other.port != origin.port)
        });
        let is_fine = |origin: &Origin| origin.flows.frames() > 0 && origin.flows.is_consistent();
        ports && self.origins.iter().all(is_fine)
    }
}
