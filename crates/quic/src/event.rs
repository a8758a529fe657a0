//! What an endpoint has to tell its application.

use bytes::Bytes;
use quinn_proto::{ConnectionError, VarInt};

use crate::engine::ConnectionId;
use crate::Key;

/// Something happened. Streams are QUIC stream ids; all are bidirectional.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The handshake is done and the other side holds the key that it should. An outgoing session may be used,
    /// but the other side hasn't judged our certificate yet.
    Connected {
        /// Which one.
        connection: ConnectionId,
        /// Opened by the other side.
        incoming: bool,
        /// The other side's key.
        remote: Key,
        /// The protocol (ALPN) agreed on.
        protocol: Vec<u8>,
    },
    /// The other side of an outgoing session has accepted us too.
    Confirmed(ConnectionId),
    /// The last event of a connection. One that is opened by the other side and fails before `Connected` has
    /// no events.
    Closed(ConnectionId, CloseReason),
    /// The other side opened a stream.
    Opened(ConnectionId, u64),
    /// Reading from this stream gives something: bytes, its end or a reset.
    Readable(ConnectionId, u64),
    /// There is room for more bytes, after there wasn't.
    Writable(ConnectionId, u64),
    /// The other side has everything up to the end of the stream.
    Delivered(ConnectionId, u64),
    /// The other side doesn't want the rest, and gives an error code. Our half is over.
    Stopped(ConnectionId, u64, u64),
    /// A stream can be opened, after the limit was reached.
    StreamsAvailable(ConnectionId),
    /// A datagram (RFC 9221).
    Datagram(ConnectionId, Bytes),
    /// Nothing was heard for a while although something was asked: the path may be gone.
    Stalled(ConnectionId),
}

/// Why a connection is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CloseReason {
    /// We closed it.
    Local,
    /// The other side's application closed it.
    Application {
        /// The application's code.
        code: u64,
        /// The application's words.
        text: String,
    },
    /// The other side's QUIC or TLS gave up (RFC 9000, 20.1; a TLS alert is 0x100 + alert).
    Remote {
        /// The error code.
        code: u64,
        /// For people.
        text: String,
    },
    /// Our QUIC or TLS gave up, same codes.
    Protocol {
        /// The error code.
        code: u64,
        /// For people.
        text: String,
    },
    /// Nothing was heard for the idle timeout.
    IdleTimeout,
    /// The handshake took too long.
    HandshakeTimeout,
    /// The other side has forgotten the connection (a stateless reset).
    Reset,
    /// The other side speaks no QUIC version that we do.
    Version,
}

impl From<ConnectionError> for CloseReason {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::LocallyClosed => Self::Local,
            ConnectionError::ApplicationClosed(close) => Self::Application {
                code: VarInt::into_inner(close.error_code),
                text: String::from_utf8_lossy(&close.reason).into_owned(),
            },
            ConnectionError::ConnectionClosed(close) => Self::Remote {
                code: close.error_code.into(),
                text: String::from_utf8_lossy(&close.reason).into_owned(),
            },
            ConnectionError::TransportError(error) => Self::Protocol {
                code: error.code.into(),
                text: error.reason,
            },
            ConnectionError::TimedOut => Self::IdleTimeout,
            ConnectionError::Reset => Self::Reset,
            ConnectionError::VersionMismatch => Self::Version,
            ConnectionError::CidsExhausted => Self::Protocol {
                code: 1,
                text: "no connection ids left".into(),
            },
        }
    }
}
