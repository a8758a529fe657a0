//! Engines joined by a network in virtual time: latency, loss, reordering, a size limit.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use crate::{ConnectionId, Engine, Event, Key, Read, Settings, Write};

pub(super) fn settings(node: u8) -> Settings {
    Settings {
        seed: [node; 32],
        random: [node; 32],
        idle_timeout: Duration::from_secs(15),
        keep_alive: None,
        limits: Default::default(),
    }
}

pub(super) struct Node {
    pub(super) engine: Engine,
    pub(super) events: VecDeque<Event>,
    /// Where this node's packets go instead of to the key that they name.
    pub(super) diverted: Option<usize>,
    pub(super) sent: usize,
    pub(super) largest: usize,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct InFlight {
    arrival: u64,
    order: u64,
    to: usize,
    from: Key,
    bytes: Vec<u8>,
}

pub(super) struct Net {
    pub(super) nodes: Vec<Node>,
    pub(super) now: f64,
    pub(super) latency: f64,
    /// Packets lost in a thousand.
    pub(super) loss: u64,
    /// Packets delayed twice as long, in a thousand.
    pub(super) reordering: u64,
    pub(super) largest: usize,
    in_flight: BinaryHeap<Reverse<InFlight>>,
    order: u64,
    random: u64,
}

impl Net {
    pub(super) fn new(settings: impl IntoIterator<Item = Settings>) -> Self {
        let now = 1_700_000_000_000.0;
        let engines = settings
            .into_iter()
            .map(|settings| Engine::new(&settings, now).unwrap());
        Self::of(engines.collect(), now)
    }

    pub(super) fn of(engines: Vec<Engine>, now: f64) -> Self {
        let node = |engine| Node {
            engine,
            events: VecDeque::new(),
            diverted: None,
            sent: 0,
            largest: 0,
        };
        Self {
            nodes: engines.into_iter().map(node).collect(),
            now,
            latency: 5.0,
            loss: 0,
            reordering: 0,
            largest: usize::MAX,
            in_flight: BinaryHeap::new(),
            order: 0,
            random: 1,
        }
    }

    pub(super) fn pair() -> Self {
        Self::new([settings(1), settings(2)])
    }

    /// xorshift: the same losses in every run.
    fn chance(&mut self, in_a_thousand: u64) -> bool {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % 1000 < in_a_thousand
    }

    pub(super) fn key(&self, node: usize) -> Key {
        self.nodes[node].engine.key()
    }

    fn send(&mut self, from: usize, to: Key, bytes: Vec<u8>) {
        let node = &mut self.nodes[from];
        node.sent += 1;
        node.largest = node.largest.max(bytes.len());
        let diverted = node.diverted;
        let target = diverted.or_else(|| (0..self.nodes.len()).find(|&n| self.key(n) == to));
        let lost = self.chance(self.loss) || bytes.len() > self.largest;
        let late = self.chance(self.reordering);
        if let Some(to) = target.filter(|_| !lost) {
            let latency = self.latency * if late { 2.0 } else { 1.0 };
            self.order += 1;
            self.in_flight.push(Reverse(InFlight {
                arrival: ((self.now + latency) * 1000.0) as u64,
                order: self.order,
                to,
                from: self.key(from),
                bytes,
            }));
        }
    }

    pub(super) fn pump(&mut self) {
        for index in 0..self.nodes.len() {
            loop {
                let node = &mut self.nodes[index];
                let more = node.engine.pump(self.now);
                while let Some(event) = node.engine.poll_event() {
                    node.events.push_back(event);
                }
                let packets: Vec<_> = node
                    .engine
                    .packets()
                    .iter()
                    .map(|packet| (packet.to, packet.bytes.clone()))
                    .collect();
                node.engine.clear_packets();
                for (to, bytes) in packets {
                    self.send(index, to, bytes);
                }
                if !more {
                    break;
                }
            }
        }
    }

    /// Goes on to the next arrival or timer; false if there is none before `end`.
    fn step(&mut self, end: f64) -> bool {
        let arrival = self
            .in_flight
            .peek()
            .map(|Reverse(next)| next.arrival as f64 / 1000.0);
        let timers = self
            .nodes
            .iter()
            .filter_map(|node| node.engine.next_timeout());
        let Some(next) = timers.chain(arrival).min_by(f64::total_cmp) else {
            return false;
        };
        if next > end {
            self.now = end;
            return false;
        }
        self.now = self.now.max(next);
        while let Some(Reverse(first)) = self.in_flight.peek() {
            if first.arrival as f64 / 1000.0 > self.now {
                break;
            }
            let Reverse(packet) = self.in_flight.pop().unwrap();
            self.nodes[packet.to]
                .engine
                .receive(packet.from, &packet.bytes, self.now);
        }
        self.pump();
        true
    }

    pub(super) fn run(&mut self, milliseconds: f64) {
        let end = self.now + milliseconds;
        self.pump();
        while self.step(end) {}
    }

    /// The first event of `node` that `wanted` says yes to, within `milliseconds`; earlier ones are dropped.
    pub(super) fn wait<T>(
        &mut self,
        node: usize,
        milliseconds: f64,
        mut wanted: impl FnMut(&Event) -> Option<T>,
    ) -> Option<T> {
        let end = self.now + milliseconds;
        self.pump();
        loop {
            while let Some(event) = self.nodes[node].events.pop_front() {
                if let Some(found) = wanted(&event) {
                    return Some(found);
                }
            }
            if !self.step(end) {
                return None;
            }
        }
    }

    /// A session from node 0 to node 1: its id on either side.
    pub(super) fn connect(&mut self) -> (ConnectionId, ConnectionId) {
        self.nodes[1].engine.listen(b"test");
        let (to, now) = (self.key(1), self.now);
        let dialled = self.nodes[0].engine.dial(to, b"test", now).unwrap();
        let accepted = self.wait(1, 60_000.0, |event| match event {
            Event::Connected { connection, .. } => Some(*connection),
            _ => None,
        });
        self.wait(0, 60_000.0, |event| {
            (*event == Event::Confirmed(dialled)).then_some(())
        })
        .unwrap();
        (dialled, accepted.unwrap())
    }

    /// Moves `bytes` from node 0 to node 1 on a new stream of session (`from`, `to`), and returns what arrives.
    pub(super) fn transfer(
        &mut self,
        (from, to): (ConnectionId, ConnectionId),
        bytes: &[u8],
    ) -> Vec<u8> {
        let stream = self.nodes[0].engine.open(from).unwrap().unwrap();
        let mut written = 0;
        let mut finished = false;
        let mut received = Vec::new();
        let mut buffer = vec![0; 65_536];
        let end = self.now + 600_000.0;
        loop {
            let sender = &mut self.nodes[0].engine;
            while written < bytes.len() {
                match sender.write(from, stream, &bytes[written..]).unwrap() {
                    Write::Bytes(length) => written += length,
                    Write::Blocked => break,
                }
            }
            if written == bytes.len() && !finished {
                sender.finish(from, stream).unwrap();
                finished = true;
            }
            while let Ok(read) = self.nodes[1].engine.read(to, stream, &mut buffer) {
                match read {
                    Read::Bytes(length) => received.extend_from_slice(&buffer[..length]),
                    Read::Blocked => break,
                    Read::End(length) => {
                        received.extend_from_slice(&buffer[..length]);
                        return received;
                    }
                }
            }
            self.pump();
            assert!(self.step(end), "nothing moves");
        }
    }
}
