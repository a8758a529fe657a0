//! PROTOCOL.md section 5, frame by frame.

use snek_forward::{Counter, Options};
use snek_wire::{ErrorCode, Watermark};

use crate::node::{
    announcement, bootstrap, encode, frames, keepalive, key, ports, traffic, Node, Outcome,
    Traffic, LEAF, NOW, PARENT,
};

#[test]
fn by_snake_with_the_new_watermark() {
    let mut node = Node::new();
    let frame = Traffic::new(key(1), key(9), b"hello").with_source(&[4, 300]);
    let passed = frame.clone().marked(key(9), 0).bytes();
    assert_eq!(
        node.receive(LEAF, &frame.bytes()),
        Outcome::output(PARENT, passed)
    );
    assert_eq!(node.counter(Counter::Forwarded), 1);
}

#[test]
fn by_a_route_whose_sequence_takes_more_bytes_or_fewer() {
    let mut node = Node::new();
    let (long, short) = (1_700_000_000_000, 5);
    node.install(key(3), PARENT, long);
    let frame = Traffic::new(key(1), key(3), b"hello");
    let expected = frame.clone().marked(key(3), long).bytes();
    assert_eq!(
        node.receive(LEAF, &frame.bytes()),
        Outcome::output(PARENT, expected)
    );
    node.install(key(2), PARENT, short);
    let frame = Traffic::new(key(1), key(2), b"hello").marked(key(3), long);
    let expected = frame.clone().marked(key(2), short).bytes();
    assert_eq!(
        node.receive(LEAF, &frame.bytes()),
        Outcome::output(PARENT, expected)
    );
}

#[test]
fn by_tree_as_it_came() {
    let mut node = Node::new();
    let frame = Traffic::new(key(1), key(3), b"hello").by_tree(&[6, 200]);
    assert_eq!(
        node.receive(LEAF, &frame.bytes()),
        Outcome::output(PARENT, frame.bytes())
    );
}

#[test]
fn by_snake_without_coordinates_where_the_tree_leads_nowhere() {
    let mut node = Node::new();
    let to_us = Traffic::new(key(9), key(1), b"hello").by_tree(&[4]);
    let expected = Traffic::new(key(9), key(1), b"hello")
        .marked(key(1), 0)
        .bytes();
    assert_eq!(
        node.receive(PARENT, &to_us.bytes()),
        Outcome::output(LEAF, expected.clone())
    );
    let unknown = Traffic::new(key(9), key(1), b"hello").by_tree(&[4, 77]);
    assert_eq!(
        node.receive(PARENT, &unknown.bytes()),
        Outcome::output(LEAF, expected)
    );
}

#[test]
fn back_by_snake_where_coordinates_led_the_wrong_way() {
    let mut node = Node::new();
    let stale = Traffic::new(key(1), key(9), b"hello").by_tree(&[4]);
    let expected = Traffic::new(key(1), key(9), b"hello")
        .marked(key(9), 0)
        .bytes();
    assert_eq!(
        node.receive(PARENT, &stale.bytes()),
        Outcome::output(PARENT, expected.clone())
    );
    // But no further.
    assert_eq!(node.receive(PARENT, &expected), Outcome::default());
    assert_eq!(node.counter(Counter::DroppedBackToSource), 1);
}

#[test]
fn for_our_own_key() {
    let mut node = Node::new();
    let frame = Traffic::new(key(3), key(5), b"hello").with_source(&[6, 300]);
    let outcome = node.receive(LEAF, &frame.bytes());
    assert_eq!(outcome.deliveries, [(key(3), b"hello".to_vec())]);
    assert!(outcome.outputs.is_empty());
    let remembered: Vec<_> = node
        .plane
        .remembered(NOW)
        .map(|(of, coordinates, time)| (of, ports(coordinates), time))
        .collect();
    assert_eq!(remembered, [(key(3), vec![6, 300], NOW)]);
    let by_tree = Traffic::new(key(3), key(5), b"").by_tree(&[1, 2, 3]);
    assert_eq!(node.receive(LEAF, &by_tree.bytes()).deliveries.len(), 1);
}

#[test]
fn dropped() {
    let mut node = Node::new();
    let drop = |node: &mut Node, port, frame: Traffic, reason| {
        let before = node.counter(reason);
        assert_eq!(
            node.receive(port, &frame.bytes()),
            Outcome::default(),
            "{reason:?}"
        );
        assert_eq!(node.counter(reason), before + 1, "{reason:?}");
    };
    let to_parent = || Traffic::new(key(3), key(9), b"");
    drop(&mut node, PARENT, to_parent(), Counter::DroppedBackToSource);
    let worse = to_parent().marked(key(8), 0);
    drop(&mut node, LEAF, worse, Counter::DroppedWorseWatermark);
    let nowhere = Traffic::new(key(1), key(4), b"");
    drop(&mut node, LEAF, nowhere, Counter::DroppedNoNextHop);
    assert_eq!(node.plane.port_counters(LEAF).dropped, 2);
    assert_eq!(node.plane.port_counters(PARENT).dropped, 1);
}

#[test]
fn too_long_for_the_watermark_that_it_needs() {
    let mut node = Node::new();
    let frame = Traffic::new(key(9), key(1), &[7; 65_450]).by_tree(&[4]);
    assert_eq!(node.receive(PARENT, &frame.bytes()), Outcome::default());
    assert_eq!(node.counter(Counter::DroppedTooLong), 1);
}

#[test]
fn hop_limits() {
    let mut limiting = Node::with(Options {
        hop_limiting: true,
        ..Options::default()
    });
    let with_limit = |hop_limit| {
        let frame = Traffic::new(key(1), key(9), b"").marked(key(9), 0);
        Traffic { hop_limit, ..frame }.bytes()
    };
    let expected = Outcome::output(PARENT, with_limit(1));
    assert_eq!(limiting.receive(LEAF, &with_limit(2)), expected);
    let anew = Traffic {
        hop_limit: 3,
        ..Traffic::new(key(9), key(1), b"").by_tree(&[4])
    };
    let passed = limiting.receive(PARENT, &anew.bytes());
    assert_eq!(passed.outputs[0].1[7], 2);
    for hop_limit in [0, 1] {
        assert_eq!(
            limiting.receive(LEAF, &with_limit(hop_limit)),
            Outcome::default()
        );
    }
    assert_eq!(limiting.counter(Counter::DroppedHopLimit), 2);
    let for_us = Traffic {
        hop_limit: 1,
        ..Traffic::new(key(1), key(5), b"")
    };
    assert_eq!(limiting.receive(LEAF, &for_us.bytes()).deliveries.len(), 1);

    let mut plain = Node::new();
    let expected = Outcome::output(PARENT, with_limit(1));
    assert_eq!(plain.receive(LEAF, &with_limit(1)), expected);
}

#[test]
fn control_frames_are_handed_over_and_keepalives_swallowed() {
    let mut node = Node::new();
    let frames = [
        announcement(b"one"),
        keepalive(),
        bootstrap(b"two"),
        announcement(b""),
    ];
    let outcome = node.receive(LEAF, &frames.concat());
    assert_eq!(outcome.control, [&*frames[0], &*frames[2], &*frames[3]]);
    assert_eq!(outcome.outputs, []);
}

#[test]
fn unknown_types_are_skipped() {
    let mut node = Node::new();
    let mut unknown = announcement(b"whatever");
    unknown[5] = 77;
    let known = Traffic::new(key(1), key(5), b"hello").bytes();
    let outcome = node.receive(LEAF, &[unknown, known].concat());
    assert_eq!((outcome.control.len(), outcome.deliveries.len()), (0, 1));
    assert_eq!(node.counter(Counter::UnknownType), 1);
}

#[test]
fn malformed_bytes_end_the_peering_and_disturb_nobody() {
    let mut node = Node::new();
    let good = Traffic::new(key(1), key(9), b"").marked(key(9), 0).bytes();
    let mut bad = good.clone();
    bad[11] = 1;
    let outcome = node.receive(LEAF, &[&*good, &*bad, &*good].concat());
    assert_eq!(outcome.outputs, [(PARENT, good.clone())]);
    let error = outcome.error.unwrap();
    assert_eq!(
        (error.code, error.offset),
        (ErrorCode::Truncated, good.len())
    );
    assert_eq!(node.receive(LEAF, &good), Outcome::default());
    let back = Traffic::new(key(9), key(1), b"").marked(key(1), 0).bytes();
    assert_eq!(node.receive(PARENT, &back), Outcome::output(LEAF, back));
    node.plane.remove_peer(LEAF);
    assert!(node.plane.add_peer(LEAF, key(1), 3));
    assert_eq!(node.receive(LEAF, &good).outputs.len(), 1);
    assert_eq!(node.counter(Counter::Malformed), 1);
}

#[test]
fn frames_to_several_ports_make_one_output_each_in_order() {
    let mut node = Node::new();
    assert!(node.plane.add_peer(3, key(4), 3));
    let root = crate::node::ROOT;
    let tables = node.plane.tables_mut();
    tables
        .set_announcement(3, root, &[(2, key(9)), (1, key(4))], 3)
        .unwrap();
    let to = |first: u64, number: u8| {
        let frame = Traffic::new(key(7), key(first), &[number; 9]);
        if number % 4 == 0 {
            // Needs more bytes than it has, so it can't stay where it is.
            return frame.by_tree(&[4]).bytes();
        }
        frame.bytes()
    };
    let stream: Vec<u8> = (0..60)
        .flat_map(|number| to([1, 4][usize::from(number / 3 % 2)], number))
        .collect();
    let outcome = node.receive(PARENT, &stream);
    assert_eq!(
        outcome
            .outputs
            .iter()
            .map(|(port, _)| *port)
            .collect::<Vec<_>>(),
        [LEAF, 3]
    );
    for (parity, (_, bytes)) in outcome.outputs.iter().enumerate() {
        let numbers: Vec<u8> = frames(bytes)
            .iter()
            .map(|frame| traffic(frame).payload[0])
            .collect();
        let expected: Vec<u8> = (0..60)
            .filter(|number| usize::from(number / 3 % 2) == parity)
            .collect();
        assert_eq!(numbers, expected);
        for frame in frames(bytes) {
            assert_ne!(traffic(frame).watermark, Watermark::INITIAL);
        }
    }
}

#[test]
fn nothing_comes_from_a_port_without_a_peer() {
    let mut node = Node::new();
    let frame = encode(0, snek_wire::Contents::Announcement { payload: b"" });
    assert_eq!(node.receive(0, &frame), Outcome::default());
    assert_eq!(node.receive(77, &frame), Outcome::default());
}

#[test]
fn counters_of_ports() {
    let mut node = Node::new();
    let frame = Traffic::new(key(1), key(9), b"hello").bytes();
    node.receive(LEAF, &[&*frame, &*keepalive()].concat());
    let (west, east) = (
        node.plane.port_counters(LEAF),
        node.plane.port_counters(PARENT),
    );
    assert_eq!(
        (west.traffic_bytes_in, west.protocol_bytes_in),
        (frame.len() as u64, 10)
    );
    assert_eq!((west.frames_in, west.frames_out), (2, 0));
    assert_eq!(
        (east.traffic_bytes_out, east.protocol_bytes_out),
        (frame.len() as u64, 0)
    );
    assert_eq!((east.frames_in, east.frames_out), (0, 1));
}
