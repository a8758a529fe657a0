//! Numbers for people and monitoring.

/// One session's, since it began. Bytes are those of QUIC packets.
#[derive(Debug, Clone, Copy, Default)]
pub struct SessionStats {
    /// Smoothed round-trip time, ms.
    pub rtt: f64,
    /// Least round-trip time seen, ms.
    pub min_rtt: f64,
    /// Bytes that may be in flight; 0 once it is closed.
    pub congestion_window: u64,
    /// The largest packet that is sent.
    pub max_packet: u64,
    /// Packets sent.
    pub packets_out: u64,
    /// Packets received.
    pub packets_in: u64,
    /// Bytes sent.
    pub bytes_out: u64,
    /// Bytes received.
    pub bytes_in: u64,
    /// Packets taken for lost.
    pub packets_lost: u64,
    /// Times that the congestion window shrank.
    pub congestion_events: u64,
}

/// The endpoint's, since it began.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counters {
    /// Packets received.
    pub packets_in: u64,
    /// Packets sent.
    pub packets_out: u64,
    /// Packets that belonged to no connection and opened none: garbage, or of a forgotten connection.
    pub packets_ignored: u64,
    /// Incoming handshakes begun.
    pub handshakes: u64,
    /// Incoming handshakes that failed.
    pub handshakes_failed: u64,
    /// Newcomers sent away to prove their key first.
    pub retries: u64,
    /// Newcomers refused: too many sessions.
    pub refused: u64,
    /// Newcomers ignored: too many handshakes.
    pub ignored: u64,
}
