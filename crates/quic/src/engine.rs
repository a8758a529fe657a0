//! The endpoint. Inputs: packets, calls, time. Then [`Engine::pump`], and drain events and packets.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use bytes::BytesMut;
use quinn_proto::{ConnectionHandle, DatagramEvent, Endpoint, EndpointConfig, ServerConfig};
use web_time::{Duration, Instant};

use crate::address::address;
use crate::config::{self, Limits, Settings, Transport};
use crate::connection::Connection;
use crate::event::{CloseReason, Event};
use crate::stats::{Counters, SessionStats};
use crate::time::Timeline;
use crate::tls::Identity;
use crate::Key;

mod admission;
mod progress;
mod streams;

/// A handshake that takes longer, in either direction, is given up.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Packets of all connections before they are handed out.
const PACKETS_PER_PUMP: usize = 64;

/// Names a connection; not used again for four billion others.
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
    transport: Transport,
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
        Self::build(
            Identity::from_seed(&settings.seed)?,
            endpoint,
            settings,
            now,
        )
    }

    pub(crate) fn build(
        identity: Identity,
        endpoint: EndpointConfig,
        settings: &Settings,
        now: f64,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let timeline = Timeline::new(now);
        let nobody = identity.server(Key::default(), Vec::new())?;
        let server = config::server(nobody, &settings.random, &timeline);
        let endpoint = Endpoint::new(
            Arc::new(endpoint),
            Some(Arc::new(server.clone())),
            false,
            None,
        );
        Ok(Self {
            identity,
            limits: settings.limits,
            transport: Transport::new(settings),
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
        let transport = self.transport.for_session(self.connections.len());
        let config = config::client(crypto, transport);
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
                        connection.quic.handle_event(event);
                        if connection.remote == from {
                            connection.heard();
                        }
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
            if self.spare.len() < PACKETS_PER_PUMP {
                packet.bytes.clear();
                self.spare.push(packet.bytes);
            }
        }
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
        if !closing.is_closed() {
            closing.close(now, code, text);
            self.lost(connection, CloseReason::Local);
        }
        Ok(())
    }

    /// Calls about a connection change it, so it has to be pumped.
    fn get(&mut self, id: ConnectionId) -> Result<&mut Connection, UnknownConnection> {
        self.touch(id);
        self.connections.get_mut(&id).ok_or(UnknownConnection)
    }

    fn touch(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(&id).filter(|known| !known.touched) {
            connection.touched = true;
            self.touched.push_back(id);
        }
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
        self.next_id = id.checked_add(1).unwrap_or(1);
        let deadline = now + HANDSHAKE_TIMEOUT;
        self.handles.insert(handle.0, id);
        self.connections.insert(
            id,
            Connection::new(handle, quic, remote, incoming, deadline),
        );
        self.touch(id);
        id
    }
}
