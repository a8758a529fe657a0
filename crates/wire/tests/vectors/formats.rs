//! The formats inside frames and before them.

use crate::support::{cases, values, verifies, Decimal, Hex};
use serde::Deserialize;
use snek_wire::{
    announcement, announcement_action, bootstrap, challenge, handshake, varu64, Announcement,
    Bootstrap, Coordinates, CoordinatesBuf, Handshake, Root,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Varu64Case {
    hex: Hex,
    value: Decimal,
}

#[test]
fn varu64_cases() {
    for (index, case) in cases::<Varu64Case>("varu64.json") {
        let (bytes, value) = (case.hex.0, case.value.0);
        assert_eq!(
            varu64::decode(&bytes, 0),
            Ok((value, bytes.len())),
            "case {index}"
        );
        let mut encoded = vec![];
        varu64::encode(value, &mut encoded);
        assert_eq!(encoded, bytes, "case {index}");
        assert_eq!(varu64::length(value), bytes.len(), "case {index}");
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CoordinatesCase {
    hex: Hex,
    ports: Vec<Decimal>,
    other: Vec<Decimal>,
    distance: usize,
}

#[test]
fn coordinates_cases() {
    for (index, case) in cases::<CoordinatesCase>("coordinates.json") {
        let (coordinates, end) = Coordinates::parse(&case.hex.0, 0).unwrap();
        let ports = values(&case.ports);
        assert_eq!(end, case.hex.0.len(), "case {index}");
        assert_eq!(
            coordinates.ports().collect::<Vec<_>>(),
            ports,
            "case {index}"
        );
        assert_eq!(coordinates.len(), ports.len(), "case {index}");
        let mut encoded = vec![];
        CoordinatesBuf::from_ports(ports)
            .unwrap()
            .view()
            .encode(&mut encoded);
        assert_eq!(encoded, case.hex.0, "case {index}");
        let other = CoordinatesBuf::from_ports(values(&case.other)).unwrap();
        assert_eq!(
            coordinates.distance(&other.view()),
            case.distance,
            "case {index}"
        );
        assert_eq!(
            other.view().distance(&coordinates),
            case.distance,
            "case {index}"
        );
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HandshakeCase {
    seed: Hex,
    public_key: Hex,
    version: u8,
    capabilities: u32,
    hex: Hex,
}

#[test]
fn handshake_cases() {
    for (index, case) in cases::<HandshakeCase>("handshake.json") {
        let ours = (handshake::VERSION, handshake::CAPABILITIES);
        assert_eq!((case.version, case.capabilities), ours, "case {index}");
        let parsed = Handshake::parse(&case.hex.0).unwrap();
        assert_eq!(parsed.key, case.public_key.key(), "case {index}");
        assert_eq!(parsed.key, case.seed.public_key(), "case {index}");
        assert!(verifies(
            &case.public_key.array(),
            parsed.signed,
            parsed.signature
        ));
        let mut encoded = vec![];
        handshake::encode_unsigned(parsed.flags, parsed.key, &mut encoded);
        encoded.extend(case.seed.sign(&encoded));
        assert_eq!(encoded, case.hex.0, "case {index}");
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChallengeCase {
    #[serde(rename = "comment")]
    _comment: String,
    seed: Hex,
    public_key: Hex,
    challenger_key: Hex,
    challenge: Hex,
    message: Hex,
    answer: Hex,
    handshake: Hex,
}

#[test]
fn challenge_cases() {
    for (index, case) in cases::<ChallengeCase>("challenge.json") {
        let key = case.public_key.key();
        assert_eq!(case.seed.public_key(), key, "case {index}");
        let message = challenge::message(&case.challenge.array(), case.challenger_key.key(), key);
        assert_eq!(message, case.message.0, "case {index}");
        assert_eq!(
            case.seed.sign(&message).as_slice(),
            case.answer.0,
            "case {index}"
        );
        let parsed = Handshake::parse(&case.handshake.0).unwrap();
        assert_eq!(
            parsed.flags,
            [handshake::CHALLENGE_FLAG, 0, 0],
            "case {index}"
        );
        assert!(verifies(
            &case.public_key.array(),
            parsed.signed,
            parsed.signature
        ));
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnnouncementCase {
    root_key: Hex,
    root_sequence: Decimal,
    signers: Vec<SignerCase>,
    coords: Vec<Decimal>,
    peer_coords: Vec<Decimal>,
    hex: Hex,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignerCase {
    seed: Hex,
    public_key: Hex,
    port: Decimal,
    signature: Hex,
}

#[test]
fn announcement_cases() {
    for (index, case) in cases::<AnnouncementCase>("announcement.json") {
        let root = Root {
            key: case.root_key.key(),
            sequence: case.root_sequence.0,
        };
        let parsed = Announcement::parse(&case.hex.0).unwrap();
        assert_eq!(parsed.root, root, "case {index}");
        let sender = case.signers.last().unwrap().public_key.key();
        assert_eq!(parsed.check(sender, Some(root)), Ok(()), "case {index}");
        assert_eq!(parsed.entries().count(), case.signers.len(), "case {index}");

        let mut encoded = vec![];
        root.encode(&mut encoded);
        for (entry, signer) in parsed.entries().zip(&case.signers) {
            assert_eq!(entry.port, signer.port.0, "case {index}");
            assert_eq!(entry.key, signer.public_key.key(), "case {index}");
            assert_eq!(
                entry.signature.as_slice(),
                signer.signature.0,
                "case {index}"
            );
            assert_eq!(entry.signed_length, encoded.len(), "case {index}");
            assert!(verifies(
                &signer.public_key.array(),
                &encoded,
                entry.signature
            ));
            let signature = signer.seed.sign(&encoded);
            let key = signer.seed.public_key();
            announcement::append_entry(signer.port.0, key, &signature, &mut encoded);
        }
        assert_eq!(encoded, case.hex.0, "case {index}");

        let ports = |buf: CoordinatesBuf| buf.view().ports().collect::<Vec<_>>();
        assert_eq!(
            ports(parsed.receiver_coordinates()),
            values(&case.coords),
            "case {index}"
        );
        assert_eq!(
            ports(parsed.sender_coordinates()),
            values(&case.peer_coords),
            "case {index}"
        );
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BootstrapCase {
    seed: Hex,
    public_key: Hex,
    sequence: Decimal,
    root_key: Hex,
    root_sequence: Decimal,
    signature: Hex,
    signed_bytes: Hex,
    hex: Hex,
}

#[test]
fn bootstrap_cases() {
    run_bootstraps("bootstrap.json");
}

#[test]
fn broadcast_cases() {
    run_bootstraps("broadcast.json");
}

fn run_bootstraps(file: &str) {
    for (index, case) in cases::<BootstrapCase>(file) {
        let expected = Bootstrap {
            sequence: case.sequence.0,
            root: Root {
                key: case.root_key.key(),
                sequence: case.root_sequence.0,
            },
            signature: &case.signature.array(),
            signed: &case.signed_bytes.0,
        };
        assert_eq!(
            Bootstrap::parse(&case.hex.0),
            Ok(expected),
            "{file} case {index}"
        );
        assert!(verifies(
            &case.public_key.array(),
            expected.signed,
            expected.signature
        ));
        assert_eq!(
            case.seed.public_key(),
            case.public_key.key(),
            "{file} case {index}"
        );
        let mut encoded = vec![];
        bootstrap::encode_unsigned(expected.sequence, &expected.root, &mut encoded);
        encoded.extend(case.seed.sign(&encoded));
        assert_eq!(encoded, case.hex.0, "{file} case {index}");
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ActionCase {
    sender_is_parent: bool,
    contains_loop: bool,
    root_key_compare: i8,
    last_sequence: Decimal,
    new_sequence: Decimal,
    action: String,
}

#[test]
fn announcement_action_cases() {
    for (index, case) in cases::<ActionCase>("announcement-action.json") {
        let action = announcement_action(
            case.sender_is_parent,
            case.contains_loop,
            case.root_key_compare.cmp(&0),
            case.new_sequence.0.cmp(&case.last_sequence.0),
        );
        assert_eq!(action.name(), case.action, "case {index}: {case:?}");
    }
}
