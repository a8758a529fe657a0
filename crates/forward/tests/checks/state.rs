//! A node's tables, as plainly as possible, and a plane made of them.

use snek_forward::{ForwardingPlane, Options, Port, Route, Tree, ROUTE_LIFETIME};
use snek_wire::{CoordinatesBuf, Key, Root};

/// When tests begin.
pub const NOW: u64 = 1_000_000;

#[derive(Clone, Debug)]
pub struct State {
    pub now: u64,
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
    pub destination: Port,
    pub time: u64,
}

impl RouteState {
    pub const fn is_expired(&self, now: u64) -> bool {
        now - self.time >= ROUTE_LIFETIME
    }
}

impl State {
    pub fn peer(&self, port: Port) -> Option<&Peer> {
        self.peers.iter().find(|peer| peer.port == port)
    }

    pub const fn is_expired(&self, route: &RouteState) -> bool {
        route.is_expired(self.now)
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
            let route = Route {
                key: route.key,
                source: route.source,
                destination: route.destination,
                sequence: route.sequence,
                root: self.root,
                time: route.time,
            };
            plane.tables_mut().routes_mut().install(route, self.now);
        }
        plane
    }
}

pub fn coordinates(ports: &[u64]) -> CoordinatesBuf {
    CoordinatesBuf::from_ports(ports.iter().copied()).unwrap()
}

/// Of a route that has expired at [`NOW`], or that is about to.
pub const fn time(expired: bool) -> u64 {
    NOW - ROUTE_LIFETIME + !expired as u64
}
