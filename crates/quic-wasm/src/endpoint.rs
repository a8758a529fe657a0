//! One node's endpoint. Calls find their input in the endpoint's data, in the order in which a method names it,
//! keys in 32 bytes. Times are ms since the Unix epoch.
//!
//! Calls about streams answer with a number n: n % 4 is 0 for done, 1 for the end of the stream, 2 for a closed
//! stream, 3 for one that the other side gave up; n / 4 is how many bytes were read or written, or the error
//! code that the other side gave.

use std::time::Duration;

use bytes::Bytes;
use snek_quic::{
    ConnectionId, DatagramError, DialError, Engine, Limits, Read, Settings, StreamError,
    UnknownConnection, Write,
};
use wasm_bindgen::prelude::{wasm_bindgen, JsError};

use crate::buffers::{packets, Buffers};
use crate::flatten::{address, Flat};

const END: f64 = 1.0;
const CLOSED: f64 = 2.0;
const RESET: f64 = 3.0;

const NONE: f64 = -1.0;
const UNKNOWN: f64 = -2.0;

/// All sessions of one node.
#[wasm_bindgen]
pub struct Endpoint {
    engine: Engine,
    buffers: Buffers,
    flat: Flat,
    /// The packets and events of the last pump have been seen.
    is_stale: bool,
}

#[wasm_bindgen]
impl Endpoint {
    /// Seed and random are 32 bytes each. Limits that aren't given are the default; without `keep_alive`, there
    /// is none.
    #[wasm_bindgen(constructor)]
    #[allow(
        clippy::too_many_arguments,
        reason = "numbers are what crosses the boundary best"
    )]
    pub fn new(
        seed: &[u8],
        random: &[u8],
        now: f64,
        idle_timeout: f64,
        keep_alive: Option<f64>,
        sessions: Option<usize>,
        sessions_per_key: Option<usize>,
        handshakes: Option<usize>,
        handshakes_before_retry: Option<usize>,
        streams: Option<u32>,
    ) -> Result<Self, JsError> {
        let default = Limits::default();
        let settings = Settings {
            seed: seed.try_into()?,
            random: random.try_into()?,
            idle_timeout: milliseconds(idle_timeout),
            keep_alive: keep_alive.map(milliseconds),
            limits: Limits {
                sessions: sessions.unwrap_or(default.sessions),
                sessions_per_key: sessions_per_key.unwrap_or(default.sessions_per_key),
                handshakes: handshakes.unwrap_or(default.handshakes),
                handshakes_before_retry: handshakes_before_retry
                    .unwrap_or(default.handshakes_before_retry),
                streams: streams.unwrap_or(default.streams),
            },
        };
        let engine =
            Engine::new(&settings, now).map_err(|error| JsError::new(&error.to_string()))?;
        Ok(Self {
            engine,
            buffers: Buffers::new(),
            flat: Flat::default(),
            is_stale: false,
        })
    }

    /// Where packets that came in are put: for each its length, 4 bytes, little-endian; the key that it came
    /// from; the packet.
    #[wasm_bindgen(js_name = inputAddress)]
    pub fn input_address(&self) -> usize {
        address(&self.buffers.input)
    }

    /// In bytes.
    #[wasm_bindgen(js_name = inputLength)]
    pub fn input_length(&self) -> usize {
        self.buffers.input.len()
    }

    /// Where the data of a call is put or found.
    #[wasm_bindgen(js_name = dataAddress)]
    pub fn data_address(&self) -> usize {
        address(&self.buffers.data)
    }

    /// In bytes.
    #[wasm_bindgen(js_name = dataLength)]
    pub fn data_length(&self) -> usize {
        self.buffers.data.len()
    }

    /// Where a pump leaves six 64-bit floats: 1 if there is more to do at once; address and number of packets;
    /// address and number of events; when it must be called at the latest, or infinity. See flatten.rs for
    /// packets (32-bit integers) and events (64-bit floats).
    #[wasm_bindgen(js_name = headerAddress)]
    pub fn header_address(&self) -> usize {
        address(&self.buffers.header)
    }

    /// Takes the packets in so many bytes of the input. Packets and events of the last pump are no longer valid.
    pub fn receive(&mut self, length: usize, now: f64) {
        self.forget_stale();
        let input = self.buffers.input.get(..length).unwrap_or_default();
        for (from, packet) in packets(input) {
            self.engine.receive(from, packet, now);
        }
    }

    /// Makes packets and events. The last ones are no longer valid.
    pub fn pump(&mut self, now: f64) {
        self.forget_stale();
        self.is_stale = true;
        let Self {
            engine,
            buffers,
            flat,
            ..
        } = self;
        let more = engine.pump(now);
        while let Some(event) = engine.poll_event() {
            flat.event(event);
        }
        let packets = engine.packets();
        for packet in packets {
            flat.packet(packet);
        }
        let header = [
            f64::from(more),
            address(&flat.packets) as f64,
            packets.len() as f64,
            address(&flat.events) as f64,
            (flat.events.len() / Flat::EVENT_LENGTH) as f64,
            engine.next_timeout().unwrap_or(f64::INFINITY),
        ];
        buffers.header.copy_from_slice(&header);
    }

    /// Data: protocol.
    pub fn listen(&mut self, length: usize) {
        self.engine.listen(self.buffers.data(length));
    }

    /// Data: protocol.
    pub fn unlisten(&mut self, length: usize) {
        self.engine.unlisten(self.buffers.data(length));
    }

    /// The connection; -1: too many sessions; -2: unusable. Data: key, protocol.
    pub fn dial(&mut self, length: usize, now: f64) -> f64 {
        let Some((key, protocol)) = self.buffers.key_and_rest(length) else {
            return UNKNOWN;
        };
        match self.engine.dial(key, protocol, now) {
            Ok(connection) => connection.into(),
            Err(DialError::TooManySessions) => NONE,
            Err(DialError::Unusable) => UNKNOWN,
        }
    }

    /// Data: a text for the other side.
    pub fn close(&mut self, connection: ConnectionId, code: f64, length: usize, now: f64) {
        let text = String::from_utf8_lossy(self.buffers.data(length));
        // One that is over is closed.
        let _ = self.engine.close(connection, code as u64, &text, now);
    }

    /// The stream; -1: not now; -2: no such connection.
    pub fn open(&mut self, connection: ConnectionId) -> f64 {
        match self.engine.open(connection) {
            Ok(Some(stream)) => stream as f64,
            Ok(None) => NONE,
            Err(UnknownConnection) => UNKNOWN,
        }
    }

    /// Data: bytes. None are taken while there is no room.
    pub fn write(&mut self, connection: ConnectionId, stream: f64, length: usize) -> f64 {
        let bytes = self.buffers.data(length);
        match self.engine.write(connection, stream as u64, bytes) {
            Ok(Write::Bytes(length)) => done(length),
            Ok(Write::Blocked) => done(0),
            Err(error) => failed(error),
        }
    }

    /// Leaves at most `length` bytes in the data; none while there are none.
    pub fn read(&mut self, connection: ConnectionId, stream: f64, length: usize) -> f64 {
        let data = &mut self.buffers.data;
        let room = length.min(data.len());
        let target = data.get_mut(..room).unwrap_or_default();
        match self.engine.read(connection, stream as u64, target) {
            Ok(Read::Bytes(length)) => done(length),
            Ok(Read::Blocked) => done(0),
            Ok(Read::End(length)) => done(length) + END,
            Err(error) => failed(error),
        }
    }

    /// No more bytes will be written.
    pub fn finish(&mut self, connection: ConnectionId, stream: f64) -> f64 {
        outcome(self.engine.finish(connection, stream as u64))
    }

    /// Gives up what was written.
    pub fn reset(&mut self, connection: ConnectionId, stream: f64, code: f64) -> f64 {
        outcome(self.engine.reset(connection, stream as u64, code as u64))
    }

    /// Wants no more bytes.
    pub fn stop(&mut self, connection: ConnectionId, stream: f64, code: f64) -> f64 {
        outcome(self.engine.stop(connection, stream as u64, code as u64))
    }

    /// 0: queued; 1: the other side takes none, or the connection is over; 2: too long. Data: payload.
    #[wasm_bindgen(js_name = sendDatagram)]
    pub fn send_datagram(&mut self, connection: ConnectionId, length: usize) -> u8 {
        let payload = Bytes::copy_from_slice(self.buffers.data(length));
        match self.engine.send_datagram(connection, payload) {
            Ok(()) => 0,
            Err(DatagramError::TooLong) => 2,
            Err(DatagramError::Unsupported | DatagramError::Closed) => 1,
        }
    }

    /// In bytes; -1: the other side takes none; -2: no such connection.
    #[wasm_bindgen(js_name = maxDatagram)]
    pub fn max_datagram(&mut self, connection: ConnectionId) -> f64 {
        match self.engine.max_datagram(connection) {
            Ok(Some(length)) => length as f64,
            Ok(None) => NONE,
            Err(UnknownConnection) => UNKNOWN,
        }
    }

    /// Smoothed and least round-trip time, congestion window, largest packet, packets out and in, bytes out and
    /// in, packets lost, congestion events; nothing if there is no such connection.
    pub fn stats(&self, connection: ConnectionId) -> Vec<f64> {
        let Ok(stats) = self.engine.stats(connection) else {
            return Vec::new();
        };
        vec![
            stats.rtt,
            stats.min_rtt,
            stats.congestion_window as f64,
            stats.max_packet as f64,
            stats.packets_out as f64,
            stats.packets_in as f64,
            stats.bytes_out as f64,
            stats.bytes_in as f64,
            stats.packets_lost as f64,
            stats.congestion_events as f64,
        ]
    }

    /// Packets in, out and ignored; incoming handshakes begun and failed; newcomers sent away to prove their key,
    /// refused and ignored.
    pub fn counters(&self) -> Vec<f64> {
        let counters = self.engine.counters();
        let numbers = [
            counters.packets_in,
            counters.packets_out,
            counters.packets_ignored,
            counters.handshakes,
            counters.handshakes_failed,
            counters.retries,
            counters.refused,
            counters.ignored,
        ];
        numbers.map(|number| number as f64).into()
    }
}

impl Endpoint {
    /// Answers that a `receive` made since the last pump stay.
    fn forget_stale(&mut self) {
        if self.is_stale {
            self.engine.clear_packets();
            self.flat.clear();
            self.is_stale = false;
        }
    }
}

fn milliseconds(duration: f64) -> Duration {
    Duration::from_millis(duration as u64)
}

fn done(length: usize) -> f64 {
    length as f64 * 4.0
}

fn failed(error: StreamError) -> f64 {
    match error {
        StreamError::Closed => CLOSED,
        StreamError::Reset(code) => code as f64 * 4.0 + RESET,
    }
}

fn outcome(result: Result<(), StreamError>) -> f64 {
    result.map_or_else(failed, |()| done(0))
}
