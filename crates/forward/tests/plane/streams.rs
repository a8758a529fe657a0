//! Any bytes, cut anywhere: nothing panics, the cuts don't matter, and what goes out is frames.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;
use snek_wire::FrameView;

use crate::node::{
    announcement, bootstrap, frames, keepalive, key, Node, Outcome, Traffic, LEAF, PARENT,
};

fn frame() -> impl Strategy<Value = Vec<u8>> {
    let traffic = (
        0..12u64,
        0..12u64,
        vec(0..9u64, 0..4),
        vec(prop_oneof![0..9u64, any::<u64>()], 0..4),
        (0..12u64, prop_oneof![0..9u64, any::<u64>()]),
        prop_oneof![0..20usize, 0..3000usize],
    )
        .prop_map(
            |(from, to, destination, source, (mark, sequence), length)| {
                Traffic::new(key(from), key(to), &vec![0x70; length])
                    .by_tree(&destination)
                    .with_source(&source)
                    .marked(key(mark), sequence)
                    .bytes()
            },
        );
    let unknown = (5..=255u8).prop_map(|number| {
        let mut frame = announcement(b"unknown");
        frame[5] = number;
        frame
    });
    prop_oneof![
        8 => traffic,
        1 => Just(keepalive()),
        1 => Just(announcement(b"payload")),
        1 => Just(bootstrap(&[7; 100])),
        1 => unknown,
    ]
}

/// Frames, some of them corrupted.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let corruption = prop::option::weighted(0.3, (any::<Index>(), any::<u8>()));
    (vec(frame(), 1..20), corruption).prop_map(|(frames, corruption)| {
        let mut stream = frames.concat();
        if let Some((at, byte)) = corruption {
            let at = at.index(stream.len());
            stream[at] = byte;
        }
        stream
    })
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 3000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20),
        ..ProptestConfig::default()
    }
}

fn node() -> Node {
    let mut node = Node::new();
    node.install(key(3), LEAF, 1_700_000_000_000);
    node.install(key(7), PARENT, 5);
    node
}

/// All outcomes in one, with what went out to each port joined.
fn receive_in_pieces(node: &mut Node, stream: &[u8], cuts: &[Index]) -> Outcome {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
    cuts.extend([0, stream.len()]);
    cuts.sort_unstable();
    let mut all = Outcome::default();
    for piece in cuts.windows(2) {
        let outcome = node.receive(LEAF, &stream[piece[0]..piece[1]]);
        for (port, bytes) in outcome.outputs {
            match all.outputs.iter_mut().find(|(known, _)| *known == port) {
                Some((_, known)) => known.extend(bytes),
                None => all.outputs.push((port, bytes)),
            }
        }
        all.control.extend(outcome.control);
        all.deliveries.extend(outcome.deliveries);
        all.error = all.error.or(outcome.error);
    }
    all
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn cuts_do_not_matter(stream in stream(), cuts in vec(any::<Index>(), 0..12)) {
        let whole = node().receive(LEAF, &stream);
        let pieces = receive_in_pieces(&mut node(), &stream, &cuts);
        prop_assert_eq!(&pieces, &whole);
        for (_, bytes) in &whole.outputs {
            for frame in frames(bytes) {
                prop_assert!(FrameView::parse(frame).is_ok());
            }
        }
    }

    #[test]
    fn what_waits_is_what_would_have_gone(stream in stream()) {
        let mut direct = node().receive(LEAF, &stream);
        let mut node = node();
        // To the leaf goes what its coordinates led astray.
        for port in [PARENT, LEAF] {
            node.plane.set_writable(port, false);
        }
        let mut waiting = node.receive(LEAF, &stream);
        prop_assert!(waiting.outputs.is_empty());
        // Flows take turns, so frames of different ones may go in another order.
        let sorted = |bytes: &[u8]| {
            let mut all: Vec<_> = frames(bytes).into_iter().map(<[u8]>::to_vec).collect();
            all.sort();
            all
        };
        for port in [PARENT, LEAF] {
            node.plane.set_writable(port, true);
            let mut queued = vec![];
            while let Some(bytes) = node.drain(port) {
                queued.extend(bytes);
            }
            let went = direct.outputs.iter().find(|(to, _)| *to == port);
            let expected = went.map_or(&[][..], |(_, bytes)| bytes);
            prop_assert_eq!(sorted(&queued), sorted(expected));
        }
        waiting.outputs.clear();
        direct.outputs.clear();
        prop_assert_eq!(waiting, direct);
    }

    #[test]
    fn noise(stream in vec(any::<u8>(), 0..3000), cuts in vec(any::<Index>(), 0..5)) {
        let mut noise = b"pine\0".to_vec();
        noise.extend(stream);
        let whole = node().receive(LEAF, &noise);
        prop_assert_eq!(receive_in_pieces(&mut node(), &noise, &cuts), whole);
    }
}

#[test]
fn the_longest_frame_one_byte_at_a_time() {
    let mut node = node();
    let frame = Traffic::new(key(1), key(9), &[0x70; 65_422])
        .marked(key(9), 0)
        .bytes();
    assert_eq!(frame.len(), 65_535);
    for byte in &frame[..frame.len() - 1] {
        assert_eq!(node.receive(LEAF, &[*byte]), Outcome::default());
    }
    assert_eq!(
        node.receive(LEAF, &frame[frame.len() - 1..]),
        Outcome::output(PARENT, frame.clone())
    );
}

#[test]
fn chunks_of_any_length_around_frames() {
    let mut node = node();
    let stream: Vec<u8> = (0..300u16)
        .flat_map(|number| Traffic::new(key(1), key(9), &number.to_be_bytes().repeat(500)).bytes())
        .collect();
    let mut passed = vec![];
    for chunk in stream.chunks(65_536) {
        for (port, bytes) in node.receive(LEAF, chunk).outputs {
            assert_eq!(port, PARENT);
            passed.extend(bytes);
        }
    }
    assert_eq!(frames(&passed).len(), 300);
}
