//! The reference's answers (test-vectors/nexthop-*.json), by the tables and by the model.

use serde::de::DeserializeOwned;
use serde::Deserialize;
use snek_forward::{Port, SnakeHop, LOCAL};
use snek_wire::{Key, Root, Watermark};

use crate::checks::model;
use crate::checks::state::{coordinates, time, Announcement, Peer, RouteState, State, NOW};

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct HexKey(Key);

impl TryFrom<String> for HexKey {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let words = [0, 16, 32, 48].map(|at| {
            let digits = text.get(at..at + 16).filter(|_| text.len() == 64);
            digits.and_then(|digits| u64::from_str_radix(digits, 16).ok())
        });
        let [Some(a), Some(b), Some(c), Some(d)] = words else {
            return Err(format!("not a key: {text}"));
        };
        Ok(Self(Key::from_words([a, b, c, d])))
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Decimal(u64);

impl TryFrom<String> for Decimal {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PeerCase {
    port: Port,
    public_key: HexKey,
    #[serde(rename = "type")]
    kind: u8,
    started: bool,
    announcement: Option<AnnouncementCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnnouncementCase {
    root_key: HexKey,
    root_sequence: Decimal,
    receive_order: u64,
    signatures: Vec<EntryCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryCase {
    port: Decimal,
    public_key: HexKey,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RouteCase {
    public_key: HexKey,
    sequence: Decimal,
    source_port: Port,
    expired: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SnakeCase {
    public_key: HexKey,
    parent_port: Option<Port>,
    peers: Vec<PeerCase>,
    routes: Vec<RouteCase>,
    bootstrap: bool,
    destination_key: HexKey,
    watermark_key: HexKey,
    watermark_sequence: Decimal,
    next_port: Option<Port>,
    next_watermark_key: HexKey,
    next_watermark_sequence: Decimal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TreeCase {
    coords: Vec<Decimal>,
    parent_port: Option<Port>,
    peers: Vec<PeerCase>,
    destination: Vec<Decimal>,
    from_port: Port,
    next_port: Option<Port>,
}

fn cases<Case: DeserializeOwned>(file: &str) -> Vec<Case> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test-vectors");
    let text = std::fs::read_to_string(format!("{directory}/{file}")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn state(key: Key, parent: Option<Port>, peers: Vec<PeerCase>, routes: Vec<RouteCase>) -> State {
    let peers: Vec<Peer> = peers.into_iter().map(peer).collect();
    let parents = peers.iter().find(|peer| Some(peer.port) == parent);
    let root = parents.and_then(|peer| Some(peer.announcement.as_ref()?.root));
    State {
        now: NOW,
        key,
        root: root.unwrap_or(Root { key, sequence: 1 }),
        coordinates: Vec::new(),
        parent,
        peers,
        routes: routes.into_iter().map(route).collect(),
    }
}

fn peer(case: PeerCase) -> Peer {
    Peer {
        port: case.port,
        key: case.public_key.0,
        kind: case.kind,
        started: case.started,
        announcement: case.announcement.map(|it| Announcement {
            root: Root {
                key: it.root_key.0,
                sequence: it.root_sequence.0,
            },
            entries: it
                .signatures
                .iter()
                .map(|entry| (entry.port.0, entry.public_key.0))
                .collect(),
            receive_order: it.receive_order,
        }),
    }
}

fn route(case: RouteCase) -> RouteState {
    RouteState {
        key: case.public_key.0,
        sequence: case.sequence.0,
        source: case.source_port,
        destination: LOCAL,
        time: time(case.expired),
    }
}

#[test]
fn snake() {
    for (index, case) in cases::<SnakeCase>("nexthop-snake.json")
        .into_iter()
        .enumerate()
    {
        let state = state(case.public_key.0, case.parent_port, case.peers, case.routes);
        let destination = case.destination_key.0;
        let carried = Watermark {
            key: case.watermark_key.0,
            sequence: case.watermark_sequence.0,
        };
        let expected = Watermark {
            key: case.next_watermark_key.0,
            sequence: case.next_watermark_sequence.0,
        };
        let expected = (case.next_port, expected);
        let plain = model::next_hop_snake(&state, destination, carried, case.bootstrap);
        assert_eq!(plain, expected, "model, case {index}");
        let plane = state.plane();
        let tables = plane.tables();
        let SnakeHop { port, watermark } =
            tables.next_hop_snake(destination, carried, case.bootstrap, NOW);
        assert_eq!((port, watermark), expected, "case {index}");
    }
}

#[test]
fn tree() {
    for (index, case) in cases::<TreeCase>("nexthop-tree.json")
        .into_iter()
        .enumerate()
    {
        let ports = |of: &[Decimal]| of.iter().map(|port| port.0).collect::<Vec<_>>();
        let key = Key::from_words([1, 2, 3, 4]);
        let mut state = state(key, case.parent_port, case.peers, Vec::new());
        state.coordinates = ports(&case.coords);
        let destination = ports(&case.destination);
        let plain = model::next_hop_tree(&state, &destination, case.from_port);
        assert_eq!(plain, case.next_port, "model, case {index}");
        let mut plane = state.plane();
        let destination = coordinates(&destination);
        let found = plane
            .tables_mut()
            .next_hop_tree(destination.view(), case.from_port);
        assert_eq!(found, case.next_port, "case {index}");
    }
}
