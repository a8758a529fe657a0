//! The endpoint. Inputs: packets, calls, time. Then [`Engine::pump`], and drain events and packets.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use quinn_proto::{
    ConnectionHandle, DatagramEvent, Endpoint, EndpointConfig, Incoming, SendDatagramError, ServerConfig,
    StreamEvent, TransportConfig,
};
use web_time::{Duration, Instant};

use crate::config::{self, Limits, Settings};
use crate::connection::{Connection, Phase, Read, StreamError, Write};
use crate::event::{CloseReason, Event};
use crate::stats::{Counters, SessionStats};
use crate::time::Timeline;
use crate::tls::Identity;
use crate::Key;

/// A handshake that takes longer, in either direction, is given up.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Packets of one connection before it is the next one's turn, and of all before they are handed out.
const PACKETS_PER_TURN: usize = 16;
const PACKETS_PER_PUMP: usize = 64;

/// Names a connection for as long as the endpoint lives; never used twice.
pub type ConnectionId = u32;

/// A call named a connection that is over or never was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownConnection;

/// Why no dial was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialError {
    /// As many sessions as the limits allow, in all or with this key.
    TooManySessions,
    /// No ed25519 key, or no protocol name of 1 to 255 bytes.
    Unusable,
}

/// A packet to send.
#[derive(Debug, Default)]
pub struct Packet {
    /// Whereto.
    pub to: Key,
    /// The connection that it belongs to; none for answers to strangers.
    pub connection: Option<ConnectionId>,
    /// The traffic payload.
    pub bytes: Vec<u8>,
}

/// A QUIC endpoint of one node: all its sessions, in both directions.
pub struct Engine {
    identity: Identity,
    limits: Limits,
    transport: Arc<TransportConfig>,
    server: ServerConfig,
    endpoint: Endpoint,
    timeline: Timeline,
    protocols: Vec<Vec<u8>>,
    connections: BTreeMap<ConnectionId, Connection>,
    handles: BTreeMap<usize, ConnectionId>,
    next_id: ConnectionId,
    touched: VecDeque<ConnectionId>,
    timers: BTreeSet<(Instant, ConnectionId)>,
    events: VecDeque<Event>,
    packets: Vec<Packet>,
    spare: Vec<Vec<u8>>,
    counters: Counters,
}

impl Engine {
    /// `now` is the caller's time in milliseconds since the Unix epoch, here and everywhere below; a time before
    /// an earlier one counts as the earlier one.
    pub fn new(settings: &Settings, now: f64) -> Result<Self, Box<dyn std::error::Error>> {
        let endpoint = config::endpoint(&settings.random)?;
        Self::build(Identity::from_seed(&settings.seed)?, endpoint, settings, now)
    }

    pub(crate) fn build(
        identity: Identity,
        endpoint: EndpointConfig,
        settings: &Settings,
        now: f64,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let timeline = Timeline::new(now);
        let transport = config::transport(settings);
        let nobody = identity.server(Key::default(), Vec::new())?;
        let server = config::server(nobody, &settings.random, transport.clone(), &timeline);
        let endpoint = Endpoint::new(
            Arc::new(endpoint),
            Some(Arc::new(server.clone())),
            false,
            None,
        );
        Ok(Self {
            identity,
            limits: settings.limits,
            transport,
            server,
            endpoint,
            timeline,
            protocols: Vec::new(),
            connections: BTreeMap::new(),
            handles: BTreeMap::new(),
            next_id: 1,
            touched: VecDeque::new(),
            timers: BTreeSet::new(),
            events: VecDeque::new(),
            packets: Vec::new(),
            spare: Vec::new(),
            counters: Counters::default(),
        })
    }

    /// Our own key.
    pub fn key(&self) -> Key {
        self.identity.key
    }

    /// Takes incoming sessions for `protocol` from now on. Names are 1 to 255 bytes long.
    pub fn listen(&mut self, protocol: &[u8]) {
        if !self.protocols.iter().any(|known| known == protocol) {
            self.protocols.push(protocol.to_vec());
        }
    }

    /// Takes no further incoming sessions for `protocol`.
    pub fn unlisten(&mut self, protocol: &[u8]) {
        self.protocols.retain(|known| known != protocol);
    }

    /// Begins a session with `remote`. `Connected` and `Confirmed`, or `Closed`, tell what came of it.
    pub fn dial(
        &mut self,
        remote: Key,
        protocol: &[u8],
        now: f64,
    ) -> Result<ConnectionId, DialError> {
        if !self.has_room_for(&remote) {
            return Err(DialError::TooManySessions);
        }
        if protocol.is_empty() || protocol.len() > 255 {
            return Err(DialError::Unusable);
        }
        let now = self.timeline.at(now);
        let crypto = self
            .identity
            .client(remote, protocol.to_vec())
            .map_err(|_| DialError::Unusable)?;
        let config = config::client(crypto, self.transport.clone());
        let (handle, quic) = self
            .endpoint
            .connect(now, config, address(&remote), "snek")
            .map_err(|_| DialError::Unusable)?;
        Ok(self.add(handle, quic, remote, false, now))
    }

    /// A packet came from `from`.
    pub fn receive(&mut self, from: Key, packet: &[u8], now: f64) {
        let now = self.timeline.at(now);
        self.counters.packets_in += 1;
        let mut answer = self.spare.pop().unwrap_or_default();
        let event = self.endpoint.handle(
            now,
            address(&from),
            None,
            None,
            BytesMut::from(packet),
            &mut answer,
        );
        match event {
            Some(DatagramEvent::ConnectionEvent(handle, event)) => {
                if let Some(&id) = self.handles.get(&handle.0) {
                    if let Some(connection) = self.connections.get_mut(&id) {
                        connection.heard();
                        connection.quic.handle_event(event);
                    }
                    self.touch(id);
                }
            }
            Some(DatagramEvent::NewConnection(incoming)) => {
                self.take(incoming, from, now, &mut answer);
            }
            Some(DatagramEvent::Response(_)) => {}
            None => self.counters.packets_ignored += 1,
        }
        self.answer(from, answer);
    }

    /// Does what is due, and makes the packets that may go out. True if there is more to do at once: drain, and
    /// call again.
    pub fn pump(&mut self, now: f64) -> bool {
        let now = self.timeline.at(now);
        while let Some(&(at, id)) = self.timers.first().filter(|(at, _)| *at <= now) {
            self.timers.remove(&(at, id));
            self.expire(id, now);
        }
        while self.packets.len() < PACKETS_PER_PUMP {
            let Some(id) = self.touched.pop_front() else {
                return false;
            };
            self.pump_connection(id, now);
        }
        !self.touched.is_empty()
    }

    /// When `pump` must be called at the latest, though nothing else happens.
    pub fn next_timeout(&self) -> Option<f64> {
        self.timers
            .first()
            .map(|(at, _)| self.timeline.milliseconds(*at))
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// The packets to send. They stay until `clear_packets`.
    pub fn packets(&self) -> &[Packet] {
        &self.packets
    }

    /// Forgets the packets, and keeps their memory for the next ones.
    pub fn clear_packets(&mut self) {
        for mut packet in self.packets.drain(..) {
            packet.bytes.clear();
            self.spare.push(packet.bytes);
        }
    }

    /// Opens a stream; none while the other side's limit is reached.
    pub fn open(&mut self, connection: ConnectionId) -> Result<Option<u64>, UnknownConnection> {
        Ok(self.get(connection)?.open())
    }

    /// Takes as many bytes as there is room for.
    pub fn write(
        &mut self,
        connection: ConnectionId,
        stream: u64,
        bytes: &[u8],
    ) -> Result<Write, StreamError> {
        self.stream(connection)?.write(stream, bytes)
    }

    /// No more bytes will be written; `Delivered` follows when the other side has them all.
    pub fn finish(&mut self, connection: ConnectionId, stream: u64) -> Result<(), StreamError> {
        self.stream(connection)?.finish(stream)
    }

    /// Gives up what was written and is still on its way. The other side reads the code.
    pub fn reset(
        &mut self,
        connection: ConnectionId,
        stream: u64,
        code: u64,
    ) -> Result<(), StreamError> {
        self.stream(connection)?.reset(stream, code)
    }

    /// Asks the other side to send no more on this stream.
    pub fn stop(
        &mut self,
        connection: ConnectionId,
        stream: u64,
        code: u64,
    ) -> Result<(), StreamError> {
        self.stream(connection)?.stop(stream, code)
    }

    /// Fills `target` as far as there are bytes. The end of the stream is told once, on its own.
    pub fn read(
        &mut self,
        connection: ConnectionId,
        stream: u64,
        target: &mut [u8],
    ) -> Result<Read, StreamError> {
        self.stream(connection)?.read(stream, target)
    }

    /// Sends a datagram if the other side takes one of this size. If many wait, the oldest is dropped.
    pub fn send_datagram(
        &mut self,
        connection: ConnectionId,
        payload: Bytes,
    ) -> Result<(), SendDatagramError> {
        self.get(connection)
            .map_err(|UnknownConnection| SendDatagramError::Disabled)?
            .send_datagram(payload)
    }

    /// The largest datagram that this connection takes now; none if the other side takes none.
    pub fn max_datagram(
        &mut self,
        connection: ConnectionId,
    ) -> Result<Option<usize>, UnknownConnection> {
        Ok(self.get(connection)?.max_datagram())
    }

    /// One connection's numbers.
    pub fn stats(&self, connection: ConnectionId) -> Result<SessionStats, UnknownConnection> {
        self.connections
            .get(&connection)
            .map(Connection::stats)
            .ok_or(UnknownConnection)
    }

    /// The endpoint's numbers.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Ends a connection at once; what is on its way is lost. The other side gets code and text.
    pub fn close(
        &mut self,
        connection: ConnectionId,
        code: u64,
        text: &str,
        now: f64,
    ) -> Result<(), UnknownConnection> {
        let now = self.timeline.at(now);
        let closing = self.get(connection)?;
        if !matches!(closing.phase, Phase::Closed) {
            let reason = closing.close(now, code, text);
            self.events.push_back(Event::Closed(connection, reason));
        }
        Ok(())
    }

    /// Calls about a connection change it, so it has to be pumped.
    fn get(&mut self, id: ConnectionId) -> Result<&mut Connection, UnknownConnection> {
        self.touch(id);
        self.connections.get_mut(&id).ok_or(UnknownConnection)
    }

    fn stream(&mut self, id: ConnectionId) -> Result<&mut Connection, StreamError> {
        self.get(id)
            .map_err(|UnknownConnection| StreamError::Closed)
    }

    fn touch(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(&id).filter(|known| !known.touched) {
            connection.touched = true;
            self.touched.push_back(id);
        }
    }

    fn has_room_for(&self, remote: &Key) -> bool {
        let with_key = self.connections.values().filter(|known| known.remote == *remote);
        self.connections.len() < self.limits.sessions
            && with_key.count() < self.limits.sessions_per_key
    }

    fn add(
        &mut self,
        handle: ConnectionHandle,
        quic: quinn_proto::Connection,
        remote: Key,
        incoming: bool,
        now: Instant,
    ) -> ConnectionId {
        let id = self.next_id;
        self.next_id += 1;
        let deadline = now + HANDSHAKE_TIMEOUT;
        self.handles.insert(handle.0, id);
        self.connections
            .insert(id, Connection::new(handle, quic, remote, incoming, deadline));
        self.touch(id);
        id
    }

    /// A first packet from a stranger. Little is done, and nothing kept, for more of them than the limits say.
    fn take(&mut self, incoming: Incoming, from: Key, now: Instant, answer: &mut Vec<u8>) {
        let handshakes = self
            .connections
            .values()
            .filter(|known| known.incoming && known.is_handshaking())
            .count();
        if handshakes >= self.limits.handshakes {
            self.counters.ignored += 1;
            return self.endpoint.ignore(incoming);
        }
        if handshakes >= self.limits.handshakes_before_retry && incoming.may_retry() {
            self.counters.retries += 1;
            if let Err(error) = self.endpoint.retry(incoming, answer) {
                self.endpoint.ignore(error.into_incoming());
            }
            return;
        }
        let crypto = match self.identity.server(from, self.protocols.clone()) {
            Ok(crypto) if self.has_room_for(&from) => crypto,
            _ => {
                self.counters.refused += 1;
                let _ = self.endpoint.refuse(incoming, answer);
                return;
            }
        };
        self.counters.handshakes += 1;
        let mut server = self.server.clone();
        server.crypto = crypto;
        match self.endpoint.accept(incoming, now, answer, Some(Arc::new(server))) {
            Ok((handle, quic)) => {
                self.add(handle, quic, from, true, now);
            }
            Err(_) => self.counters.handshakes_failed += 1,
        }
    }

    /// Sends what the endpoint itself wrote, if it did: a reset, a retry, a refusal.
    fn answer(&mut self, to: Key, bytes: Vec<u8>) {
        if bytes.is_empty() {
            self.spare.push(bytes);
        } else {
            self.counters.packets_out += 1;
            self.packets.push(Packet {
                to,
                connection: None,
                bytes,
            });
        }
    }

    fn expire(&mut self, id: ConnectionId, now: Instant) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.timer = None;
        connection.quic.handle_timeout(now);
        if matches!(connection.phase, Phase::Handshake { deadline } if deadline <= now) {
            connection.close(now, 0, "");
            self.report_failed_handshake(id, CloseReason::HandshakeTimeout);
        }
        self.touch(id);
    }

    fn pump_connection(&mut self, id: ConnectionId, now: Instant) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.touched = false;
        while let Some(event) = connection.quic.poll_endpoint_events() {
            if let Some(event) = self.endpoint.handle_event(connection.handle, event) {
                connection.quic.handle_event(event);
            }
        }
        self.poll_connection(id);
        let drained = self.transmit(id, now);
        if drained {
            self.remove(id);
        } else {
            self.set_timer(id);
        }
    }

    /// quinn-proto's events to ours.
    fn poll_connection(&mut self, id: ConnectionId) {
        while let Some(connection) = self.connections.get_mut(&id) {
            let Some(event) = connection.quic.poll() else {
                if connection.became_confirmed() {
                    self.events.push_back(Event::Confirmed(id));
                }
                return;
            };
            let event = match event {
                quinn_proto::Event::HandshakeDataReady
                | quinn_proto::Event::DatagramsUnblocked => continue,
                quinn_proto::Event::Connected => {
                    connection.phase = Phase::Established;
                    Event::Connected {
                        connection: id,
                        incoming: connection.incoming,
                        remote: connection.remote,
                        protocol: connection.protocol(),
                    }
                }
                quinn_proto::Event::ConnectionLost { reason } => {
                    let was_handshaking = connection.is_handshaking();
                    let was_closed = matches!(connection.phase, Phase::Closed);
                    connection.phase = Phase::Closed;
                    if was_handshaking {
                        self.report_failed_handshake(id, reason.into());
                    } else if !was_closed {
                        self.events.push_back(Event::Closed(id, reason.into()));
                    }
                    continue;
                }
                quinn_proto::Event::DatagramReceived => {
                    while let Some(payload) = connection.quic.datagrams().recv() {
                        self.events.push_back(Event::Datagram(id, payload));
                    }
                    continue;
                }
                quinn_proto::Event::Stream(event) => match event {
                    StreamEvent::Opened { dir } => {
                        while let Some(stream) = connection.quic.streams().accept(dir) {
                            self.events.push_back(Event::Opened(id, stream.into()));
                        }
                        continue;
                    }
                    StreamEvent::Readable { id: stream } => Event::Readable(id, stream.into()),
                    StreamEvent::Writable { id: stream } => Event::Writable(id, stream.into()),
                    StreamEvent::Finished { id: stream } => Event::Delivered(id, stream.into()),
                    StreamEvent::Stopped {
                        id: stream,
                        error_code,
                    } => Event::Stopped(id, stream.into(), error_code.into_inner()),
                    StreamEvent::Available { .. } => Event::StreamsAvailable(id),
                },
            };
            self.events.push_back(event);
        }
    }

    /// An incoming connection that never came to be is nothing to the application.
    fn report_failed_handshake(&mut self, id: ConnectionId, reason: CloseReason) {
        if self.connections.get(&id).is_some_and(|known| known.incoming) {
            self.counters.handshakes_failed += 1;
        } else {
            self.events.push_back(Event::Closed(id, reason));
        }
    }

    /// Makes packets, as many as it is this connection's turn. True if the connection is drained.
    fn transmit(&mut self, id: ConnectionId, now: Instant) -> bool {
        let Some(connection) = self.connections.get_mut(&id) else {
            return true;
        };
        for _ in 0..PACKETS_PER_TURN {
            let mut bytes = self.spare.pop().unwrap_or_default();
            if connection.quic.poll_transmit(now, 1, &mut bytes).is_none() {
                self.spare.push(bytes);
                return connection.quic.is_drained();
            }
            self.counters.packets_out += 1;
            self.packets.push(Packet {
                to: connection.remote,
                connection: Some(id),
                bytes,
            });
            if connection.is_stalled(now) {
                self.events.push_back(Event::Stalled(id));
            }
        }
        self.touch(id);
        false
    }

    fn set_timer(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let next = connection.next_timeout();
        if next != connection.timer {
            if let Some(old) = connection.timer {
                self.timers.remove(&(old, id));
            }
            if let Some(new) = next {
                self.timers.insert((new, id));
            }
            connection.timer = next;
        }
    }

    fn remove(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.remove(&id) {
            self.handles.remove(&connection.handle.0);
            if let Some(at) = connection.timer {
                self.timers.remove(&(at, id));
            }
        }
    }
}

/// The made-up socket address of a key: 24 of its bytes where quinn-proto looks, more than anyone can forge.
fn address(key: &Key) -> SocketAddr {
    let mut ip = [0; 16];
    let (head, tail) = key.split_at(16);
    ip.copy_from_slice(head);
    let word = |from: usize| {
        tail.iter()
            .skip(from)
            .take(4)
            .fold(0, |word: u32, byte| word << 8 | u32::from(*byte))
    };
    SocketAddrV6::new(Ipv6Addr::from(ip), 1, word(0), word(4)).into()
}
