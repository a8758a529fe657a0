//! Events and packets as numbers.

use bytes::Bytes;
use snek_quic::{CloseReason, ConnectionId, Event, Packet};

/// Turns what an endpoint has to tell into numbers, and keeps the bytes that they point to.
#[derive(Default)]
pub(crate) struct Flat {
    /// Five an event: kind, connection, and three that depend on the kind.
    ///
    /// - 0, connected: 1 if the other side opened it; address and length of the other side's key and the protocol
    /// - 1, confirmed
    /// - 2, opened: stream; 3, readable: stream; 4, writable: stream; 5, delivered: stream
    /// - 6, stopped: stream, code
    /// - 7, streams available
    /// - 8, datagram: 0, address and length
    /// - 9, stalled
    /// - 10 and more, closed: code, address and length of a text. The kind says why: 10 locally, 11 by the other
    ///   side's application, 12 by its QUIC or TLS, 13 by ours, 14 idle, 15 no handshake in time, 16 forgotten by
    ///   the other side, 17 no common version
    pub(crate) events: Vec<f64>,
    /// Four a packet: connection or 0, address of the key that it goes to, address, length.
    pub(crate) packets: Vec<u32>,
    held: Vec<Bytes>,
}

impl Flat {
    pub(crate) const EVENT_LENGTH: usize = 5;

    pub(crate) fn clear(&mut self) {
        self.events.clear();
        self.packets.clear();
        self.held.clear();
    }

    pub(crate) fn packet(&mut self, packet: &Packet) {
        self.packets.extend([
            packet.connection.unwrap_or_default(),
            address(&packet.to) as u32,
            address(&packet.bytes) as u32,
            packet.bytes.len() as u32,
        ]);
    }

    pub(crate) fn event(&mut self, event: Event) {
        let (kind, connection, a, b) = match event {
            Event::Connected {
                connection,
                incoming,
                remote,
                protocol,
            } => {
                let bytes = [remote.as_slice(), &protocol].concat();
                return self.with_bytes(0, connection, u64::from(incoming), bytes.into());
            }
            Event::Confirmed(connection) => (1, connection, 0, 0),
            Event::Opened(connection, stream) => (2, connection, stream, 0),
            Event::Readable(connection, stream) => (3, connection, stream, 0),
            Event::Writable(connection, stream) => (4, connection, stream, 0),
            Event::Delivered(connection, stream) => (5, connection, stream, 0),
            Event::Stopped(connection, stream, code) => (6, connection, stream, code),
            Event::StreamsAvailable(connection) => (7, connection, 0, 0),
            Event::Datagram(connection, payload) => {
                return self.with_bytes(8, connection, 0, payload);
            }
            Event::Stalled(connection) => (9, connection, 0, 0),
            Event::Closed(connection, reason) => return self.closed(connection, reason),
        };
        self.push(kind, connection, a, b, 0);
    }

    fn closed(&mut self, connection: ConnectionId, reason: CloseReason) {
        let (kind, code, text) = match reason {
            CloseReason::Local => (10, 0, String::new()),
            CloseReason::Application { code, text } => (11, code, text),
            CloseReason::Remote { code, text } => (12, code, text),
            CloseReason::Protocol { code, text } => (13, code, text),
            CloseReason::IdleTimeout => (14, 0, String::new()),
            CloseReason::HandshakeTimeout => (15, 0, String::new()),
            CloseReason::Reset => (16, 0, String::new()),
            CloseReason::Version => (17, 0, String::new()),
        };
        self.with_bytes(kind, connection, code, text.into());
    }

    fn with_bytes(&mut self, kind: u8, connection: ConnectionId, a: u64, bytes: Bytes) {
        let place = address(&bytes) as u64;
        self.push(kind, connection, a, place, bytes.len());
        self.held.push(bytes);
    }

    fn push(&mut self, kind: u8, connection: ConnectionId, a: u64, b: u64, c: usize) {
        let event = [kind.into(), connection.into(), a as f64, b as f64, c as f64];
        self.events.extend(event);
    }
}

pub(crate) fn address<T>(bytes: &[T]) -> usize {
    bytes.as_ptr() as usize
}
