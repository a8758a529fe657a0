//! A node's tables, as plainly as possible, and a plane made of them.

use snek_forward::{ForwardingPlane, Options, Port, Route, Tree, LOCAL};
use snek_wire::{CoordinatesBuf, Key, Root};

/// When lookups are made.
pub const NOW: u64 = 1_000_000;

#[derive(Clone, Debug)]
pub struct State {
    pub key: Key,
    pub root: Root,
    pub coordinates: Vec<u64>,
    pub parent: Option<Port>,
    /// By port.
    pub peers: Vec<Peer>,
    pub routes: Vec<RouteState>,
}

#[derive(Clone, Debug)]
pub struct Peer {
    pub port: Port,
    pub key: Key,
    pub kind: u8,
    pub started: bool,
    pub announcement: Option<Announcement>,
}

#[derive(Clone, Debug)]
pub struct Announcement {
    pub root: Root,
    pub entries: Vec<(u64, Key)>,
    pub receive_order: u64,
}

impl Announcement {
    pub fn sender_coordinates(&self) -> Vec<u64> {
        let above = self.entries.len().saturating_sub(1);
        self.entries[..above].iter().map(|entry| entry.0).collect()
    }
}

#[derive(Clone, Debug)]
pub struct RouteState {
    pub key: Key,
    pub sequence: u64,
    pub source: Port,
    pub expired: bool,
}

impl State {
    pub fn peer(&self, port: Port) -> Option<&Peer> {
        self.peers.iter().find(|peer| peer.port == port)
    }

    pub fn plane(&self) -> ForwardingPlane {
        let mut plane = ForwardingPlane::new(self.key, Options::default());
        for peer in self.peers.iter().filter(|peer| peer.started) {
            assert!(plane.add_peer(peer.port, peer.key, peer.kind));
            if let Some(Announcement {
                root,
                entries,
                receive_order,
            }) = &peer.announcement
            {
                let tables = plane.tables_mut();
                tables
                    .set_announcement(peer.port, *root, entries, *receive_order)
                    .unwrap();
            }
        }
        plane.set_tree(Tree {
            root: self.root,
            coordinates: coordinates(&self.coordinates),
            parent: self.parent,
        });
        for route in &self.routes {
            let time = if route.expired {
                NOW - 10_000
            } else {
                NOW - 9999
            };
            let route = Route {
                key: route.key,
                source: route.source,
                destination: LOCAL,
                sequence: route.sequence,
                root: self.root,
                time,
            };
            plane.tables_mut().routes_mut().install(route, NOW);
        }
        plane
    }
}

pub fn coordinates(ports: &[u64]) -> CoordinatesBuf {
    CoordinatesBuf::from_ports(ports.iter().copied()).unwrap()
}
