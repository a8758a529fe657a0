//! What holds between any two calls, whatever comes in. Checked after every call where debug assertions
//! are on, which they are in tests and in fuzzing, and nowhere else.

use snek_wire::frame;

use crate::{ForwardingPlane, Port, MAX_PORT};

impl ForwardingPlane {
    #[inline]
    pub(crate) fn debug_check(&self) {
        if cfg!(debug_assertions) {
            self.check();
        }
    }

    fn check(&self) {
        let limits = &self.options.limits;
        let mut waiting = 0;
        for port in 0..=Port::MAX {
            let link = self.links.get(port);
            assert_eq!(self.tables.peers.get(port).is_some(), link.is_some());
            let Some(link) = link else { continue };
            assert!((1..=MAX_PORT).contains(&port));
            assert!(link.kept() < frame::MAX_LENGTH);
            let Some(queue) = &link.queue else { continue };
            assert!(!queue.is_empty());
            assert!(queue.control_bytes() <= limits.control_bytes);
            assert!(queue.traffic().bytes() <= limits.queue_bytes);
            assert!(queue.traffic().is_consistent());
            waiting += queue.traffic().bytes();
        }
        assert_eq!(waiting, self.queued_bytes);
        assert!(waiting <= limits.total_queue_bytes);
        assert!(self.tables.routes.is_consistent());
        assert!(self.remembered.is_consistent());
    }
}
