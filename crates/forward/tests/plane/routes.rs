//! The table of routes against a list.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use snek_forward::{Counter, Installed, Limits, Port, Route, LOCAL, ROUTE_LIFETIME};
use snek_wire::{Key, Root};

use crate::node::{key, Node, LEAF, NOW, PARENT, ROOT};

fn route(first: u64, source: Port, time: u64) -> Route {
    Route {
        key: key(first),
        source,
        destination: LOCAL,
        sequence: time,
        root: ROOT,
        time,
    }
}

#[derive(Clone, Debug)]
enum Step {
    Install { route: Route },
    Remove(Key),
    Pass(u64),
    Expire,
    RemovePeer(Port),
}

fn step() -> impl Strategy<Value = Step> {
    let install = (0..40u64, 1..4u8, 0..4u8, 0..3u64, 0..5000u64).prop_map(
        |(first, source, destination, sequence, age)| Step::Install {
            route: Route {
                destination,
                root: Root {
                    key: key(9),
                    sequence,
                },
                ..route(first, source, age)
            },
        },
    );
    prop_oneof![
        10 => install,
        2 => (0..40u64).prop_map(|first| Step::Remove(key(first))),
        3 => (0..4000u64).prop_map(Step::Pass),
        2 => Just(Step::Expire),
        1 => (1..4u8).prop_map(Step::RemovePeer),
    ]
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20),
        ..ProptestConfig::default()
    }
}

const LIMIT: usize = 25;

/// Routes in a list, the oldest first.
#[derive(Default)]
struct Model {
    routes: Vec<Route>,
    displaced: Vec<Key>,
}

impl Model {
    fn install(&mut self, route: Route, now: u64) -> Installed {
        let known = self.routes.iter().position(|other| other.key == route.key);
        if let Some(known) = known {
            self.routes.remove(known);
        } else if self.routes.len() >= LIMIT && !self.make_room(route.source, now) {
            return Installed::Full;
        }
        let at = self
            .routes
            .partition_point(|other| (other.time, other.key) < (route.time, route.key));
        self.routes.insert(at, route);
        if known.is_some() {
            Installed::Replaced
        } else {
            Installed::New
        }
    }

    fn make_room(&mut self, newcomer: Port, now: u64) -> bool {
        let expired = |route: &Route| now - route.time >= ROUTE_LIFETIME;
        let count = |port: Port| {
            self.routes
                .iter()
                .filter(|route| route.source == port)
                .count()
        };
        let gone = (0..5)
            .find_map(|port| {
                self.routes
                    .iter()
                    .position(|it| it.source == port && expired(it))
            })
            .or_else(|| {
                let fullest = (0..5).max_by_key(|port| count(*port))?;
                (count(fullest) > count(newcomer)).then_some(())?;
                self.routes.iter().position(|route| route.source == fullest)
            });
        let Some(gone) = gone else {
            return false;
        };
        self.displaced.push(self.routes.remove(gone).key);
        true
    }

    fn remove(&mut self, goes: impl Fn(&Route) -> bool) -> Vec<Key> {
        let (gone, left) = self.routes.iter().partition(|route| goes(route));
        self.routes = left;
        sorted(gone.iter().map(|route: &Route| route.key).collect())
    }
}

fn sorted(mut keys: Vec<Key>) -> Vec<Key> {
    keys.sort();
    keys
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn behave_as_a_list(steps in vec(step(), 1..120)) {
        let mut node = Node::with_limits(Limits { routes: LIMIT, ..Limits::default() });
        prop_assert!(node.plane.add_peer(3, key(3), 3));
        let mut model = Model::default();
        let mut now = NOW;
        for step in steps {
            match step {
                Step::Install { route } => {
                    let route = Route { time: now - route.time, ..route };
                    let installed = node.plane.tables_mut().routes_mut().install(route, now);
                    prop_assert_eq!(installed, model.install(route, now));
                }
                Step::Remove(key) => {
                    let removed = node.plane.tables_mut().routes_mut().remove(key);
                    prop_assert_eq!(removed, !model.remove(|route| route.key == key).is_empty());
                }
                Step::Pass(time) => now += time,
                Step::Expire => {
                    let gone = node.plane.tables_mut().routes_mut().expire(now);
                    let mut expected = model.remove(|route| now - route.time >= ROUTE_LIFETIME);
                    let displaced = std::mem::take(&mut model.displaced);
                    let is_back = |key: &Key| model.routes.iter().any(|route| route.key == *key);
                    expected.extend(displaced.iter().filter(|key| !is_back(key)));
                    prop_assert_eq!(sorted(gone), sorted(expected));
                }
                Step::RemovePeer(port) => {
                    let kind = 3;
                    let gone = node.plane.remove_peer(port);
                    let expected = model.remove(|it| it.source == port || it.destination == port);
                    prop_assert_eq!(sorted(gone), expected);
                    prop_assert!(node.plane.add_peer(port, key(u64::from(port)), kind));
                }
            }
            let mut expected = model.routes.clone();
            expected.sort_by_key(|route| route.key);
            let routes = node.plane.tables().routes();
            prop_assert_eq!(routes.len(), expected.len());
            prop_assert_eq!(routes.iter().collect::<Vec<_>>(), expected);
        }
    }
}

#[test]
fn a_flood_displaces_only_its_own() {
    let mut node = Node::with_limits(Limits {
        routes: 100,
        ..Limits::default()
    });
    for first in 0..30 {
        node.plane
            .tables_mut()
            .routes_mut()
            .install(route(first, LEAF, NOW), NOW);
    }
    for first in 1000..2000 {
        node.plane
            .tables_mut()
            .routes_mut()
            .install(route(first, PARENT, NOW + 1), NOW + 1);
    }
    let routes = node.plane.tables_mut().routes_mut();
    assert_eq!(
        routes.install(route(30, LEAF, NOW + 2), NOW + 2),
        Installed::New
    );
    assert_eq!(
        routes.iter().filter(|route| route.source == LEAF).count(),
        31
    );
    assert_eq!(routes.len(), 100);
    assert_eq!(routes.expire(NOW + 2), [key(1000)]);
    assert_eq!(node.counter(Counter::RoutesRefused), 1000 - 70);
    assert_eq!(node.counter(Counter::RoutesDisplaced), 1);
}

#[test]
fn received_bytes_clear_expired_routes_away_and_expire_tells_of_them() {
    let mut node = Node::new();
    for first in 0..300 {
        node.plane
            .tables_mut()
            .routes_mut()
            .install(route(first, LEAF, NOW), NOW);
    }
    node.receive_at(PARENT, b"pine", NOW + ROUTE_LIFETIME);
    assert_eq!(node.plane.tables().routes().len(), 300 - 256);
    node.plane
        .tables_mut()
        .routes_mut()
        .install(route(7, LEAF, NOW + ROUTE_LIFETIME), NOW + ROUTE_LIFETIME);
    let gone = node
        .plane
        .tables_mut()
        .routes_mut()
        .expire(NOW + ROUTE_LIFETIME);
    let expected: Vec<_> = (0..300).filter(|first| *first != 7).map(key).collect();
    assert_eq!(sorted(gone), expected);
}
