//! Which newcomers are let in.

use std::sync::Arc;

use quinn_proto::Incoming;
use web_time::Instant;

use super::{Engine, Packet};
use crate::Key;

impl Engine {
    /// Those that are closed and linger count apart: sessions that follow each other quickly are no crowd.
    pub(super) fn has_room_for(&self, remote: &Key) -> bool {
        let open = self.connections.values().filter(|known| !known.is_closed());
        let with_key = open.clone().filter(|known| known.remote == *remote);
        open.count() < self.limits.sessions
            && with_key.count() < self.limits.sessions_per_key
            && self.connections.len() < 2 * self.limits.sessions
    }

    /// A first packet from a stranger. Little is done, and nothing kept, for more of them than the limits say.
    pub(super) fn take(
        &mut self,
        incoming: Incoming,
        from: Key,
        now: Instant,
        answer: &mut Vec<u8>,
    ) {
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
        let room = self.has_room_for(&from);
        let crypto = room.then(|| self.identity.server(from, self.protocols.clone()));
        let Some(Ok(crypto)) = crypto else {
            self.counters.refused += 1;
            let _ = self.endpoint.refuse(incoming, answer);
            return;
        };
        self.counters.handshakes += 1;
        let mut server = self.server.clone();
        server.crypto = crypto;
        server.transport_config(self.transport.for_session(self.connections.len()));
        match self
            .endpoint
            .accept(incoming, now, answer, Some(Arc::new(server)))
        {
            Ok((handle, quic)) => {
                self.add(handle, quic, from, true, now);
            }
            Err(_) => self.counters.handshakes_failed += 1,
        }
    }

    /// Sends what the endpoint itself wrote, if it did: a reset, a retry, a refusal.
    pub(super) fn answer(&mut self, to: Key, bytes: Vec<u8>) {
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
}
