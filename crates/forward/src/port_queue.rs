//! What waits for a port that can't be written to: control frames first, then traffic.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use snek_wire::frame::field;
use snek_wire::FrameType;

use crate::fair_queue::FlowKey;
use crate::traffic_queue::TrafficQueue;
use crate::Port;

/// How many bytes one write takes out of a queue, about: little enough that what comes in meanwhile for
/// other flows has its turn soon.
const WRITE_BYTES: usize = 64 << 10;

/// What one write takes out of a queue.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub(crate) frames: usize,
    pub(crate) protocol_bytes: usize,
    pub(crate) traffic_bytes: usize,
    /// Frames that had waited too long.
    pub(crate) late: usize,
}

#[derive(Debug, Default)]
pub(crate) struct PortQueue {
    /// A later announcement makes an earlier one void.
    announcement: Option<Box<[u8]>>,
    control: VecDeque<Box<[u8]>>,
    control_bytes: usize,
    traffic: TrafficQueue,
}

impl PortQueue {
    pub(crate) fn is_empty(&self) -> bool {
        self.frames() == 0
    }

    pub(crate) fn has_control(&self) -> bool {
        self.announcement.is_some() || !self.control.is_empty()
    }

    pub(crate) fn frames(&self) -> usize {
        usize::from(self.announcement.is_some()) + self.control.len() + self.traffic.frames()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.announcement.as_ref().map_or(0, |frame| frame.len())
            + self.control_bytes
            + self.traffic.bytes()
    }

    pub(crate) const fn control_bytes(&self) -> usize {
        self.control_bytes
    }

    pub(crate) const fn traffic(&self) -> &TrafficQueue {
        &self.traffic
    }

    /// Returns how many frames were dropped.
    pub(crate) fn push_traffic(
        &mut self,
        from: Port,
        flow: FlowKey,
        frame: &[u8],
        limit: usize,
        now: u64,
    ) -> usize {
        self.traffic.push(from, flow, frame.into(), now);
        let mut dropped = 0;
        while self.traffic.bytes() > limit && self.drop_traffic() {
            dropped += 1;
        }
        dropped
    }

    /// False if no traffic waits.
    pub(crate) fn drop_traffic(&mut self) -> bool {
        self.traffic.drop_one()
    }

    /// Returns how many frames were dropped.
    pub(crate) fn push_control(&mut self, frame: &[u8], limit: usize) -> usize {
        let frame_type = frame
            .get(field::TYPE)
            .copied()
            .and_then(FrameType::from_number);
        match frame_type {
            Some(FrameType::Announcement) => {
                self.announcement = Some(frame.into());
                return 0;
            }
            // Whatever waits says as much.
            Some(FrameType::Keepalive) if !self.is_empty() => return 0,
            _ => {}
        }
        self.control_bytes += frame.len();
        self.control.push_back(frame.into());
        let mut dropped = 0;
        while self.control_bytes > limit {
            let Some(oldest) = self.control.pop_front() else {
                break;
            };
            self.control_bytes -= oldest.len();
            dropped += 1;
        }
        dropped
    }

    /// Appends what one write should take to `out`.
    pub(crate) fn take(&mut self, out: &mut Vec<u8>, now: u64) -> Taken {
        let mut taken = Taken::default();
        while taken.protocol_bytes + taken.traffic_bytes < WRITE_BYTES {
            let frame = if let Some(frame) = self.pop_control() {
                taken.protocol_bytes += frame.len();
                frame
            } else if let Some(frame) = self.traffic.pop(now, &mut taken.late) {
                taken.traffic_bytes += frame.len();
                frame
            } else {
                break;
            };
            out.extend_from_slice(&frame);
            taken.frames += 1;
        }
        taken
    }

    fn pop_control(&mut self) -> Option<Box<[u8]>> {
        self.announcement.take().or_else(|| {
            let frame = self.control.pop_front()?;
            self.control_bytes -= frame.len();
            Some(frame)
        })
    }
}
