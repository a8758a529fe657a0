//! The snake's routes by key, and by age (PROTOCOL.md section 4).

use alloc::sync::Arc;
use alloc::vec::Vec;

use snek_wire::{Key, Root, Watermark};

use crate::sorted::SortedMap;
use crate::Port;

/// How long a route is valid, in ms from its time.
pub const ROUTE_LIFETIME: u64 = 10_000;

/// How many routes one call of [`Routes::expire`] removes at most, and how many keys it returns: a ms' worth.
const EXPIRED_AT_ONCE: usize = 512;

/// How many of them one call of [`Routes::tidy`] removes at most.
const TIDIED_AT_ONCE: usize = 256;

/// A route as the control plane writes and reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The node that bootstrapped.
    pub key: Key,
    /// The peering that the bootstrap came from: the way to the node.
    pub source: Port,
    /// The peering that it went on to; [`LOCAL`](crate::LOCAL) if it ended here.
    pub destination: Port,
    /// The bootstrap's.
    pub sequence: u64,
    /// The root that it was made under.
    pub root: Root,
    /// When it was installed, in ms since the Unix epoch.
    pub time: u64,
}

/// What became of a route that was to be installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Installed {
    /// There is one route more.
    New,
    /// It took the place of the key's older one.
    Replaced,
    /// There was no room for it.
    Full,
}

/// What a lookup in the routes found.
pub(crate) struct Nearest {
    pub(crate) key: Key,
    pub(crate) sequence: u64,
    pub(crate) source: Port,
}

#[derive(Debug)]
struct Entry {
    time: u64,
    sequence: u64,
    root: Arc<Root>,
    source: Port,
    destination: Port,
}

impl Entry {
    const fn is_expired(&self, now: u64) -> bool {
        now.saturating_sub(self.time) >= ROUTE_LIFETIME
    }
}

/// Routes by key; those of each source also by age.
///
/// When there are as many as allowed, a new one takes the place of the oldest from the source that has
/// the most, so that a neighbour who floods the table displaces only its own. From that source itself it
/// is refused: routes that are in use stay.
#[derive(Debug)]
pub struct Routes {
    limit: usize,
    by_key: SortedMap<Key, Entry>,
    /// With their destinations.
    by_age: Vec<SortedMap<(u64, Key), Port>>,
    /// Those in use; hardly ever more than one.
    roots: Vec<Arc<Root>>,
    /// Those that went, and were not yet returned by `expire`.
    gone: Vec<Key>,
    refused_count: u64,
    displaced_count: u64,
}

impl Routes {
    pub(crate) const fn new(limit: usize) -> Self {
        Self {
            limit,
            by_key: SortedMap::new(),
            by_age: Vec::new(),
            roots: Vec::new(),
            gone: Vec::new(),
            refused_count: 0,
            displaced_count: 0,
        }
    }

    /// How many there are, expired ones included that weren't removed yet.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_key.len() == 0
    }

    /// How many were refused because there was no room.
    #[must_use]
    pub const fn refused(&self) -> u64 {
        self.refused_count
    }

    /// How many were removed to make room.
    #[must_use]
    pub const fn displaced(&self) -> u64 {
        self.displaced_count
    }

    /// The route of a node.
    #[must_use]
    pub fn get(&self, key: Key) -> Option<Route> {
        self.by_key.get(key).map(|entry| route(key, entry))
    }

    /// All, the lowest key first.
    pub fn iter(&self) -> impl Iterator<Item = Route> + '_ {
        self.by_key.iter().map(|(key, entry)| route(*key, entry))
    }

    /// Adds a route, or replaces that of the same node.
    pub fn install(&mut self, route: Route, now: u64) -> Installed {
        let replaced = self.remove(route.key);
        if self.by_key.len() >= self.limit && !self.make_room(route.source, now) {
            self.refused_count += 1;
            return Installed::Full;
        }
        let slot = usize::from(route.source);
        if self.by_age.len() <= slot {
            self.by_age.resize_with(slot + 1, SortedMap::new);
        }
        if let Some(ages) = self.by_age.get_mut(slot) {
            ages.insert((route.time, route.key), route.destination);
        }
        let entry = Entry {
            time: route.time,
            sequence: route.sequence,
            root: self.intern(route.root),
            source: route.source,
            destination: route.destination,
        };
        self.by_key.insert(route.key, entry);
        if replaced {
            Installed::Replaced
        } else {
            Installed::New
        }
    }

    /// False if there was none.
    pub fn remove(&mut self, key: Key) -> bool {
        let Some(entry) = self.by_key.remove(key) else {
            return false;
        };
        if let Some(ages) = self.by_age.get_mut(usize::from(entry.source)) {
            ages.remove((entry.time, key));
        }
        true
    }

    /// Removes some of those that are [`ROUTE_LIFETIME`] old, and returns keys of those that went since the
    /// last call: 512 of each at most, so that nothing has to wait for it.
    pub fn expire(&mut self, now: u64) -> Vec<Key> {
        self.remove_expired(now, EXPIRED_AT_ONCE);
        let rest = self.gone.len().saturating_sub(EXPIRED_AT_ONCE);
        let gone = self.gone.get(rest..).unwrap_or_default().iter();
        let keys = gone.filter(|key| !self.by_key.contains(**key)).copied();
        let keys = keys.collect();
        self.gone.truncate(rest);
        keys
    }

    /// Whether [`expire`](Self::expire) has more to do.
    #[must_use]
    pub fn has_expired(&self, now: u64) -> bool {
        !self.gone.is_empty() || self.by_age.iter().any(|ages| first_is_expired(ages, now))
    }

    /// Removes a few of those that are [`ROUTE_LIFETIME`] old, so that lookups don't have to pass many.
    pub(crate) fn tidy(&mut self, now: u64) {
        if self.gone.len() < self.limit {
            self.remove_expired(now, TIDIED_AT_ONCE);
        }
    }

    fn remove_expired(&mut self, now: u64, mut most: usize) {
        for ages in &mut self.by_age {
            while most > 0 {
                let Some(key) = pop_expired(ages, now) else {
                    break;
                };
                self.by_key.remove(key);
                self.gone.push(key);
                most -= 1;
            }
        }
    }

    /// Removes every route from or to a peering: one pass over all, since one by one it takes a µs for each.
    pub(crate) fn remove_port(&mut self, port: Port) -> Vec<Key> {
        let mut keys = Vec::new();
        self.by_key.retain(|key, entry| {
            let stays = entry.source != port && entry.destination != port;
            if !stays {
                keys.push(*key);
            }
            stays
        });
        if keys.is_empty() {
            return keys;
        }
        for (source, ages) in self.by_age.iter_mut().enumerate() {
            if source == usize::from(port) {
                *ages = SortedMap::new();
            } else {
                ages.retain(|_, destination| *destination != port);
            }
        }
        keys
    }

    /// The valid route of `destination` itself (if `exact`, and it isn't the best already), else the
    /// lowest one between it and `best`. Valid: not expired, its source started, its watermark not
    /// worse than the frame's.
    #[inline]
    pub(crate) fn nearest(
        &self,
        destination: Key,
        best: Key,
        exact: bool,
        watermark: Watermark,
        now: u64,
        is_started: impl Fn(Port) -> bool,
    ) -> Option<Nearest> {
        let is_valid = |key: Key, entry: &Entry| {
            let own = Watermark {
                key,
                sequence: entry.sequence,
            };
            !entry.is_expired(now) && is_started(entry.source) && !own.is_worse_than(&watermark)
        };
        let from = self.by_key.range_from(destination);
        from.skip_while(|(key, _)| *key == destination && (!exact || best == destination))
            // Any higher key is worse than the frame's watermark.
            .take_while(|(key, _)| *key == destination || (*key < best && *key <= watermark.key))
            .find(|(key, entry)| is_valid(*key, entry))
            .map(|(key, entry)| Nearest {
                key: *key,
                sequence: entry.sequence,
                source: entry.source,
            })
    }

    /// Whether what is noted twice agrees, and no bound is passed.
    pub(crate) fn is_consistent(&self) -> bool {
        let has_age = |(key, entry): &(Key, Entry)| {
            let ages = self.by_age.get(usize::from(entry.source));
            ages.and_then(|ages| ages.get((entry.time, *key))) == Some(&entry.destination)
        };
        let aged: usize = self.by_age.iter().map(SortedMap::len).sum();
        aged == self.by_key.len()
            && self.by_key.iter().all(has_age)
            && self.by_key.len() <= self.limit
            && self.gone.len() <= self.limit + TIDIED_AT_ONCE
            && self.roots.len() <= self.limit + 1
    }

    /// False if the table stays full.
    fn make_room(&mut self, newcomer: Port, now: u64) -> bool {
        if self.gone.len() >= self.limit {
            return false;
        }
        self.remove_expired(now, 1);
        if self.by_key.len() < self.limit {
            return true;
        }
        let newcomers = self
            .by_age
            .get(usize::from(newcomer))
            .map_or(0, SortedMap::len);
        let fullest = self.by_age.iter_mut().max_by_key(|ages| ages.len());
        let Some(key) = fullest
            .filter(|ages| ages.len() > newcomers)
            .and_then(pop_oldest)
        else {
            return false;
        };
        self.by_key.remove(key);
        self.gone.push(key);
        self.displaced_count += 1;
        true
    }

    fn intern(&mut self, root: Root) -> Arc<Root> {
        if let Some(known) = self.roots.iter().rfind(|known| ***known == root) {
            return known.clone();
        }
        self.roots.retain(|known| Arc::strong_count(known) > 1);
        let new = Arc::new(root);
        self.roots.push(new.clone());
        new
    }
}

fn first_is_expired(ages: &SortedMap<(u64, Key), Port>, now: u64) -> bool {
    ages.first()
        .is_some_and(|((time, _), _)| now.saturating_sub(*time) >= ROUTE_LIFETIME)
}

fn pop_expired(ages: &mut SortedMap<(u64, Key), Port>, now: u64) -> Option<Key> {
    if !first_is_expired(ages, now) {
        return None;
    }
    pop_oldest(ages)
}

fn pop_oldest(ages: &mut SortedMap<(u64, Key), Port>) -> Option<Key> {
    ages.pop_first().map(|((_, key), _)| key)
}

fn route(key: Key, entry: &Entry) -> Route {
    Route {
        key,
        source: entry.source,
        destination: entry.destination,
        sequence: entry.sequence,
        root: *entry.root,
        time: entry.time,
    }
}
