//! What goes on in a connection by itself: its timers, events and packets.

use quinn_proto::StreamEvent;
use web_time::Instant;

use super::{ConnectionId, Engine, Packet};
use crate::congestion;
use crate::connection::{Connection, Phase};
use crate::event::{CloseReason, Event};

/// Packets of one connection before it is the next one's turn.
const PACKETS_PER_TURN: usize = 16;

impl Engine {
    pub(super) fn expire(&mut self, id: ConnectionId, now: Instant) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.timer = None;
        connection.quic.handle_timeout(now);
        if matches!(connection.phase, Phase::Handshake { deadline } if deadline <= now) {
            connection.close(now, 0, "");
            self.lost(id, CloseReason::HandshakeTimeout);
        }
        self.touch(id);
    }

    pub(super) fn pump_connection(&mut self, id: ConnectionId, now: Instant) {
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

    /// quinn-proto's events to ours, until the connection is closed.
    fn poll_connection(&mut self, id: ConnectionId) {
        while let Some(connection) = self.connections.get_mut(&id) {
            let event = connection.quic.poll();
            if connection.is_closed() {
                return;
            }
            match event {
                Some(quinn_proto::Event::Connected) => {
                    connection.phase = Phase::Established;
                    self.events.push_back(Event::Connected {
                        connection: id,
                        incoming: connection.incoming,
                        remote: connection.remote,
                        protocol: connection.protocol(),
                    });
                }
                Some(quinn_proto::Event::ConnectionLost { reason }) => {
                    self.report_confirmed(id);
                    self.lost(id, reason.into());
                }
                Some(quinn_proto::Event::DatagramReceived) => {
                    while let Some(payload) = connection.quic.datagrams().recv() {
                        self.events.push_back(Event::Datagram(id, payload));
                    }
                }
                Some(quinn_proto::Event::Stream(event)) => self.stream_event(id, event),
                Some(_) => {}
                None => return self.report_confirmed(id),
            }
        }
    }

    fn stream_event(&mut self, id: ConnectionId, event: StreamEvent) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        self.events.push_back(match event {
            StreamEvent::Opened { dir } => {
                while let Some(stream) = connection.quic.streams().accept(dir) {
                    self.events.push_back(Event::Opened(id, stream.into()));
                }
                return;
            }
            StreamEvent::Readable { id: stream } => Event::Readable(id, stream.into()),
            StreamEvent::Writable { id: stream } => Event::Writable(id, stream.into()),
            StreamEvent::Finished { id: stream } => Event::Delivered(id, stream.into()),
            StreamEvent::Stopped {
                id: stream,
                error_code,
            } => {
                // Without a reset, neither side would ever be done with this half (RFC 9000, 3.5).
                let _ = connection.reset(stream.into(), error_code.into_inner());
                Event::Stopped(id, stream.into(), error_code.into_inner())
            }
            StreamEvent::Available { .. } => Event::StreamsAvailable(id),
        });
    }

    fn report_confirmed(&mut self, id: ConnectionId) {
        let connection = self.connections.get_mut(&id);
        if connection.is_some_and(Connection::became_confirmed) {
            self.events.push_back(Event::Confirmed(id));
        }
    }

    /// An incoming connection that never came to be is nothing to the application.
    pub(super) fn lost(&mut self, id: ConnectionId, reason: CloseReason) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let was_handshaking = connection.is_handshaking();
        connection.phase = Phase::Closed;
        congestion::release(connection.quic.congestion_state(), true);
        if was_handshaking && connection.incoming {
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
        if connection.knocks(now) {
            congestion::release(connection.quic.congestion_state(), true);
            self.make_packet(id, now);
            if let Some(connection) = self.connections.get(&id) {
                congestion::release(connection.quic.congestion_state(), false);
            }
        }
        for _ in 0..PACKETS_PER_TURN {
            if !self.make_packet(id, now) {
                let connection = self.connections.get(&id);
                return connection.is_none_or(|known| known.quic.is_drained());
            }
        }
        self.touch(id);
        false
    }

    /// False if there is none to make.
    fn make_packet(&mut self, id: ConnectionId, now: Instant) -> bool {
        let Some(connection) = self.connections.get_mut(&id) else {
            return false;
        };
        let mut bytes = self.spare.pop().unwrap_or_default();
        if connection.quic.poll_transmit(now, 1, &mut bytes).is_none() {
            self.spare.push(bytes);
            return false;
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
        true
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
