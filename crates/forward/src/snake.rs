//! The snake next hop (PROTOCOL.md section 4), as a successor search.
//!
//! The protocol words it as offers made one after another, of which each better one replaces the best so
//! far. A better key is one that lies between destination and best, or is the destination, so what is left
//! after a round of offers is the destination, if it was offered, or else the lowest key above it, from
//! whoever offered it first. That is one search in each sorted table.

use snek_wire::{Key, Watermark};

use crate::peers::Peer;
use crate::{Port, Tables, LOCAL};

/// Where a frame goes, and what it carries from there on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnakeHop {
    /// [`LOCAL`], a peering, or none: nowhere to go.
    pub port: Option<Port>,
    /// The best key and its sequence.
    pub watermark: Watermark,
}

#[derive(Clone, Copy)]
struct Best {
    key: Key,
    sequence: u64,
    port: Option<Port>,
}

impl Tables {
    /// The next hop for a destination key and the watermark that the frame carries. A bootstrap
    /// (`bootstrap`) looks for the next higher key, never for the destination itself.
    #[must_use]
    pub fn next_hop_snake(
        &self,
        destination: Key,
        watermark: Watermark,
        bootstrap: bool,
        now: u64,
    ) -> SnakeHop {
        if !bootstrap && destination == self.key {
            return SnakeHop {
                port: Some(LOCAL),
                watermark,
            };
        }
        let exact = !bootstrap;
        let mut best = Best {
            key: self.key,
            sequence: 0,
            port: exact.then_some(LOCAL),
        };
        let parent = self
            .tree
            .parent
            .filter(|port| self.announced(*port).is_some());

        self.offer_root(&mut best, destination, bootstrap, parent);
        self.offer_ancestors(&mut best, destination, exact, parent);
        self.go_directly(&mut best);
        if let Some(found) =
            self.routes
                .nearest(destination, best.key, exact, watermark, now, |port| {
                    self.peers.get(port).is_some()
                })
        {
            best = Best {
                key: found.key,
                sequence: found.sequence,
                port: Some(found.source),
            };
        }
        self.choose_peering(&mut best);
        SnakeHop {
            port: best.port,
            watermark: Watermark {
                key: best.key,
                sequence: best.sequence,
            },
        }
    }

    fn offer_root(&self, best: &mut Best, destination: Key, bootstrap: bool, parent: Option<Port>) {
        let Some(root) = parent
            .and_then(|port| self.announced(port))
            .map(|it| it.root.key)
        else {
            return;
        };
        if (bootstrap && best.key == destination) || (best.key < destination && destination < root)
        {
            *best = Best {
                key: root,
                sequence: 0,
                port: parent,
            };
        }
    }

    fn offer_ancestors(
        &self,
        best: &mut Best,
        destination: Key,
        exact: bool,
        parent: Option<Port>,
    ) {
        let nearest = self.ancestors.nearest(destination, exact, parent);
        if let Some((key, port)) = nearest.filter(|(key, _)| *key == destination || *key < best.key)
        {
            *best = Best {
                key,
                sequence: 0,
                port: Some(port),
            };
        }
    }

    fn go_directly(&self, best: &mut Best) {
        let mut announced = self.peers.with_key(best.key);
        if let Some((port, _)) = announced.find(|(_, peer)| peer.announced.is_some()) {
            best.sequence = 0;
            best.port = Some(port);
        }
    }

    fn choose_peering(&self, best: &mut Best) {
        let hop = best.port.and_then(|port| self.peers.get(port));
        let Some(mut chosen) = hop.filter(|peer| peer.announced.is_some()) else {
            return;
        };
        for (port, peer) in self.peers.with_key(best.key) {
            let better = peer.kind < chosen.kind
                || (peer.kind == chosen.kind && announced_sooner(peer, chosen));
            if better {
                chosen = peer;
                best.port = Some(port);
            }
        }
    }
}

/// Whether both have announced the same root, `peer` the sooner.
fn announced_sooner(peer: &Peer, other: &Peer) -> bool {
    match (&peer.announced, &other.announced) {
        (Some(own), Some(others)) => {
            own.root == others.root && own.receive_order < others.receive_order
        }
        _ => false,
    }
}
