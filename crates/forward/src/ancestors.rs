//! The keys in all peers' announcements, in order.

use snek_wire::Key;

use crate::sorted::SortedSet;
use crate::{Port, LOCAL};

/// Which peers announced a key. Held one by one, so that an announcement changes only its own keys.
#[derive(Debug, Default)]
pub(crate) struct Ancestors {
    entries: SortedSet<(Key, Port)>,
}

impl Ancestors {
    pub(crate) fn insert(&mut self, port: Port, keys: &[Key]) {
        for key in keys {
            self.entries.insert((*key, port), ());
        }
    }

    pub(crate) fn remove(&mut self, port: Port, keys: &[Key]) {
        for key in keys {
            self.entries.remove((*key, port));
        }
    }

    /// The lowest key above `low`, or from it on if `exact`, and who offers it first: the parent, else the
    /// peer with the lowest port.
    #[inline]
    pub(crate) fn nearest(
        &self,
        low: Key,
        exact: bool,
        parent: Option<Port>,
    ) -> Option<(Key, Port)> {
        // No peer has the local node's port, nor the highest number.
        let start = if exact { LOCAL } else { Port::MAX };
        let ((key, port), ()) = self.entries.range_from((low, start)).next()?;
        Some((*key, self.prefer(parent, *key, *port)))
    }

    #[inline]
    fn prefer(&self, parent: Option<Port>, key: Key, lowest: Port) -> Port {
        parent
            .filter(|parent| *parent != lowest && self.entries.contains((key, *parent)))
            .unwrap_or(lowest)
    }
}
