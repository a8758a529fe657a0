//! Started peers by port and by key, and what each announced last.

use alloc::{boxed::Box, vec::Vec};

use snek_wire::{CoordinatesBuf, Key, Root};

use crate::{Port, LOCAL, MAX_PORT};

/// A started peering.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) key: Key,
    /// The lower, the better a link (PROTOCOL.md section 2).
    pub(crate) kind: u8,
    pub(crate) announced: Option<Announced>,
}

/// What a peer's last announcement says.
#[derive(Debug)]
pub(crate) struct Announced {
    pub(crate) root: Root,
    pub(crate) receive_order: u64,
    /// The peer's own.
    pub(crate) coordinates: CoordinatesBuf,
    /// Of all nodes from the root to the peer.
    pub(crate) keys: Box<[Key]>,
}

#[derive(Debug, Default)]
pub(crate) struct Peers {
    by_port: Vec<Option<Box<Peer>>>,
    by_key: Vec<(Key, Port)>,
}

impl Peers {
    /// False if the port is taken or isn't one.
    pub(crate) fn add(&mut self, port: Port, key: Key, kind: u8) -> bool {
        if port == LOCAL || port > MAX_PORT || self.get(port).is_some() {
            return false;
        }
        let slot = usize::from(port);
        if self.by_port.len() <= slot {
            self.by_port.resize_with(slot + 1, || None);
        }
        if let Some(free) = self.by_port.get_mut(slot) {
            *free = Some(Box::new(Peer {
                key,
                kind,
                announced: None,
            }));
        }
        let at = self.by_key.partition_point(|entry| *entry < (key, port));
        self.by_key.insert(at, (key, port));
        true
    }

    pub(crate) fn remove(&mut self, port: Port) -> Option<Box<Peer>> {
        let peer = self.by_port.get_mut(usize::from(port))?.take()?;
        self.by_key.retain(|(_, of)| *of != port);
        Some(peer)
    }

    #[inline]
    pub(crate) fn get(&self, port: Port) -> Option<&Peer> {
        self.by_port.get(usize::from(port))?.as_deref()
    }

    pub(crate) fn get_mut(&mut self, port: Port) -> Option<&mut Peer> {
        self.by_port.get_mut(usize::from(port))?.as_deref_mut()
    }

    /// Those that have announced, by port.
    pub(crate) fn announced(&self) -> impl Iterator<Item = (Port, &Peer, &Announced)> {
        (0..=MAX_PORT)
            .zip(&self.by_port)
            .filter_map(|(port, peer)| {
                let peer = peer.as_deref()?;
                Some((port, peer, peer.announced.as_ref()?))
            })
    }

    /// The peerings to one node, by port.
    #[inline]
    pub(crate) fn with_key(&self, key: Key) -> impl Iterator<Item = (Port, &Peer)> {
        let start = self.by_key.partition_point(|(of, _)| *of < key);
        let from = self.by_key.get(start..).unwrap_or_default();
        from.iter()
            .take_while(move |(of, _)| *of == key)
            .filter_map(|(_, port)| Some((*port, self.get(*port)?)))
    }
}
