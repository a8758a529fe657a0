//! A node with two neighbours: its parent, which is the root, on one side, and a leaf on the other.

use snek_forward::{
    Counter, Event, ForwardingPlane, Limits, Options, Port, Route, Scratch, SendResult, Tree, LOCAL,
};
use snek_wire::{
    Contents, Coordinates, CoordinatesBuf, FrameView, Key, Root, TrafficView, Watermark, WireError,
};

pub const NOW: u64 = 1_000_000;
pub const LEAF: Port = 1;
pub const PARENT: Port = 2;
pub const ROOT: Root = Root {
    key: key(9),
    sequence: 3,
};

/// A key by its first word; ours is 5, the leaf's 1, the parent's 9.
pub const fn key(first: u64) -> Key {
    Key::from_words([first, 7, 7, 7])
}

pub struct Node {
    pub plane: ForwardingPlane,
    pub scratch: Scratch,
}

/// What a call left.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub outputs: Vec<(Port, Vec<u8>)>,
    pub control: Vec<Vec<u8>>,
    pub deliveries: Vec<(Key, Vec<u8>)>,
    pub error: Option<WireError>,
}

impl Outcome {
    pub fn output(port: Port, bytes: Vec<u8>) -> Self {
        Self {
            outputs: vec![(port, bytes)],
            ..Self::default()
        }
    }
}

impl Node {
    pub fn new() -> Self {
        Self::with(Options::default())
    }

    pub fn with_limits(limits: Limits) -> Self {
        Self::with(Options {
            limits,
            ..Options::default()
        })
    }

    pub fn with(options: Options) -> Self {
        let mut plane = ForwardingPlane::new(key(5), options);
        assert!(plane.add_peer(LEAF, key(1), 3));
        assert!(plane.add_peer(PARENT, key(9), 3));
        let tables = plane.tables_mut();
        let entries = [(4, key(9))];
        tables.set_announcement(PARENT, ROOT, &entries, 1).unwrap();
        let entries = [(4, key(9)), (1, key(5)), (8, key(1))];
        tables.set_announcement(LEAF, ROOT, &entries, 2).unwrap();
        plane.set_tree(Tree {
            root: ROOT,
            coordinates: coordinates(&[4]),
            parent: Some(PARENT),
        });
        Self {
            plane,
            scratch: Scratch::default(),
        }
    }

    pub fn receive(&mut self, port: Port, bytes: &[u8]) -> Outcome {
        self.receive_at(port, bytes, NOW)
    }

    pub fn receive_at(&mut self, port: Port, bytes: &[u8], now: u64) -> Outcome {
        self.scratch.chunk_mut()[..bytes.len()].copy_from_slice(bytes);
        self.plane
            .receive(&mut self.scratch, port, bytes.len(), now);
        self.outcome()
    }

    pub fn send(&mut self, to: Key, payload: &[u8], now: u64) -> (SendResult, Outcome) {
        let input = [&to.to_bytes(), payload].concat();
        self.scratch.chunk_mut()[..input.len()].copy_from_slice(&input);
        let result = self.plane.send(&mut self.scratch, input.len(), now);
        (result, self.outcome())
    }

    pub fn send_control(&mut self, port: Port, frame: &[u8]) -> Outcome {
        self.scratch.chunk_mut()[..frame.len()].copy_from_slice(frame);
        self.plane
            .send_control(&mut self.scratch, port, frame.len());
        self.outcome()
    }

    /// One write's worth of what waits.
    pub fn drain(&mut self, port: Port) -> Option<Vec<u8>> {
        self.plane.drain(&mut self.scratch, port);
        let mut outcome = self.outcome();
        assert!(outcome.outputs.iter().all(|(to, _)| *to == port));
        outcome.outputs.pop().map(|(_, bytes)| bytes)
    }

    pub fn counter(&self, counter: Counter) -> u64 {
        self.plane.counter(counter)
    }

    pub fn install(&mut self, of: Key, source: Port, sequence: u64) {
        let route = Route {
            key: of,
            source,
            destination: LOCAL,
            sequence,
            root: ROOT,
            time: NOW,
        };
        self.plane.tables_mut().routes_mut().install(route, NOW);
    }

    fn outcome(&self) -> Outcome {
        let mut outcome = Outcome::default();
        let bytes = |place| self.scratch.bytes(place).to_vec();
        for event in self.scratch.events() {
            match *event {
                Event::Output { port, bytes: place } => outcome.outputs.push((port, bytes(place))),
                Event::Control { frame } => outcome.control.push(bytes(frame)),
                Event::Delivery {
                    source_key,
                    payload,
                } => {
                    let key = Key::from_bytes(&bytes(source_key).try_into().unwrap());
                    outcome.deliveries.push((key, bytes(payload)));
                }
                Event::Error(error) => outcome.error = Some(error),
            }
        }
        outcome
    }
}

pub fn coordinates(ports: &[u64]) -> CoordinatesBuf {
    CoordinatesBuf::from_ports(ports.iter().copied()).unwrap()
}

/// A traffic frame to be varied.
#[derive(Clone)]
pub struct Traffic {
    pub from: Key,
    pub to: Key,
    pub destination: Vec<u64>,
    pub source: Vec<u64>,
    pub watermark: Watermark,
    pub hop_limit: u8,
    pub payload: Vec<u8>,
}

impl Traffic {
    pub fn new(from: Key, to: Key, payload: &[u8]) -> Self {
        Self {
            from,
            to,
            destination: vec![],
            source: vec![],
            watermark: Watermark::INITIAL,
            hop_limit: 10,
            payload: payload.to_vec(),
        }
    }

    /// With another watermark.
    pub fn marked(mut self, key: Key, sequence: u64) -> Self {
        self.watermark = Watermark { key, sequence };
        self
    }

    pub fn by_tree(mut self, destination: &[u64]) -> Self {
        self.destination = destination.to_vec();
        self
    }

    pub fn with_source(mut self, source: &[u64]) -> Self {
        self.source = source.to_vec();
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let (destination, source) = (coordinates(&self.destination), coordinates(&self.source));
        encode(
            self.hop_limit,
            Contents::Traffic(TrafficView {
                destination: destination.view(),
                source: source.view(),
                destination_key: self.to,
                source_key: self.from,
                watermark: self.watermark,
                payload: &self.payload,
            }),
        )
    }
}

pub fn encode(hop_limit: u8, contents: Contents<'_>) -> Vec<u8> {
    let mut out = vec![];
    let frame = FrameView {
        extra: 6,
        hop_limit,
        contents,
    };
    frame.encode(&mut out).unwrap();
    out
}

pub fn keepalive() -> Vec<u8> {
    encode(0, Contents::Keepalive)
}

pub fn announcement(payload: &[u8]) -> Vec<u8> {
    encode(0, Contents::Announcement { payload })
}

pub fn bootstrap(payload: &[u8]) -> Vec<u8> {
    let contents = Contents::Bootstrap {
        destination_key: key(3),
        watermark: Watermark::INITIAL,
        payload,
    };
    encode(0, contents)
}

/// The frames of an output.
pub fn frames(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut frames = vec![];
    while !bytes.is_empty() {
        let length = usize::from(u16::from_be_bytes([bytes[8], bytes[9]]));
        let (frame, rest) = bytes.split_at(length);
        frames.push(frame);
        bytes = rest;
    }
    frames
}

pub fn traffic(frame: &[u8]) -> TrafficView<'_> {
    match FrameView::parse(frame).unwrap().contents {
        Contents::Traffic(traffic) => traffic,
        other => panic!("not traffic: {other:?}"),
    }
}

pub fn ports(coordinates: Coordinates<'_>) -> Vec<u64> {
    coordinates.ports().collect()
}
