//! The forwarding plane. Keys and coordinates are read from the scratch's chunk, in the order in which a
//! method names them: keys take 32 bytes, coordinates are as on the wire. Times are ms.

use snek_forward::{
    Counter, ForwardingPlane, Installed, Limits, Options, Port, Route, Tree, LOCAL,
};
use snek_wire::{Key, Root, Watermark};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::scratch::Scratch;

/// No next hop.
const NOWHERE: i32 = -1;

/// An entry of an announcement in the chunk: port, 8 bytes, and key.
const ENTRY_LENGTH: usize = 8 + Key::LENGTH;

/// One router's forwarding.
#[wasm_bindgen]
pub struct Plane {
    inner: ForwardingPlane,
}

#[wasm_bindgen]
impl Plane {
    /// Limits that aren't given are the default. Chunk: own key.
    #[wasm_bindgen(constructor)]
    pub fn new(
        scratch: &mut Scratch,
        hop_limiting: bool,
        routes: Option<usize>,
        coordinates: Option<usize>,
        queue_bytes: Option<usize>,
        control_bytes: Option<usize>,
        total_queue_bytes: Option<usize>,
    ) -> Self {
        let default = Limits::default();
        let limits = Limits {
            routes: routes.unwrap_or(default.routes),
            coordinates: coordinates.unwrap_or(default.coordinates),
            queue_bytes: queue_bytes.unwrap_or(default.queue_bytes),
            control_bytes: control_bytes.unwrap_or(default.control_bytes),
            total_queue_bytes: total_queue_bytes.unwrap_or(default.total_queue_bytes),
        };
        let options = Options {
            hop_limiting,
            limits,
        };
        Self {
            inner: ForwardingPlane::new(scratch.key(0), options),
        }
    }

    /// False if the port is taken or isn't one. Chunk: the peer's key.
    #[wasm_bindgen(js_name = addPeer)]
    pub fn add_peer(&mut self, scratch: &mut Scratch, port: Port, kind: u8) -> bool {
        self.inner.add_peer(port, scratch.key(0), kind)
    }

    /// The keys of the removed routes.
    #[wasm_bindgen(js_name = removePeer)]
    pub fn remove_peer(&mut self, port: Port) -> Vec<u8> {
        concatenate(self.inner.remove_peer(port))
    }

    /// Chunk: root key, then for each entry its port (8 bytes, big-endian) and key.
    #[wasm_bindgen(js_name = setAnnouncement)]
    pub fn set_announcement(
        &mut self,
        scratch: &mut Scratch,
        port: Port,
        root_sequence: u64,
        entries: usize,
        receive_order: f64,
    ) {
        let root = root(scratch, 0, root_sequence);
        let chunk = scratch
            .inner
            .chunk_mut()
            .get(Key::LENGTH..)
            .unwrap_or_default();
        let parse = |entry: &[u8]| {
            let (port, key) = entry.split_first_chunk()?;
            Some((
                u64::from_be_bytes(*port),
                Key::from_bytes(key.first_chunk()?),
            ))
        };
        let entries: Vec<_> = chunk
            .chunks_exact(ENTRY_LENGTH)
            .take(entries)
            .filter_map(parse)
            .collect();
        // 200 entries' ports are far from too long for coordinates.
        let _ =
            self.inner
                .tables_mut()
                .set_announcement(port, root, &entries, receive_order as u64);
    }

    /// `parent` 0: none. Chunk: root key, coordinates.
    #[wasm_bindgen(js_name = setTree)]
    pub fn set_tree(&mut self, scratch: &mut Scratch, root_sequence: u64, parent: Port) {
        self.inner.set_tree(Tree {
            root: root(scratch, 0, root_sequence),
            coordinates: scratch.coordinates(Key::LENGTH).to_buf(),
            parent: Some(parent).filter(|port| *port != LOCAL),
        });
    }

    /// The port, or -1. Chunk: destination key, watermark key; afterwards the new watermark's key and
    /// sequence (8 bytes, big-endian).
    #[wasm_bindgen(js_name = nextHopSnake)]
    pub fn next_hop_snake(
        &self,
        scratch: &mut Scratch,
        sequence: u64,
        bootstrap: bool,
        now: f64,
    ) -> i32 {
        let destination = scratch.key(0);
        let key = scratch.key(1);
        let watermark = Watermark { key, sequence };
        let tables = self.inner.tables();
        let found = tables.next_hop_snake(destination, watermark, bootstrap, now as u64);
        scratch.answer(found.watermark.key, found.watermark.sequence);
        found.port.map_or(NOWHERE, i32::from)
    }

    /// The port, or -1. Chunk: destination coordinates.
    #[wasm_bindgen(js_name = nextHopTree)]
    pub fn next_hop_tree(&mut self, scratch: &mut Scratch, from: Port) -> i32 {
        let tables = self.inner.tables_mut();
        let found = tables.next_hop_tree(scratch.coordinates(0), from);
        found.map_or(NOWHERE, i32::from)
    }

    /// 0: installed, 1: replaced an older one, 2: no room. Chunk: key, root key.
    #[wasm_bindgen(js_name = installRoute)]
    #[allow(
        clippy::too_many_arguments,
        reason = "numbers are what crosses the boundary best"
    )]
    pub fn install_route(
        &mut self,
        scratch: &mut Scratch,
        source: Port,
        destination: Port,
        sequence: u64,
        root_sequence: u64,
        time: f64,
        now: f64,
    ) -> u8 {
        let route = Route {
            key: scratch.key(0),
            source,
            destination,
            sequence,
            root: root(scratch, 1, root_sequence),
            time: time as u64,
        };
        match self
            .inner
            .tables_mut()
            .routes_mut()
            .install(route, now as u64)
        {
            Installed::New => 0,
            Installed::Replaced => 1,
            Installed::Full => 2,
        }
    }

    /// One record of `routes`, or nothing. Chunk: key.
    pub fn route(&self, scratch: &mut Scratch) -> Vec<u8> {
        let mut out = Vec::new();
        if let Some(route) = self.inner.tables().routes().get(scratch.key(0)) {
            push_route(&route, &mut out);
        }
        out
    }

    /// For each route: key, root key; root sequence, sequence and time, 8 bytes each, big-endian; source,
    /// destination.
    pub fn routes(&self) -> Vec<u8> {
        let routes = self.inner.tables().routes();
        let mut out = Vec::with_capacity(routes.len() * ROUTE_LENGTH);
        for route in routes.iter() {
            push_route(&route, &mut out);
        }
        out
    }

    /// False if there was none. Chunk: key.
    #[wasm_bindgen(js_name = removeRoute)]
    pub fn remove_route(&mut self, scratch: &mut Scratch) -> bool {
        let routes = self.inner.tables_mut().routes_mut();
        routes.remove(scratch.key(0))
    }

    /// The keys of those that went.
    #[wasm_bindgen(js_name = expireRoutes)]
    pub fn expire_routes(&mut self, now: f64) -> Vec<u8> {
        concatenate(self.inner.tables_mut().routes_mut().expire(now as u64))
    }

    /// Whether `expireRoutes` has more to do.
    #[wasm_bindgen(js_name = hasExpiredRoutes)]
    pub fn has_expired_routes(&self, now: f64) -> bool {
        self.inner.tables().routes().has_expired(now as u64)
    }

    /// For each node: key; time, 8 bytes, big-endian; coordinates.
    #[wasm_bindgen(js_name = rememberedCoordinates)]
    pub fn remembered_coordinates(&self, now: f64) -> Vec<u8> {
        let mut out = Vec::new();
        for (key, coordinates, time) in self.inner.remembered(now as u64) {
            key.encode(&mut out);
            out.extend(time.to_be_bytes());
            coordinates.encode(&mut out);
        }
        out
    }

    /// Chunk: key.
    #[wasm_bindgen(js_name = forgetCoordinates)]
    pub fn forget_coordinates(&mut self, scratch: &mut Scratch) {
        self.inner.forget_coordinates(Some(scratch.key(0)));
    }

    /// Forgets those of all nodes.
    #[wasm_bindgen(js_name = forgetAllCoordinates)]
    pub fn forget_all_coordinates(&mut self) {
        self.inner.forget_coordinates(None);
    }

    /// Returns how many numbers the events take. Chunk: what was received.
    pub fn receive(&mut self, scratch: &mut Scratch, port: Port, length: usize, now: f64) -> usize {
        let inner = &mut scratch.inner;
        self.inner.receive(inner, port, length, now as u64);
        scratch.flatten()
    }

    /// The result (0: sent, 1: no route, 2: too long, 3: queue full), and added to it how many numbers the
    /// events take: none or four. Chunk: destination key, datagram; `length`: of both.
    pub fn send(&mut self, scratch: &mut Scratch, length: usize, now: f64) -> usize {
        let result = self.inner.send(&mut scratch.inner, length, now as u64);
        result as usize + scratch.flatten()
    }

    /// Returns how many numbers the events take. Chunk: the frame.
    #[wasm_bindgen(js_name = sendControl)]
    pub fn send_control(&mut self, scratch: &mut Scratch, port: Port, length: usize) -> usize {
        self.inner.send_control(&mut scratch.inner, port, length);
        scratch.flatten()
    }

    /// Whether frames may go out to a port.
    #[wasm_bindgen(js_name = setWritable)]
    pub fn set_writable(&mut self, port: Port, writable: bool) {
        self.inner.set_writable(port, writable);
    }

    /// Takes some of what waits. Returns how many numbers the events take: 0 if nothing does.
    pub fn drain(&mut self, scratch: &mut Scratch, port: Port) -> usize {
        self.inner.drain(&mut scratch.inner, port);
        scratch.flatten()
    }

    /// What was counted, in the order of `counterNames`.
    pub fn counters(&self) -> Vec<f64> {
        let count = |counter: &Counter| self.inner.counter(*counter) as f64;
        Counter::ALL.iter().map(count).collect()
    }

    /// Bytes in: protocol, traffic; bytes out: the same; frames in, out; frames dropped; bytes and frames
    /// that wait.
    #[wasm_bindgen(js_name = portCounters)]
    pub fn port_counters(&self, port: Port) -> Vec<f64> {
        let counters = self.inner.port_counters(port);
        let numbers = [
            counters.protocol_bytes_in,
            counters.traffic_bytes_in,
            counters.protocol_bytes_out,
            counters.traffic_bytes_out,
            counters.frames_in,
            counters.frames_out,
            counters.dropped,
            counters.queued_bytes,
            counters.queued_frames,
        ];
        numbers.map(|number| number as f64).into()
    }
}

/// The names of what is counted.
#[wasm_bindgen(js_name = counterNames)]
pub fn counter_names() -> Vec<String> {
    Counter::ALL
        .iter()
        .map(|counter| counter.name().into())
        .collect()
}

const ROUTE_LENGTH: usize = 2 * Key::LENGTH + 3 * 8 + 2;

fn push_route(route: &Route, out: &mut Vec<u8>) {
    route.key.encode(out);
    route.root.key.encode(out);
    for number in [route.root.sequence, route.sequence, route.time] {
        out.extend(number.to_be_bytes());
    }
    out.extend([route.source, route.destination]);
}

fn root(scratch: &mut Scratch, index: usize, sequence: u64) -> Root {
    Root {
        key: scratch.key(index),
        sequence,
    }
}

fn concatenate(keys: Vec<Key>) -> Vec<u8> {
    let mut out = Vec::with_capacity(keys.len() * Key::LENGTH);
    for key in keys {
        key.encode(&mut out);
    }
    out
}
