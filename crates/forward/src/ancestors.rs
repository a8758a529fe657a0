//! The keys in all peers' announcements, in order.

use alloc::collections::BTreeSet;
use core::ops::Bound::Excluded;

use snek_wire::Key;

use crate::Port;

/// Which peers announced a key. Held one by one, so that an announcement changes only its own keys.
#[derive(Debug, Default)]
pub(crate) struct Ancestors {
    entries: BTreeSet<(Key, Port)>,
}

impl Ancestors {
    pub(crate) fn insert(&mut self, port: Port, keys: &[Key]) {
        self.entries.extend(keys.iter().map(|key| (*key, port)));
    }

    pub(crate) fn remove(&mut self, port: Port, keys: &[Key]) {
        for key in keys {
            self.entries.remove(&(*key, port));
        }
    }

    /// The peer that offers `key` first: the parent, else the lowest port.
    #[inline]
    pub(crate) fn provider(&self, key: Key, parent: Option<Port>) -> Option<Port> {
        let (_, port) = self.entries.range((key, 0)..=(key, Port::MAX)).next()?;
        Some(self.prefer(parent, key, *port))
    }

    /// The lowest key between the two, and who offers it first.
    #[inline]
    pub(crate) fn between(&self, low: Key, high: Key, parent: Option<Port>) -> Option<(Key, Port)> {
        if low >= high {
            return None;
        }
        let range = (Excluded((low, Port::MAX)), Excluded((high, 0)));
        let (key, port) = self.entries.range(range).next()?;
        Some((*key, self.prefer(parent, *key, *port)))
    }

    #[inline]
    fn prefer(&self, parent: Option<Port>, key: Key, lowest: Port) -> Port {
        parent
            .filter(|parent| *parent != lowest && self.entries.contains(&(key, *parent)))
            .unwrap_or(lowest)
    }
}
