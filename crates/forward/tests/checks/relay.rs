//! A plane among peers that send anything, cut anywhere, while its tables change and its ports block:
//! what comes out is what PROTOCOL.md section 5 says, and the plane's own invariants hold.

use std::collections::BTreeMap;

use snek_forward::{
    Counter, Event, ForwardingPlane, Limits, Options, Port, Route, Scratch, SendResult, Tree, LOCAL,
};
use snek_wire::{Contents, FrameType, FrameView, Key, Root, TrafficView, Watermark, WireError};

use super::port_model::{control, flow, frames, PortModel};
use super::relay_model::{cut, decide, next_hop, Verdict};
use super::script::Script;
use super::state::{coordinates, NOW};

/// Mostly those of the first two peers; port 0 and the others now and then.
const PORTS: [Port; 8] = [1, 2, 1, 2, 3, 4, 5, LOCAL];

/// Runs the script that `bytes` are.
pub fn check(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let mut relay = Relay::new(script.byte());
    while !script.is_at_end() {
        relay.step(&mut script);
    }
}

struct Relay {
    plane: ForwardingPlane,
    scratch: Scratch,
    options: Options,
    ports: BTreeMap<Port, PortModel>,
    announcements: u64,
    now: u64,
}

/// What a call leaves.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    outputs: BTreeMap<Port, Vec<u8>>,
    control: Vec<Vec<u8>>,
    deliveries: Vec<(Key, Vec<u8>)>,
    error: Option<WireError>,
}

impl Relay {
    /// Between its parent, which is the root, and a leaf.
    fn new(choices: u8) -> Self {
        let size = if choices & 2 == 0 { 2000 } else { 150_000 };
        let options = Options {
            hop_limiting: choices & 1 == 1,
            limits: Limits {
                routes: 6,
                coordinates: 3,
                queue_bytes: size,
                control_bytes: 400,
                total_queue_bytes: size + size / 4,
            },
        };
        let key = |first| Key::from_words([first, 0, 0, 0]);
        let mut relay = Self {
            plane: ForwardingPlane::new(key(5), options),
            scratch: Scratch::default(),
            options,
            ports: BTreeMap::new(),
            announcements: 0,
            now: NOW,
        };
        let root = Root {
            key: key(9),
            sequence: 1,
        };
        relay.add_peer(1, key(1), 3);
        relay.add_peer(2, key(9), 3);
        relay.announce(2, root, &[(1, key(9))]);
        relay.announce(1, root, &[(1, key(9)), (2, key(5)), (3, key(1))]);
        relay.plane.set_tree(Tree {
            root,
            coordinates: coordinates(&[1]),
            parent: Some(2),
        });
        relay
    }

    fn step(&mut self, script: &mut Script<'_>) {
        let port = port(script);
        match script.below(20) {
            0..=6 => {
                let stream = stream(script);
                self.receive_in_pieces(port, &stream, script);
            }
            7 => {
                let length = usize::from(script.byte());
                self.receive(port, script.bytes(length));
            }
            8 => self.add_peer(port, script.key(), script.below(5)),
            9 => self.remove_peer(port),
            10 => self.set_writable(port, script.byte() % 4 > 0),
            11 => self.drain(port),
            12 => self.send_control(port, script),
            13 => self.send(script.key(), length(script)),
            14 => self.install(port, script),
            15 => {
                self.plane.tables_mut().routes_mut().expire(self.now);
            }
            16 => self.now += 40 * u64::from(script.byte()),
            17 => {
                let (root, count) = (script.root(), script.below(4));
                let entries: Vec<_> = (0..count).map(|_| script.entry()).collect();
                self.announce(port, root, &entries);
            }
            18 => self.plane.set_tree(Tree {
                root: script.root(),
                coordinates: coordinates(&script.ports()),
                parent: Some(port).filter(|port| *port != LOCAL),
            }),
            _ => {
                let key = script.flag().then(|| script.key());
                self.plane.forget_coordinates(key);
            }
        }
    }

    fn add_peer(&mut self, port: Port, key: Key, kind: u8) {
        let is_free = port != LOCAL && !self.ports.contains_key(&port);
        assert_eq!(self.plane.add_peer(port, key, kind), is_free);
        if is_free {
            self.ports.insert(port, PortModel::default());
        }
    }

    fn remove_peer(&mut self, port: Port) {
        self.plane.remove_peer(port);
        self.ports.remove(&port);
    }

    fn announce(&mut self, port: Port, root: Root, entries: &[(u64, Key)]) {
        self.announcements += 1;
        let tables = self.plane.tables_mut();
        tables
            .set_announcement(port, root, entries, self.announcements)
            .expect("it's short");
    }

    fn install(&mut self, port: Port, script: &mut Script<'_>) {
        let route = Route {
            key: script.key(),
            source: port,
            destination: self::port(script),
            sequence: script.number(),
            root: script.root(),
            time: self.now,
        };
        self.plane
            .tables_mut()
            .routes_mut()
            .install(route, self.now);
    }

    fn receive_in_pieces(&mut self, port: Port, stream: &[u8], script: &mut Script<'_>) {
        let at = usize::from(script.byte()) * stream.len() / 255;
        let (first, second) = stream.split_at(at);
        for piece in first
            .chunks(Scratch::MAX_CHUNK)
            .chain(second.chunks(Scratch::MAX_CHUNK))
        {
            self.receive(port, piece);
        }
    }

    fn receive(&mut self, port: Port, chunk: &[u8]) {
        let draining = self.draining();
        let (expected, dropped) = self.expect_of(port, chunk);
        let before: Vec<u64> = dropped.iter().map(|it| self.plane.counter(*it.0)).collect();
        self.scratch.chunk_mut()[..chunk.len()].copy_from_slice(chunk);
        self.plane
            .receive(&mut self.scratch, port, chunk.len(), self.now);
        let mut outcome = self.outcome();
        for port in draining {
            self.take_directly(port, &mut outcome);
        }
        assert_eq!(outcome, expected);
        for ((reason, count), before) in dropped.iter().zip(before) {
            assert_eq!(self.plane.counter(*reason), before + count, "{reason:?}");
        }
    }

    /// Ports that can be written to, though something waits.
    fn draining(&self) -> Vec<Port> {
        let is_draining = |(port, model): &(&Port, &PortModel)| {
            !model.blocked && self.plane.port_counters(**port).queued_frames > 0
        };
        let ports = self.ports.iter().filter(is_draining);
        ports.map(|(port, _)| *port).collect()
    }

    /// A frame that is longer than the whole queue may empty it, and those after it needn't wait.
    fn take_directly(&mut self, port: Port, outcome: &mut Outcome) {
        let bytes = outcome.outputs.remove(&port).unwrap_or_default();
        let model = self.ports.get_mut(&port).expect("it was there");
        for frame in frames(&bytes) {
            assert!(model.take(flow(frame).expect("it's traffic"), frame));
        }
    }

    /// What is to come of a chunk, and how many frames are to be dropped why.
    fn expect_of(&mut self, port: Port, chunk: &[u8]) -> (Outcome, BTreeMap<Counter, u64>) {
        let mut outcome = Outcome::default();
        let mut dropped = BTreeMap::new();
        let Some(model) = self.ports.get_mut(&port).filter(|model| !model.failed) else {
            return (outcome, dropped);
        };
        let mut stream = std::mem::take(&mut model.kept);
        stream.extend(chunk);
        loop {
            let verdict = cut(&mut stream).and_then(|frame| {
                let Some(frame) = frame else { return Ok(None) };
                let limiting = self.options.hop_limiting;
                let verdict = decide(&mut self.plane, limiting, port, &frame, self.now)?;
                Ok(Some((frame, verdict)))
            });
            match verdict {
                Ok(Some((frame, verdict))) => match verdict {
                    Verdict::Skip => {}
                    Verdict::Control => outcome.control.push(frame),
                    Verdict::Deliver(it) => outcome.deliveries.push((it.from, it.payload)),
                    Verdict::Forward(to, flow, frame) => {
                        self.expect_out(&mut outcome, (port, to), flow, frame);
                    }
                    Verdict::Drop(reason) => *dropped.entry(reason).or_default() += 1,
                },
                Ok(None) => break,
                Err(error) => {
                    outcome.error = Some(error);
                    break;
                }
            }
        }
        if let Some(model) = self.ports.get_mut(&port) {
            model.failed = outcome.error.is_some();
            model.kept = stream;
        }
        (outcome, dropped)
    }

    /// A frame goes out at once, or waits.
    fn expect_out(
        &mut self,
        outcome: &mut Outcome,
        (from, to): (Port, Port),
        flow: (Key, Key),
        frame: Vec<u8>,
    ) {
        let is_empty = self.plane.port_counters(to).queued_frames == 0;
        let model = self.ports.get_mut(&to).expect("a next hop is a peering");
        if is_empty && !model.blocked {
            outcome.outputs.entry(to).or_default().extend(frame);
        } else {
            model.wait(from, flow, frame);
        }
    }

    fn set_writable(&mut self, port: Port, writable: bool) {
        self.plane.set_writable(port, writable);
        if let Some(model) = self.ports.get_mut(&port) {
            model.blocked = !writable;
        }
    }

    fn drain(&mut self, port: Port) {
        let waiting = self.plane.port_counters(port).queued_frames;
        let late = self.plane.counter(Counter::DroppedLate);
        self.plane.drain(&mut self.scratch, port);
        let mut outcome = self.outcome();
        let bytes = outcome.outputs.remove(&port).unwrap_or_default();
        assert_eq!(outcome, Outcome::default());
        let Some(model) = self.ports.get_mut(&port).filter(|model| !model.blocked) else {
            assert!(bytes.is_empty());
            return;
        };
        let frames = frames(&bytes);
        let mut length = 0;
        for frame in &frames {
            assert!(length < 64 << 10, "it takes no more than a write's worth");
            length += frame.len();
            match flow(frame) {
                Some(flow) => {
                    assert!(!model.has_control(), "control goes first");
                    assert!(model.take(flow, frame));
                }
                None => assert_eq!(model.next_control().as_deref(), Some(*frame)),
            }
        }
        let left = self.plane.port_counters(port).queued_frames;
        let late = self.plane.counter(Counter::DroppedLate) - late;
        assert_eq!(waiting, frames.len() as u64 + late + left);
        assert!(left == 0 || length >= 64 << 10);
    }

    fn send_control(&mut self, port: Port, script: &mut Script<'_>) {
        let frame_type = FrameType::from_number(script.below(5)).expect("there are five");
        let length = usize::from(script.byte());
        let frame = control(frame_type, script.bytes(length));
        let mut expected = Outcome::default();
        let is_empty = self.plane.port_counters(port).queued_frames == 0;
        if let Some(model) = self.ports.get_mut(&port) {
            if model.blocked || model.has_control() {
                model.wait_with_control(&frame, self.options.limits.control_bytes, is_empty);
            } else {
                expected.outputs.insert(port, frame.clone());
            }
        }
        self.scratch.chunk_mut()[..frame.len()].copy_from_slice(&frame);
        self.plane
            .send_control(&mut self.scratch, port, frame.len());
        assert_eq!(self.outcome(), expected);
    }

    fn send(&mut self, to: Key, length: usize) {
        let own = self.plane.tables().key();
        let payload = vec![7; length.min(Scratch::MAX_CHUNK - Key::LENGTH)];
        let remembered = self.plane.remembered(self.now).find(|it| it.0 == to);
        let destination = remembered.map(|it| it.1.to_buf()).unwrap_or_default();
        let source = self.plane.tables().tree().coordinates.clone();
        let traffic = TrafficView {
            destination: destination.view(),
            source: source.view(),
            destination_key: to,
            source_key: own,
            watermark: Watermark::INITIAL,
            payload: &payload,
        };
        let hop = next_hop(&mut self.plane, &traffic, LOCAL, self.now);
        let frame = hop.and_then(|(port, traffic)| Some((port, encode(&traffic, 10)?)));
        let input = [&to.to_bytes(), &*payload].concat();
        self.scratch.chunk_mut()[..input.len()].copy_from_slice(&input);
        let dropped = self.plane.counter(Counter::DroppedQueueFull);
        let waiting = |relay: &Self, port| relay.plane.port_counters(port).queued_frames;
        let before = frame.as_ref().map_or(0, |(port, _)| waiting(self, *port));
        let result = self.plane.send(&mut self.scratch, input.len(), self.now);
        let mut expected = Outcome::default();
        match (result, frame) {
            (SendResult::Sent, _) if to == own => expected.deliveries.push((own, payload)),
            (SendResult::Sent, Some((port, frame))) => {
                let model = self.ports.get_mut(&port).expect("a next hop is a peering");
                if before == 0 && !model.blocked {
                    expected.outputs.insert(port, frame);
                } else {
                    model.wait(LOCAL, (own, to), frame);
                }
            }
            (SendResult::QueueFull, Some((port, _))) => {
                assert!(before > 0);
                assert_eq!(waiting(self, port), before);
                assert_eq!(self.plane.counter(Counter::DroppedQueueFull), dropped);
            }
            (SendResult::TooLong, None) => assert!(hop.is_some()),
            (SendResult::NoRoute, None) => assert!(hop.is_none()),
            (result, frame) => panic!("{result:?} of {frame:?}"),
        }
        assert_eq!(self.outcome(), expected);
    }

    fn outcome(&self) -> Outcome {
        let mut outcome = Outcome::default();
        let bytes = |place| self.scratch.bytes(place).to_vec();
        for event in self.scratch.events() {
            match *event {
                Event::Output { port, bytes: place } => {
                    let earlier = outcome.outputs.insert(port, bytes(place));
                    assert_eq!(earlier, None, "one output a port");
                }
                Event::Control { frame } => outcome.control.push(bytes(frame)),
                Event::Delivery {
                    source_key,
                    payload,
                } => {
                    let key = bytes(source_key).try_into().expect("it's a key");
                    let delivery = (Key::from_bytes(&key), bytes(payload));
                    outcome.deliveries.push(delivery);
                }
                Event::Error(error) => outcome.error = Some(error),
            }
        }
        outcome
    }
}

fn port(script: &mut Script<'_>) -> Port {
    PORTS[usize::from(script.below(8))]
}

/// A few frames, perhaps with a byte changed.
fn stream(script: &mut Script<'_>) -> Vec<u8> {
    let mut stream = vec![];
    for _ in 0..=script.below(4) {
        match script.below(16) {
            0 => stream.extend(control(FrameType::Keepalive, b"")),
            1 => stream.extend(control(FrameType::Bootstrap, &[1; 20])),
            2 => {
                let mut unknown = control(FrameType::Announcement, b"unknown");
                unknown[5] = 5;
                stream.extend(unknown);
            }
            kind => {
                let by_tree = kind % 2 == 0;
                stream.extend(traffic(script, by_tree).unwrap_or_default());
            }
        }
    }
    if script.below(8) == 0 && !stream.is_empty() {
        let at = usize::from(script.byte()) % stream.len();
        stream[at] = script.byte();
    }
    stream
}

/// None if no frame can hold it.
fn traffic(script: &mut Script<'_>, by_tree: bool) -> Option<Vec<u8>> {
    let ports = if by_tree { script.ports() } else { vec![] };
    let (destination, source) = (coordinates(&ports), script.coordinates());
    let traffic = TrafficView {
        destination: destination.view(),
        source: source.view(),
        destination_key: script.key(),
        source_key: script.key(),
        watermark: if by_tree {
            Watermark::INITIAL
        } else {
            script.watermark()
        },
        payload: &vec![7; length(script)],
    };
    encode(&traffic, script.below(4))
}

fn encode(traffic: &TrafficView<'_>, hop_limit: u8) -> Option<Vec<u8>> {
    let mut frame = vec![];
    let view = FrameView {
        extra: 0,
        hop_limit,
        contents: Contents::Traffic(*traffic),
    };
    view.encode(&mut frame).ok()?;
    Some(frame)
}

/// Mostly short, else about as long as a frame may be.
fn length(script: &mut Script<'_>) -> usize {
    match script.byte() {
        byte if byte < 0xf8 => usize::from(byte),
        byte if byte < 0xfc => 4000 * usize::from(byte - 0xf7),
        _ => 65_535 - 113 - usize::from(script.byte() % 64),
    }
}
