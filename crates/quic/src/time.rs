//! Milliseconds since the Unix epoch, as the caller counts them, to the instants that quinn-proto wants.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use quinn_proto::TimeSource;
use web_time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The caller's clock. The platform's is read once, for an arbitrary base.
pub(crate) struct Timeline {
    base: Instant,
    origin: f64,
    latest: Instant,
    unix: Arc<AtomicU64>,
}

impl Timeline {
    #[expect(
        clippy::disallowed_methods,
        reason = "quinn's instants have no other source"
    )]
    pub(crate) fn new(now: f64) -> Self {
        let base = Instant::now();
        Self {
            base,
            origin: now,
            latest: base,
            unix: Arc::new(AtomicU64::new(now as u64)),
        }
    }

    /// The instant of `now`; never before an earlier answer.
    pub(crate) fn at(&mut self, now: f64) -> Instant {
        let microseconds = ((now - self.origin) * 1000.0).round() as u64;
        self.latest = self
            .latest
            .max(self.base + Duration::from_micros(microseconds));
        self.unix.store(now as u64, Ordering::Relaxed);
        self.latest
    }

    /// Back to the caller's milliseconds, rounded up: at that time the instant has come.
    pub(crate) fn milliseconds(&self, instant: Instant) -> f64 {
        let microseconds = (instant - self.base).as_nanos().div_ceil(1000);
        self.origin + microseconds as f64 / 1000.0
    }

    /// The age of retry tokens is measured by the caller's clock too.
    pub(crate) fn source(&self) -> Arc<dyn TimeSource> {
        Arc::new(CallersTime(self.unix.clone()))
    }
}

struct CallersTime(Arc<AtomicU64>);

impl TimeSource for CallersTime {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}
