//! What the plane holds at most. What is dropped when a bound is reached is said at each.

/// Bounds of one forwarding plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Routes. When full, a new route takes the place of the oldest one from the peering with the most
    /// routes; from that peering itself, it is refused.
    pub routes: usize,
    /// Nodes whose coordinates are remembered. When full, the longest unheard is forgotten.
    pub coordinates: usize,
    /// Bytes of traffic waiting for one port. When full, the oldest frame of the longest flow goes. What has
    /// waited for a second when its turn comes goes too.
    pub queue_bytes: usize,
    /// Bytes of control frames waiting for one port. When full, the oldest goes; a newer announcement
    /// replaces the older one, and one is never dropped for other frames.
    pub control_bytes: usize,
    /// Bytes of traffic waiting for all ports. When full, the port with the most loses as above.
    pub total_queue_bytes: usize,
}

impl Default for Limits {
    /// Four megabytes of queue are the 10 ms that a busy machine may leave a peer on a local link without a
    /// turn; on slow links it is the second that bounds what waits.
    fn default() -> Self {
        Self {
            routes: 100_000,
            coordinates: 4096,
            queue_bytes: 4 << 20,
            control_bytes: 256 << 10,
            total_queue_bytes: 64 << 20,
        }
    }
}
