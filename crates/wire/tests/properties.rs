//! What holds for all bytes and all values: nothing panics, what was encoded decodes to the same,
//! what decodes has no other encoding, and an error lies within its input.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests fail by panicking, helpers too"
)]

mod checks;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, Index};
use proptest::test_runner::RngSeed;
use snek_wire::{
    announcement, bootstrap, handshake, Announcement, Bootstrap, Contents, CoordinatesBuf,
    FrameView, Handshake, Key, Root, TrafficView, Watermark,
};

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20),
        ..ProptestConfig::default()
    }
}

/// Numbers of every length rather than mostly of the greatest.
fn number() -> impl Strategy<Value = u64> {
    (any::<u64>(), 0..64u32).prop_map(|(value, shift)| value >> shift)
}

fn key() -> impl Strategy<Value = Key> {
    any::<[u8; Key::LENGTH]>().prop_map(|bytes| Key::from_bytes(&bytes))
}

fn root() -> impl Strategy<Value = Root> {
    (key(), number()).prop_map(|(key, sequence)| Root { key, sequence })
}

fn coordinates() -> impl Strategy<Value = CoordinatesBuf> {
    vec(number(), 0..8).prop_map(|ports| CoordinatesBuf::from_ports(ports).unwrap())
}

/// A frame of any type, encoded.
fn frame() -> impl Strategy<Value = Vec<u8>> {
    let watermark = (key(), number()).prop_map(|(key, sequence)| Watermark { key, sequence });
    let common = (0..5u8, any::<u8>(), any::<u8>(), vec(any::<u8>(), 0..40));
    (
        common,
        coordinates(),
        coordinates(),
        key(),
        key(),
        watermark,
    )
        .prop_map(
            |(
                (kind, extra, hop_limit, payload),
                to,
                source,
                destination_key,
                source_key,
                watermark,
            )| {
                let (payload, destination) = (payload.as_slice(), to.view());
                let contents = match kind {
                    0 => Contents::Keepalive,
                    1 => Contents::Announcement { payload },
                    2 => Contents::Bootstrap {
                        destination_key,
                        watermark,
                        payload,
                    },
                    3 => Contents::Traffic(TrafficView {
                        destination,
                        source: source.view(),
                        destination_key,
                        source_key,
                        watermark: if to.view().is_empty() {
                            watermark
                        } else {
                            Watermark::INITIAL
                        },
                        payload,
                    }),
                    _ => Contents::Broadcast {
                        source_key,
                        payload,
                    },
                };
                let frame = FrameView {
                    extra,
                    hop_limit,
                    contents,
                };
                let bytes = encoded(&frame);
                assert_eq!(FrameView::parse(&bytes), Ok(frame));
                assert_eq!(bytes.len(), frame.encoded_length());
                bytes
            },
        )
}

/// A payload in one of the formats that frames carry, or a handshake.
fn payload() -> impl Strategy<Value = Vec<u8>> {
    let entries = vec((number(), key(), any::<u8>()), 0..5);
    let announced = (root(), entries).prop_map(|(root, entries)| {
        let mut bytes = vec![];
        root.encode(&mut bytes);
        for (port, key, filler) in &entries {
            announcement::append_entry(*port, *key, &[*filler; 64], &mut bytes);
        }
        let parsed = Announcement::parse(&bytes).unwrap();
        let ports: Vec<_> = parsed.receiver_coordinates().view().ports().collect();
        assert_eq!(parsed.root, root);
        assert!(parsed
            .entries()
            .map(|entry| entry.key)
            .eq(entries.iter().map(|entry| entry.1)));
        assert!(ports.iter().eq(entries.iter().map(|(port, ..)| port)));
        bytes
    });
    let bootstrapped = (number(), root(), any::<u8>()).prop_map(|(sequence, root, filler)| {
        let mut bytes = vec![];
        bootstrap::encode_unsigned(sequence, &root, &mut bytes);
        bytes.extend([filler; 64]);
        let parsed = Bootstrap::parse(&bytes).unwrap();
        assert_eq!((parsed.sequence, parsed.root), (sequence, root));
        bytes
    });
    let shaken = (any::<[u8; 3]>(), key(), any::<u8>()).prop_map(|(flags, key, filler)| {
        let mut bytes = vec![];
        handshake::encode_unsigned(flags, key, &mut bytes);
        bytes.extend([filler; 64]);
        let parsed = Handshake::parse(&bytes).unwrap();
        assert_eq!((parsed.flags, parsed.key), (flags, key));
        bytes
    });
    prop_oneof![announced, bootstrapped, shaken]
}

/// One to three changes of the kinds that a broken or hostile peer makes.
fn mutated(bytes: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![any::<u8>(), select(vec![0x00, 0x7f, 0x80, 0x81, 0xff])];
    let change = (0..4u8, any::<Index>(), byte);
    (bytes, vec(change, 1..4)).prop_map(|(mut bytes, changes)| {
        for (kind, at, byte) in changes {
            let at = at.index(bytes.len() + 1);
            match kind {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, byte),
                2 if at < bytes.len() => drop(bytes.remove(at)),
                _ if at < bytes.len() => bytes[at] = byte,
                _ => bytes.push(byte),
            }
        }
        bytes
    })
}

fn encoded(frame: &FrameView<'_>) -> Vec<u8> {
    let mut bytes = vec![];
    frame.encode(&mut bytes).unwrap();
    bytes
}

fn decode_as_everything(bytes: &[u8]) {
    checks::ALL.iter().for_each(|(_, check)| check(bytes));
}

/// The distance by its definition, over ports rather than bytes.
fn plain_distance(ours: &[u64], theirs: &[u64]) -> usize {
    let common = ours.iter().zip(theirs).take_while(|(a, b)| a == b).count();
    ours.len() + theirs.len() - 2 * common
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn random_bytes(bytes in vec(any::<u8>(), 0..300)) {
        decode_as_everything(&bytes);
    }

    #[test]
    fn valid_frames(bytes in frame()) {
        decode_as_everything(&bytes);
    }

    #[test]
    fn mutated_frames(bytes in mutated(frame())) {
        decode_as_everything(&bytes);
    }

    #[test]
    fn mutated_payloads(bytes in mutated(payload())) {
        decode_as_everything(&bytes);
    }

    #[test]
    fn every_cut_of_a_frame_is_refused(bytes in frame()) {
        for length in 0..bytes.len() {
            prop_assert!(FrameView::parse(&bytes[..length]).is_err());
        }
    }

    #[test]
    fn distances(prefix in vec(number(), 0..4), a in vec(number(), 0..4), b in vec(0..300u64, 0..4)) {
        let (ours, theirs) = ([prefix.clone(), a].concat(), [prefix, b].concat());
        let buf = |ports: &[u64]| CoordinatesBuf::from_ports(ports.iter().copied()).unwrap();
        let distance = buf(&ours).view().distance(&buf(&theirs).view());
        prop_assert_eq!(distance, plain_distance(&ours, &theirs));
    }

    #[test]
    fn keys_are_ordered_as_their_bytes(a in any::<[u8; 32]>(), b in any::<[u8; 32]>(), same in 0..33usize) {
        let mut b = b;
        b[..same].copy_from_slice(&a[..same]);
        let (first, second) = (Key::from_bytes(&a), Key::from_bytes(&b));
        prop_assert_eq!(first.cmp(&second), a.cmp(&b));
        prop_assert_eq!(first.to_bytes(), a);
    }
}
