//! One connection: quinn-proto's, and what the endpoint has to remember of it.

use bytes::Bytes;
use quinn_proto::{
    ConnectionHandle, Dir, ReadError, ReadableError, SendDatagramError, StreamId, VarInt,
    WriteError,
};
use web_time::{Duration, Instant};

use crate::congestion;
use crate::stats::SessionStats;
use crate::Key;

/// A path that answers nothing for this long, or four round trips, may be gone.
const STALL: Duration = Duration::from_secs(1);

/// A path that may be gone is asked this often whether it is back. QUIC alone would ask ever more rarely, and take
/// as long again as a node was away to notice that it is back.
const KNOCK: Duration = Duration::from_secs(1);

/// What a read gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// So many bytes, at least one.
    Bytes(usize),
    /// Nothing yet; an event says when.
    Blocked,
    /// So many bytes, which may be none, and with them the stream has ended in order.
    End(usize),
}

/// What a write did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// So many bytes were taken, at least one.
    Bytes(usize),
    /// No room; an event says when.
    Blocked,
}

/// Why a stream can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamError {
    /// The other side gave it up, with this code.
    Reset(u64),
    /// It is closed, or never was.
    Closed,
}

/// Why a datagram was not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatagramError {
    /// The other side takes none.
    Unsupported,
    /// Longer than the other side and the path take.
    TooLong,
    /// The connection is over, or never was.
    Closed,
}

pub(crate) enum Phase {
    Handshake {
        deadline: Instant,
    },
    Established,
    /// Reported as closed; lingers to answer late packets.
    Closed,
}

pub(crate) struct Connection {
    pub(crate) handle: ConnectionHandle,
    pub(crate) quic: quinn_proto::Connection,
    pub(crate) remote: Key,
    pub(crate) incoming: bool,
    pub(crate) phase: Phase,
    /// The other side has accepted us; always so for an incoming connection once it is established.
    pub(crate) confirmed: bool,
    /// Waits in the endpoint's list of connections to be pumped.
    pub(crate) touched: bool,
    /// As entered in the endpoint's table of timers.
    pub(crate) timer: Option<Instant>,
    asked: u64,
    unanswered_since: Option<Instant>,
    knock_at: Option<Instant>,
    /// How many prompt answers there had been when it stalled.
    answers: u32,
}

impl Connection {
    pub(crate) fn new(
        handle: ConnectionHandle,
        quic: quinn_proto::Connection,
        remote: Key,
        incoming: bool,
        deadline: Instant,
    ) -> Self {
        Self {
            handle,
            quic,
            remote,
            incoming,
            phase: Phase::Handshake { deadline },
            confirmed: incoming,
            touched: false,
            timer: None,
            asked: 0,
            unanswered_since: None,
            knock_at: None,
            answers: 0,
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closed)
    }

    pub(crate) fn is_handshaking(&self) -> bool {
        matches!(self.phase, Phase::Handshake { .. })
    }

    pub(crate) fn next_timeout(&mut self) -> Option<Instant> {
        let quic = self.quic.poll_timeout();
        match self.phase {
            Phase::Handshake { deadline } => Some(quic.map_or(deadline, |at| at.min(deadline))),
            Phase::Established => [quic, self.knock_at].into_iter().flatten().min(),
            Phase::Closed => quic,
        }
    }

    /// After a packet has come. Once it is stalled, only a prompt answer counts: the other side may ask, too, and
    /// quinn-proto doesn't even acknowledge that while its window is full.
    pub(crate) fn heard(&mut self) {
        if self.knock_at.is_some() && self.count_answers() == self.answers {
            return;
        }
        self.unanswered_since = None;
        self.knock_at = None;
    }

    fn count_answers(&self) -> u32 {
        congestion::answers(self.quic.congestion_state())
    }

    /// Whether it is time to ask if the path is back. The next packet does, whatever is on its way already.
    pub(crate) fn knocks(&mut self, now: Instant) -> bool {
        if self.knock_at.is_none_or(|at| at > now) || !matches!(self.phase, Phase::Established) {
            return false;
        }
        self.knock_at = Some(now + KNOCK);
        self.quic.ping();
        true
    }

    /// After a packet was made. True when the other side has owed us an answer for too long; then it may take
    /// as long again.
    pub(crate) fn is_stalled(&mut self, now: Instant) -> bool {
        let sent = self.quic.stats().frame_tx;
        let asked = sent.crypto + sent.ping + sent.stream + sent.datagram;
        let asks = asked != self.asked;
        self.asked = asked;
        let since = match self.unanswered_since {
            Some(since) => since,
            None if asks => *self.unanswered_since.insert(now),
            None => return false,
        };
        let stalled = now - since > STALL.max(self.quic.rtt() * 4);
        if stalled {
            self.unanswered_since = Some(now);
            self.knock_at.get_or_insert(now + KNOCK);
            self.answers = self.count_answers();
        }
        stalled && !self.is_closed()
    }

    /// `HANDSHAKE_DONE` has arrived since the last call.
    pub(crate) fn became_confirmed(&mut self) -> bool {
        if self.confirmed || self.quic.stats().frame_rx.handshake_done == 0 {
            return false;
        }
        self.confirmed = true;
        true
    }

    /// The protocol agreed on; empty if none was.
    pub(crate) fn protocol(&self) -> Vec<u8> {
        self.quic
            .crypto_session()
            .handshake_data()
            .and_then(|data| {
                data.downcast::<quinn_proto::crypto::rustls::HandshakeData>()
                    .ok()
            })
            .and_then(|data| data.protocol)
            .unwrap_or_default()
    }

    pub(crate) fn close(&mut self, now: Instant, code: u64, text: &str) {
        let text = Bytes::copy_from_slice(text.as_bytes());
        self.quic.close(now, varint(code), text);
    }

    pub(crate) fn open(&mut self) -> Option<u64> {
        self.quic.streams().open(Dir::Bi).map(u64::from)
    }

    pub(crate) fn write(&mut self, stream: u64, bytes: &[u8]) -> Result<Write, StreamError> {
        match self.quic.send_stream(bidirectional(stream)?).write(bytes) {
            Ok(length) => Ok(Write::Bytes(length)),
            Err(WriteError::Blocked) => Ok(Write::Blocked),
            Err(WriteError::Stopped(code)) => Err(StreamError::Reset(code.into_inner())),
            Err(WriteError::ClosedStream) => Err(StreamError::Closed),
        }
    }

    pub(crate) fn finish(&mut self, stream: u64) -> Result<(), StreamError> {
        use quinn_proto::FinishError;
        match self.quic.send_stream(bidirectional(stream)?).finish() {
            Ok(()) => Ok(()),
            Err(FinishError::Stopped(code)) => Err(StreamError::Reset(code.into_inner())),
            Err(FinishError::ClosedStream) => Err(StreamError::Closed),
        }
    }

    /// Ends our half without delivering what is still on its way.
    pub(crate) fn reset(&mut self, stream: u64, code: u64) -> Result<(), StreamError> {
        let stream = bidirectional(stream)?;
        self.quic
            .send_stream(stream)
            .reset(varint(code))
            .map_err(|_| StreamError::Closed)
    }

    /// Tells the other side that we read no further.
    pub(crate) fn stop(&mut self, stream: u64, code: u64) -> Result<(), StreamError> {
        let stream = bidirectional(stream)?;
        self.quic
            .recv_stream(stream)
            .stop(varint(code))
            .map_err(|_| StreamError::Closed)
    }

    /// Fills `target` as far as the stream has bytes.
    pub(crate) fn read(&mut self, stream: u64, target: &mut [u8]) -> Result<Read, StreamError> {
        let mut stream = self.quic.recv_stream(bidirectional(stream)?);
        let mut chunks = match stream.read(true) {
            Ok(chunks) => chunks,
            Err(ReadableError::ClosedStream | ReadableError::IllegalOrderedRead) => {
                return Err(StreamError::Closed)
            }
        };
        let mut length = 0;
        let outcome = loop {
            let Some(room) = target.get_mut(length..).filter(|room| !room.is_empty()) else {
                break Ok(Read::Bytes(length));
            };
            match chunks.next(room.len()) {
                Ok(Some(chunk)) => {
                    if let Some(room) = room.get_mut(..chunk.bytes.len()) {
                        room.copy_from_slice(&chunk.bytes);
                    }
                    length += chunk.bytes.len();
                }
                Ok(None) => break Ok(Read::End(length)),
                Err(ReadError::Blocked) if length > 0 => break Ok(Read::Bytes(length)),
                Err(ReadError::Blocked) => break Ok(Read::Blocked),
                Err(ReadError::Reset(code)) => break Err(StreamError::Reset(code.into_inner())),
            }
        };
        let _ = chunks.finalize();
        outcome
    }

    /// Queues a datagram; the oldest unsent ones make room for it. Its size must not be over
    /// [`Connection::max_datagram`].
    pub(crate) fn send_datagram(&mut self, payload: Bytes) -> Result<(), DatagramError> {
        match self.quic.datagrams().send(payload, true) {
            Ok(()) => Ok(()),
            Err(SendDatagramError::TooLarge) => Err(DatagramError::TooLong),
            Err(_) => Err(DatagramError::Unsupported),
        }
    }

    /// The largest datagram in bytes; none if the other side takes none.
    pub(crate) fn max_datagram(&mut self) -> Option<usize> {
        self.quic.datagrams().max_size()
    }

    pub(crate) fn stats(&self) -> SessionStats {
        let stats = self.quic.stats();
        SessionStats {
            rtt: stats.path.rtt.as_secs_f64() * 1000.0,
            min_rtt: stats.path.min_rtt.as_secs_f64() * 1000.0,
            congestion_window: if self.is_closed() { 0 } else { stats.path.cwnd },
            max_packet: stats.path.current_mtu.into(),
            packets_out: stats.udp_tx.datagrams,
            packets_in: stats.udp_rx.datagrams,
            bytes_out: stats.udp_tx.bytes,
            bytes_in: stats.udp_rx.bytes,
            packets_lost: stats.path.lost_packets,
            congestion_events: stats.path.congestion_events,
        }
    }
}

/// quinn-proto asserts that a stream has the half that is asked for; a bidirectional one has both.
fn bidirectional(stream: u64) -> Result<StreamId, StreamError> {
    VarInt::from_u64(stream)
        .map(StreamId::from)
        .ok()
        .filter(|id| id.dir() == Dir::Bi)
        .ok_or(StreamError::Closed)
}

/// Error codes have 62 bits; a larger one becomes the largest.
fn varint(code: u64) -> VarInt {
    VarInt::from_u64(code).unwrap_or(VarInt::MAX)
}
