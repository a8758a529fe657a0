//! Changes of the tables and lookups between them, in any order: the same answers as the model's.

use snek_forward::{ForwardingPlane, Port, Route, SnakeHop, Tree, LOCAL};
use snek_wire::{Key, Root, Watermark};

use super::model;
use super::script::Script;
use super::state::{coordinates, Announcement, Peer, RouteState, State, NOW};

/// Ports that are used: peerings have 1 to 8.
const PORTS: u8 = 10;

/// In ms: steps of time that meet a route's lifetime now and then, and not only miss it.
const HALF_SECOND: u64 = 500;

/// Runs the script that `bytes` are.
pub fn check(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let key = script.key();
    let state = State::new(key);
    let mut both = Both {
        plane: state.plane(),
        state,
        announcements: 0,
    };
    while !script.is_at_end() {
        both.step(&mut script);
    }
}

struct Both {
    plane: ForwardingPlane,
    state: State,
    announcements: u64,
}

impl Both {
    fn step(&mut self, script: &mut Script<'_>) {
        match script.below(16) {
            0 | 1 => self.add_peer(script.below(PORTS), script.key(), script.below(5)),
            2 => self.remove_peer(script.below(PORTS)),
            3..=5 => self.announce(script),
            6 => self.set_tree(script),
            7..=9 => self.install(script),
            10 => self.remove_route(script.key()),
            11 => self.state.now += HALF_SECOND * u64::from(script.below(21)),
            12 => self.expire(),
            13 => self.look_up_by_snake(script.key(), script.watermark(), script.flag()),
            14 => self.look_up_all(script.watermark()),
            _ => self.look_up_by_tree(&script.ports(), script.below(PORTS)),
        }
    }

    fn add_peer(&mut self, port: Port, key: Key, kind: u8) {
        let is_free = port != LOCAL && self.state.peer(port).is_none();
        assert_eq!(self.plane.add_peer(port, key, kind), is_free);
        if is_free {
            let peers = &mut self.state.peers;
            let at = peers.partition_point(|peer| peer.port < port);
            let peer = Peer {
                port,
                key,
                kind,
                started: true,
                announcement: None,
            };
            peers.insert(at, peer);
        }
    }

    fn remove_peer(&mut self, port: Port) {
        let gone = self.plane.remove_peer(port);
        let expected = match self.state.peer(port) {
            Some(_) => self
                .state
                .remove_routes(|route| route.source == port || route.destination == port),
            None => vec![],
        };
        self.state.peers.retain(|peer| peer.port != port);
        assert_eq!(sorted(gone), expected);
    }

    fn announce(&mut self, script: &mut Script<'_>) {
        let (port, root) = (script.below(PORTS), script.root());
        let entries: Vec<_> = (0..script.below(6)).map(|_| script.entry()).collect();
        self.announcements += 1;
        let tables = self.plane.tables_mut();
        tables
            .set_announcement(port, root, &entries, self.announcements)
            .expect("it's short");
        if let Some(peer) = self.state.peers.iter_mut().find(|peer| peer.port == port) {
            peer.announcement = Some(Announcement {
                root,
                entries,
                receive_order: self.announcements,
            });
        }
    }

    fn set_tree(&mut self, script: &mut Script<'_>) {
        let parent = Some(script.below(PORTS)).filter(|port| *port != LOCAL);
        let (root, ports) = (script.root(), script.ports());
        self.plane.set_tree(Tree {
            root,
            coordinates: coordinates(&ports),
            parent,
        });
        self.state.root = root;
        self.state.coordinates = ports;
        self.state.parent = parent;
    }

    fn install(&mut self, script: &mut Script<'_>) {
        let route = RouteState {
            key: script.key(),
            sequence: script.number(),
            source: script.below(PORTS),
            destination: script.below(PORTS),
            time: self.state.now - HALF_SECOND * u64::from(script.below(21)),
        };
        let installed = Route {
            key: route.key,
            source: route.source,
            destination: route.destination,
            sequence: route.sequence,
            root: self.state.root,
            time: route.time,
        };
        let routes = self.plane.tables_mut().routes_mut();
        routes.install(installed, self.state.now);
        self.state.remove_routes(|other| other.key == route.key);
        self.state.routes.push(route);
    }

    fn remove_route(&mut self, key: Key) {
        let removed = self.plane.tables_mut().routes_mut().remove(key);
        let expected = self.state.remove_routes(|route| route.key == key);
        assert_eq!(removed, !expected.is_empty());
    }

    fn expire(&mut self) {
        let gone = self.plane.tables_mut().routes_mut().expire(self.state.now);
        let now = self.state.now;
        let expected = self.state.remove_routes(|route| route.is_expired(now));
        assert_eq!(sorted(gone), expected);
    }

    fn look_up_by_snake(&self, destination: Key, carried: Watermark, bootstrap: bool) {
        let tables = self.plane.tables();
        let SnakeHop { port, watermark } =
            tables.next_hop_snake(destination, carried, bootstrap, self.state.now);
        let expected = model::next_hop_snake(&self.state, destination, carried, bootstrap);
        assert_eq!((port, watermark), expected, "to {destination:?}");
    }

    fn look_up_all(&self, carried: Watermark) {
        for first in 0..16 {
            let destination = Key::from_words([first, 0, 0, 0]);
            for bootstrap in [false, true] {
                self.look_up_by_snake(destination, carried, bootstrap);
            }
        }
    }

    fn look_up_by_tree(&mut self, destination: &[u64], from: Port) {
        let expected = model::next_hop_tree(&self.state, destination, from);
        let destination = coordinates(destination);
        let tables = self.plane.tables_mut();
        assert_eq!(tables.next_hop_tree(destination.view(), from), expected);
    }
}

fn sorted(mut keys: Vec<Key>) -> Vec<Key> {
    keys.sort();
    keys
}

impl State {
    /// A node without peers.
    fn new(key: Key) -> Self {
        Self {
            now: NOW,
            key,
            root: Root { key, sequence: 0 },
            coordinates: vec![],
            parent: None,
            peers: vec![],
            routes: vec![],
        }
    }

    /// The keys of those removed, in order.
    fn remove_routes(&mut self, goes: impl Fn(&RouteState) -> bool) -> Vec<Key> {
        let (gone, left) = self.routes.drain(..).partition(goes);
        self.routes = left;
        let gone: Vec<RouteState> = gone;
        sorted(gone.iter().map(|route| route.key).collect())
    }
}
