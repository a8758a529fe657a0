//! Coordinates of nodes that we heard from (PROTOCOL.md section 5).

use snek_wire::{Coordinates, CoordinatesBuf, Key};

use crate::sorted::{SortedMap, SortedSet};

/// How long coordinates are good for, in ms since they were heard.
pub(crate) const LIFETIME: u64 = 60_000;

/// How much older than it is an entry may be noted, in ms, to leave the order alone at each frame.
const GRAIN: u64 = 1000;

/// Longer ones aren't remembered: 200 ports, the greatest depth of a tree, take 400 bytes.
const MAX_BYTES: usize = 512;

/// How often a node's coordinates may change in a lifetime. Beyond, somebody makes some of them up, and nobody can
/// tell which are true: none are used until that time is over, and traffic for the node goes by snake.
const MAX_CHANGES: u8 = 5;

#[derive(Debug)]
struct Entry {
    time: u64,
    coordinates: CoordinatesBuf,
    /// Since `first_change`.
    changes: u8,
    first_change: u64,
}

impl Entry {
    /// Whether they are to be used.
    const fn is_good(&self, now: u64) -> bool {
        is_fresh(self.time, now)
            && (self.changes <= MAX_CHANGES || !is_fresh(self.first_change, now))
    }

    /// Takes over other coordinates; true if that was once too often.
    fn change(&mut self, coordinates: Coordinates<'_>, now: u64) -> bool {
        if self.changes == 0 || !is_fresh(self.first_change, now) {
            self.changes = 0;
            self.first_change = now;
        }
        if self.changes > MAX_CHANGES {
            return false;
        }
        self.changes += 1;
        self.coordinates = coordinates.to_buf();
        self.changes > MAX_CHANGES
    }
}

/// Coordinates by key; those heard longest ago go first.
#[derive(Debug)]
pub(crate) struct Remembered {
    limit: usize,
    by_key: SortedMap<Key, Entry>,
    by_age: SortedSet<(u64, Key)>,
    displaced: u64,
    disputed: u64,
}

impl Remembered {
    pub(crate) const fn new(limit: usize) -> Self {
        Self {
            limit,
            by_key: SortedMap::new(),
            by_age: SortedSet::new(),
            displaced: 0,
            disputed: 0,
        }
    }

    pub(crate) const fn displaced(&self) -> u64 {
        self.displaced
    }

    pub(crate) const fn disputed(&self) -> u64 {
        self.disputed
    }

    pub(crate) fn remember(&mut self, key: Key, coordinates: Coordinates<'_>, now: u64) {
        if coordinates.body().len() > MAX_BYTES || self.limit == 0 {
            return;
        }
        if let Some(entry) = self.by_key.get_mut(key) {
            if entry.coordinates.view() != coordinates {
                self.disputed += u64::from(entry.change(coordinates, now));
            }
            if now.saturating_sub(entry.time) >= GRAIN {
                self.by_age.remove((entry.time, key));
                self.by_age.insert((now, key), ());
                entry.time = now;
            }
            return;
        }
        if self.by_key.len() >= self.limit {
            if let Some(((time, oldest), ())) = self.by_age.pop_first() {
                self.by_key.remove(oldest);
                self.displaced += u64::from(is_fresh(time, now));
            }
        }
        let coordinates = coordinates.to_buf();
        self.by_key.insert(
            key,
            Entry {
                time: now,
                coordinates,
                changes: 0,
                first_change: now,
            },
        );
        self.by_age.insert((now, key), ());
    }

    /// Those of a node, unless they are too old or disputed.
    #[inline]
    pub(crate) fn get(&self, key: Key, now: u64) -> Option<Coordinates<'_>> {
        let entry = self.by_key.get(key)?;
        entry.is_good(now).then(|| entry.coordinates.view())
    }

    /// All that aren't too old or disputed, the lowest key first, with when they were heard.
    pub(crate) fn iter(&self, now: u64) -> impl Iterator<Item = (Key, Coordinates<'_>, u64)> {
        self.by_key
            .iter()
            .filter(move |(_, entry)| entry.is_good(now))
            .map(|(key, entry)| (*key, entry.coordinates.view(), entry.time))
    }

    pub(crate) fn forget(&mut self, key: Key) {
        if let Some(entry) = self.by_key.remove(key) {
            self.by_age.remove((entry.time, key));
        }
    }

    /// Whether what is noted twice agrees, and no bound is passed.
    pub(crate) fn is_consistent(&self) -> bool {
        let has_age = |(key, entry): &(Key, Entry)| self.by_age.contains((entry.time, *key));
        self.by_age.len() == self.by_key.len()
            && self.by_key.iter().all(has_age)
            && self.by_key.len() <= self.limit
    }

    pub(crate) fn forget_all(&mut self) {
        self.by_key = SortedMap::new();
        self.by_age = SortedSet::new();
    }
}

const fn is_fresh(time: u64, now: u64) -> bool {
    now.saturating_sub(time) < LIFETIME
}
