//! What waits for a port. Which traffic a full queue drops is the queue's own business; what it keeps is
//! as it was, and in the order of its flow.

use std::collections::{BTreeMap, HashMap, VecDeque};

use snek_forward::Port;
use snek_wire::{Contents, FrameType, FrameView};

use super::relay_model::Flow;

#[derive(Default)]
pub struct PortModel {
    /// Received of a frame that isn't whole.
    pub kept: Vec<u8>,
    pub failed: bool,
    pub blocked: bool,
    announcement: Option<Vec<u8>>,
    control: VecDeque<Vec<u8>>,
    /// By the peerings that they came from.
    flows: HashMap<Flow, BTreeMap<Port, VecDeque<Vec<u8>>>>,
}

impl PortModel {
    pub fn has_control(&self) -> bool {
        self.announcement.is_some() || !self.control.is_empty()
    }

    pub fn wait(&mut self, from: Port, flow: Flow, frame: Vec<u8>) {
        let origins = self.flows.entry(flow).or_default();
        origins.entry(from).or_default().push_back(frame);
    }

    /// Whether a frame that goes out was next of its flow, those that were dropped before it apart. A flow that
    /// comes from several peerings has no order.
    pub fn take(&mut self, flow: Flow, frame: &[u8]) -> bool {
        let origins = self.flows.entry(flow).or_default();
        let is_ordered = origins.len() == 1;
        for waiting in origins.values_mut() {
            let Some(at) = waiting.iter().position(|other| other == frame) else {
                continue;
            };
            if is_ordered {
                waiting.drain(..=at);
            } else {
                waiting.remove(at);
            }
            return true;
        }
        false
    }

    /// `is_empty`: nothing waits for the port.
    pub fn wait_with_control(&mut self, frame: &[u8], limit: usize, is_empty: bool) {
        match FrameView::parse(frame).map(|view| view.contents) {
            Ok(Contents::Announcement { .. }) => self.announcement = Some(frame.to_vec()),
            Ok(Contents::Keepalive) if !is_empty => {}
            _ => self.control.push_back(frame.to_vec()),
        }
        while self.control.iter().map(Vec::len).sum::<usize>() > limit {
            self.control.pop_front();
        }
    }

    pub fn next_control(&mut self) -> Option<Vec<u8>> {
        self.announcement
            .take()
            .or_else(|| self.control.pop_front())
    }
}

/// The frames of an output, which must be whole.
pub fn frames(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut frames = vec![];
    while !bytes.is_empty() {
        let length = usize::from(u16::from_be_bytes([bytes[8], bytes[9]]));
        let (frame, rest) = bytes.split_at(length);
        assert!(FrameView::parse(frame).is_ok());
        frames.push(frame);
        bytes = rest;
    }
    frames
}

/// The flow of a traffic frame.
pub fn flow(frame: &[u8]) -> Option<Flow> {
    match FrameView::parse(frame).ok()?.contents {
        Contents::Traffic(traffic) => Some((traffic.source_key, traffic.destination_key)),
        _ => None,
    }
}

/// A control frame of each type.
pub fn control(frame_type: FrameType, payload: &[u8]) -> Vec<u8> {
    use snek_wire::{Key, Watermark};

    let (key, watermark) = (Key::from_words([3; 4]), Watermark::INITIAL);
    let contents = match frame_type {
        FrameType::Keepalive | FrameType::Traffic => Contents::Keepalive,
        FrameType::Announcement => Contents::Announcement { payload },
        FrameType::Bootstrap => Contents::Bootstrap {
            destination_key: key,
            watermark,
            payload,
        },
        FrameType::Broadcast => Contents::Broadcast {
            source_key: key,
            payload,
        },
    };
    let mut frame = vec![];
    let view = FrameView {
        extra: 0,
        hop_limit: 0,
        contents,
    };
    view.encode(&mut frame).expect("it's short");
    frame
}
