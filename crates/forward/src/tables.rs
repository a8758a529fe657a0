//! What the control plane writes and the lookups read.

use alloc::vec::Vec;

use snek_wire::{Coordinates, CoordinatesBuf, Key, Root, WireError};

use crate::ancestors::Ancestors;
use crate::peers::{Announced, Peer, Peers};
use crate::tree::TreeIndex;
use crate::{Limits, Port, Routes};

/// Our own place in the spanning tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// The root that we follow; ourselves, if there is no parent.
    pub root: Root,
    /// Ours; a root's are empty.
    pub coordinates: CoordinatesBuf,
    /// The peering to our parent.
    pub parent: Option<Port>,
}

/// Peers, routes and the tree: all that next hops are made of.
#[derive(Debug)]
pub struct Tables {
    pub(crate) key: Key,
    pub(crate) tree: Tree,
    pub(crate) peers: Peers,
    pub(crate) ancestors: Ancestors,
    pub(crate) routes: Routes,
    /// None while it is out of date.
    pub(crate) tree_index: Option<TreeIndex>,
}

impl Tables {
    pub(crate) fn new(key: Key, limits: &Limits) -> Self {
        Self {
            key,
            tree: Tree {
                root: Root { key, sequence: 0 },
                coordinates: CoordinatesBuf::default(),
                parent: None,
            },
            peers: Peers::default(),
            ancestors: Ancestors::default(),
            routes: Routes::new(limits.routes),
            tree_index: None,
        }
    }

    /// Our own key.
    #[must_use]
    pub const fn key(&self) -> Key {
        self.key
    }

    /// Our place in the tree.
    #[must_use]
    pub const fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The routes.
    #[must_use]
    pub const fn routes(&self) -> &Routes {
        &self.routes
    }

    /// The routes, to be changed.
    pub const fn routes_mut(&mut self) -> &mut Routes {
        &mut self.routes
    }

    pub(crate) fn set_tree(&mut self, tree: Tree) {
        self.tree = tree;
        self.tree_index = None;
    }

    /// What the peer at `port` announced: root, then port and key of every node from the root to the
    /// peer, and the order in which announcements were received. Does nothing without such a peer.
    ///
    /// # Errors
    /// `too-long` for ports that coordinates can't hold.
    pub fn set_announcement(
        &mut self,
        port: Port,
        root: Root,
        entries: &[(u64, Key)],
        receive_order: u64,
    ) -> Result<(), WireError> {
        let above = entries.len().saturating_sub(1);
        let announced = Announced {
            root,
            receive_order,
            coordinates: CoordinatesBuf::from_ports(entries.iter().take(above).map(|it| it.0))?,
            keys: entries.iter().map(|(_, key)| *key).collect(),
        };
        if let Some(peer) = self.peers.get_mut(port) {
            if let Some(last) = &peer.announced {
                self.ancestors.remove(port, &last.keys);
            }
            self.ancestors.insert(port, &announced.keys);
            peer.announced = Some(announced);
            self.tree_index = None;
        }
        Ok(())
    }

    /// Forgets the peer and every route from or to it; returns the keys of those. Takes time in
    /// proportion to the number of all routes.
    pub(crate) fn remove_peer(&mut self, port: Port) -> Vec<Key> {
        let Some(peer) = self.peers.remove(port) else {
            return Vec::new();
        };
        let Peer { announced, .. } = *peer;
        if let Some(last) = announced {
            self.ancestors.remove(port, &last.keys);
        }
        self.tree_index = None;
        self.routes.remove_port(port)
    }

    #[inline]
    pub(crate) fn announced(&self, port: Port) -> Option<&Announced> {
        self.peers.get(port)?.announced.as_ref()
    }

    /// The next hop for destination coordinates, for a frame from `from`, which may be
    /// [`LOCAL`](crate::LOCAL): [`LOCAL`](crate::LOCAL), a peering, or none (PROTOCOL.md section 3).
    pub fn next_hop_tree(&mut self, destination: Coordinates<'_>, from: Port) -> Option<Port> {
        let index = self
            .tree_index
            .get_or_insert_with(|| TreeIndex::new(&self.peers, self.tree.root));
        index.next_hop(self.tree.coordinates.view(), destination, from)
    }
}
