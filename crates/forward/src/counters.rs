//! What happened, in numbers.

/// Something that is counted over the whole plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
pub enum Counter {
    /// Traffic frames passed on, or queued for it.
    Forwarded,
    /// Traffic frames for our own key.
    Delivered,
    /// Traffic frames of our own, sent or queued.
    Sent,
    /// Frames handed to the control plane.
    Control,
    /// Frames of a type without a meaning, skipped.
    UnknownType,
    /// Peerings ended for bytes that make no sense.
    Malformed,
    /// Traffic without a next hop but ourselves.
    DroppedNoNextHop,
    /// Traffic whose next hop is the peering that it came from.
    DroppedBackToSource,
    /// Traffic that would have gone away from its destination.
    DroppedWorseWatermark,
    /// Traffic at the end of its hop limit.
    DroppedHopLimit,
    /// Traffic that doesn't fit a frame with the watermark that it needs.
    DroppedTooLong,
    /// Traffic that a full queue dropped.
    DroppedQueueFull,
    /// Traffic that waited too long.
    DroppedLate,
    /// Control frames that a full queue dropped.
    DroppedControlFull,
    /// Routes that found no room.
    RoutesRefused,
    /// Routes that made room for others.
    RoutesDisplaced,
    /// Remembered coordinates that made room for others.
    CoordinatesDisplaced,
    /// Nodes whose coordinates changed too often to be believed.
    CoordinatesDisputed,
}

impl Counter {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 18] = [
        Self::Forwarded,
        Self::Delivered,
        Self::Sent,
        Self::Control,
        Self::UnknownType,
        Self::Malformed,
        Self::DroppedNoNextHop,
        Self::DroppedBackToSource,
        Self::DroppedWorseWatermark,
        Self::DroppedHopLimit,
        Self::DroppedTooLong,
        Self::DroppedQueueFull,
        Self::DroppedLate,
        Self::DroppedControlFull,
        Self::RoutesRefused,
        Self::RoutesDisplaced,
        Self::CoordinatesDisplaced,
        Self::CoordinatesDisputed,
    ];

    /// What people see.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Forwarded => "forwarded",
            Self::Delivered => "delivered",
            Self::Sent => "sent",
            Self::Control => "control",
            Self::UnknownType => "unknown_type",
            Self::Malformed => "malformed",
            Self::DroppedNoNextHop => "dropped_no_next_hop",
            Self::DroppedBackToSource => "dropped_back_to_source",
            Self::DroppedWorseWatermark => "dropped_worse_watermark",
            Self::DroppedHopLimit => "dropped_hop_limit",
            Self::DroppedTooLong => "dropped_too_long",
            Self::DroppedQueueFull => "dropped_queue_full",
            Self::DroppedLate => "dropped_late",
            Self::DroppedControlFull => "dropped_control_full",
            Self::RoutesRefused => "routes_refused",
            Self::RoutesDisplaced => "routes_displaced",
            Self::CoordinatesDisplaced => "coordinates_displaced",
            Self::CoordinatesDisputed => "coordinates_disputed",
        }
    }
}

/// A number for each [`Counter`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Counters([u64; Counter::ALL.len()]);

impl Counters {
    /// How often it happened.
    #[must_use]
    pub fn get(&self, counter: Counter) -> u64 {
        self.0.get(counter as usize).copied().unwrap_or_default()
    }

    #[inline]
    pub(crate) fn add(&mut self, counter: Counter, count: u64) {
        if let Some(value) = self.0.get_mut(counter as usize) {
            *value += count;
        }
    }
}

/// What went through one port. Protocol: all frames but traffic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PortCounters {
    /// Bytes received.
    pub protocol_bytes_in: u64,
    /// Bytes received.
    pub traffic_bytes_in: u64,
    /// Bytes handed out to be written.
    pub protocol_bytes_out: u64,
    /// Bytes handed out to be written.
    pub traffic_bytes_out: u64,
    /// Frames received.
    pub frames_in: u64,
    /// Frames handed out to be written.
    pub frames_out: u64,
    /// Frames that came from here or waited for here, and were dropped.
    pub dropped: u64,
    /// Bytes waiting.
    pub queued_bytes: u64,
    /// Frames waiting.
    pub queued_frames: u64,
}
