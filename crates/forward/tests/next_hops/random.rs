//! Random tables with few different keys, ports and sequences, so that ties and edges are common.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use snek_forward::{SnakeHop, LOCAL};
use snek_wire::{Key, Root, Watermark};

use crate::checks::model;
use crate::checks::state::{coordinates, time, Announcement, Peer, RouteState, State, NOW};

fn key() -> impl Strategy<Value = Key> {
    let word = prop_oneof![Just(0), Just(1), Just(u64::MAX)];
    prop_oneof![
        9 => (0..12u64).prop_map(|first| Key::from_words([first, 0, 0, 0])),
        1 => [word.clone(), word.clone(), word.clone(), word].prop_map(Key::from_words),
    ]
}

fn root() -> impl Strategy<Value = Root> {
    (10..13u64, 1..3u64).prop_map(|(first, sequence)| Root {
        key: Key::from_words([first, 0, 0, 0]),
        sequence,
    })
}

fn port() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 1..4u64, 1 => 127..130u64, 1 => Just(u64::MAX)]
}

fn announcement() -> impl Strategy<Value = Announcement> {
    (root(), vec((port(), key()), 0..6)).prop_map(|(root, entries)| Announcement {
        root,
        entries,
        receive_order: 0,
    })
}

fn peer() -> impl Strategy<Value = Peer> {
    let announcement = option::weighted(0.8, announcement());
    (key(), 0..5u8, prop::bool::weighted(0.9), announcement).prop_map(
        |(key, kind, started, announcement)| Peer {
            port: 0,
            key,
            kind,
            started,
            announcement,
        },
    )
}

fn route() -> impl Strategy<Value = RouteState> {
    (key(), 0..4u64, 1..9u8, prop::bool::weighted(0.2)).prop_map(
        |(key, sequence, source, expired)| RouteState {
            key,
            sequence,
            source,
            destination: LOCAL,
            time: time(expired),
        },
    )
}

fn state() -> impl Strategy<Value = State> {
    (
        key(),
        root(),
        vec(port(), 0..5),
        option::of(1..9u8),
        vec(peer(), 0..8).prop_flat_map(|peers| {
            (
                Just(peers.clone()),
                Just((0..peers.len() as u64).collect::<Vec<_>>()).prop_shuffle(),
            )
        }),
        vec(route(), 0..12),
    )
        .prop_map(
            |(key, root, coordinates, parent, (mut peers, orders), mut routes)| {
                for (port, (peer, order)) in (1..).zip(peers.iter_mut().zip(orders)) {
                    peer.port = port;
                    if let Some(announcement) = &mut peer.announcement {
                        announcement.receive_order = order;
                    }
                }
                routes.sort_by_key(|route| route.key);
                routes.dedup_by_key(|route| route.key);
                State {
                    now: NOW,
                    key,
                    root,
                    coordinates,
                    parent,
                    peers,
                    routes,
                }
            },
        )
}

fn watermark() -> impl Strategy<Value = Watermark> {
    let some = (key(), 0..4u64).prop_map(|(key, sequence)| Watermark { key, sequence });
    prop_oneof![Just(Watermark::INITIAL), some]
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 20_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn snake(
        state in state(),
        lookups in vec((key(), watermark(), any::<bool>()), 1..8),
    ) {
        let plane = state.plane();
        for (destination, watermark, bootstrap) in lookups {
            let expected = model::next_hop_snake(&state, destination, watermark, bootstrap);
            let SnakeHop { port, watermark } =
                plane.tables().next_hop_snake(destination, watermark, bootstrap, NOW);
            prop_assert_eq!((port, watermark), expected);
        }
    }

    #[test]
    fn tree(
        state in state(),
        lookups in vec((vec(port(), 0..6), 0..9u8), 1..8),
    ) {
        let mut plane = state.plane();
        for (destination, from) in lookups {
            let expected = model::next_hop_tree(&state, &destination, from);
            let destination = coordinates(&destination);
            let found = plane.tables_mut().next_hop_tree(destination.view(), from);
            prop_assert_eq!(found, expected);
        }
    }
}
