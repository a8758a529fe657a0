//! How much may be on its way: Cubic's word, but for a packet that asks whether a silent path is back, and until
//! a connection closes.
//!
//! quinn-proto 0.11 keeps the packet that says that a connection is closed back while the window is full, and
//! once closed nothing empties it: the other side would have to find out by its idle timeout (quinn issue 2785).

use std::any::Any;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::Arc;

use quinn_proto::congestion::{Controller, ControllerFactory, ControllerMetrics, CubicConfig};
use quinn_proto::RttEstimator;
use web_time::{Duration, Instant};

/// More than any connection has on its way, and too much for packets to be paced.
const UNLIMITED: u64 = 1 << 40;

/// An acknowledgement that takes no longer tells of the path as it is.
const PROMPT: Duration = Duration::from_secs(1);

pub(crate) struct Congestion {
    inner: Box<dyn Controller>,
    shared: Arc<Shared>,
}

/// What clones of a controller share: a clone is the one way to it from outside.
#[derive(Default)]
struct Shared {
    is_released: AtomicBool,
    answers: AtomicU32,
}

/// Makes a controller for each connection.
pub(crate) struct CongestionConfig(pub(crate) Arc<CubicConfig>);

impl ControllerFactory for CongestionConfig {
    fn build(self: Arc<Self>, now: Instant, current_mtu: u16) -> Box<dyn Controller> {
        Box::new(Congestion {
            inner: self.0.clone().build(now, current_mtu),
            shared: Arc::default(),
        })
    }
}

/// Lets a connection send whatever it has left, or no longer.
pub(crate) fn release(controller: &dyn Controller, released: bool) {
    if let Some(shared) = shared(controller) {
        shared.is_released.store(released, Ordering::Relaxed);
    }
}

/// How many packets the other side has acknowledged promptly. What comes late says nothing of the path as it is now,
/// and makes QUIC wait as long again.
pub(crate) fn answers(controller: &dyn Controller) -> u32 {
    shared(controller).map_or(0, |shared| shared.answers.load(Ordering::Relaxed))
}

fn shared(controller: &dyn Controller) -> Option<Arc<Shared>> {
    let congestion = controller.clone_box().into_any().downcast::<Congestion>();
    congestion.ok().map(|congestion| congestion.shared)
}

impl Controller for Congestion {
    fn on_sent(&mut self, now: Instant, bytes: u64, last_packet_number: u64) {
        self.inner.on_sent(now, bytes, last_packet_number);
    }

    fn on_ack(
        &mut self,
        now: Instant,
        sent: Instant,
        bytes: u64,
        app_limited: bool,
        rtt: &RttEstimator,
    ) {
        if now.saturating_duration_since(sent) < PROMPT {
            self.shared.answers.fetch_add(1, Ordering::Relaxed);
        }
        self.inner.on_ack(now, sent, bytes, app_limited, rtt);
    }

    fn on_end_acks(
        &mut self,
        now: Instant,
        in_flight: u64,
        app_limited: bool,
        largest_packet_num_acked: Option<u64>,
    ) {
        self.inner
            .on_end_acks(now, in_flight, app_limited, largest_packet_num_acked);
    }

    fn on_congestion_event(
        &mut self,
        now: Instant,
        sent: Instant,
        is_persistent_congestion: bool,
        lost_bytes: u64,
    ) {
        self.inner
            .on_congestion_event(now, sent, is_persistent_congestion, lost_bytes);
    }

    fn on_mtu_update(&mut self, new_mtu: u16) {
        self.inner.on_mtu_update(new_mtu);
    }

    fn window(&self) -> u64 {
        if self.shared.is_released.load(Ordering::Relaxed) {
            UNLIMITED
        } else {
            self.inner.window()
        }
    }

    fn metrics(&self) -> ControllerMetrics {
        self.inner.metrics()
    }

    fn clone_box(&self) -> Box<dyn Controller> {
        Box::new(Self {
            inner: self.inner.clone_box(),
            shared: self.shared.clone(),
        })
    }

    fn initial_window(&self) -> u64 {
        self.inner.initial_window()
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
