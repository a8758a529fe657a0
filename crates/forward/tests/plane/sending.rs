//! Datagrams of our own, and the coordinates that they go by.

use snek_forward::{Counter, Limits, SendResult, Tree};
use snek_wire::{FrameView, Root, Watermark};

use crate::node::{coordinates, key, ports, traffic, Node, Outcome, Traffic, LEAF, NOW, PARENT};

#[test]
fn by_snake_with_our_coordinates() {
    let mut node = Node::new();
    let (result, outcome) = node.send(key(9), b"hello", NOW);
    assert_eq!(result, SendResult::Sent);
    let (port, frame) = &outcome.outputs[0];
    assert_eq!(
        (*port, FrameView::parse(frame).unwrap().hop_limit),
        (PARENT, 10)
    );
    let sent = traffic(frame);
    assert_eq!((sent.source_key, sent.destination_key), (key(5), key(9)));
    assert_eq!(
        (ports(sent.source), ports(sent.destination)),
        (vec![4], vec![])
    );
    let mark = Watermark {
        key: key(9),
        sequence: 0,
    };
    assert_eq!((sent.watermark, sent.payload), (mark, &b"hello"[..]));
}

#[test]
fn by_tree_to_whom_we_heard_from() {
    let mut node = Node::new();
    let heard = Traffic::new(key(3), key(5), b"").with_source(&[6, 300]);
    node.receive(PARENT, &heard.bytes());
    let destination = |node: &mut Node, now| {
        let (_, outcome) = node.send(key(3), b"", now);
        outcome
            .outputs
            .first()
            .map(|(_, frame)| ports(traffic(frame).destination))
    };
    assert_eq!(destination(&mut node, NOW + 59_999), Some(vec![6, 300]));
    assert_eq!(
        destination(&mut node, NOW + 60_000),
        None,
        "too old, and unknown to the snake"
    );
    node.receive_at(PARENT, &heard.bytes(), NOW + 60_000);
    assert_eq!(destination(&mut node, NOW + 60_000), Some(vec![6, 300]));
    node.plane.forget_coordinates(Some(key(3)));
    assert_eq!(destination(&mut node, NOW + 60_000), None);
}

#[test]
fn another_root_makes_coordinates_void() {
    let mut node = Node::new();
    let heard = Traffic::new(key(3), key(5), b"").with_source(&[6]);
    node.receive(PARENT, &heard.bytes());
    let root = |first, sequence| Tree {
        root: Root {
            key: key(first),
            sequence,
        },
        coordinates: coordinates(&[4]),
        parent: Some(PARENT),
    };
    node.plane.set_tree(root(9, 4));
    assert_eq!(node.plane.remembered(NOW).count(), 1);
    node.plane.set_tree(root(8, 4));
    assert_eq!(node.plane.remembered(NOW).count(), 0);
}

#[test]
fn to_ourselves() {
    let mut node = Node::new();
    let (result, outcome) = node.send(key(5), b"hello", NOW);
    assert_eq!(result, SendResult::Sent);
    assert_eq!(outcome.deliveries, [(key(5), b"hello".to_vec())]);
}

#[test]
fn why_not() {
    let mut node = Node::new();
    let (result, outcome) = node.send(key(4), b"", NOW);
    assert_eq!((result, outcome), (SendResult::NoRoute, Outcome::default()));
    // Header, payload length, no destination, one port of source, two keys, watermark.
    let longest = 65_535 - (10 + 2 + 2 + 3 + 64 + 33);
    assert_eq!(
        node.send(key(9), &vec![0; longest], NOW).0,
        SendResult::Sent
    );
    assert_eq!(
        node.send(key(9), &vec![0; longest + 1], NOW).0,
        SendResult::TooLong
    );
    node.plane.remove_peer(PARENT);
    node.plane.remove_peer(LEAF);
    assert_eq!(node.send(key(9), b"", NOW).0, SendResult::NoRoute);
}

#[test]
fn a_flow_that_fills_its_queue_is_told() {
    let mut node = Node::with_limits(Limits {
        queue_bytes: 10_000,
        ..Limits::default()
    });
    node.plane.set_writable(PARENT, false);
    let results: Vec<_> = (0..20)
        .map(|_| node.send(key(9), &[0; 1000], NOW).0)
        .collect();
    let sent = results
        .iter()
        .filter(|result| **result == SendResult::Sent)
        .count();
    assert_eq!(sent, 8);
    assert!(results[sent..]
        .iter()
        .all(|result| *result == SendResult::QueueFull));
    assert_eq!(node.counter(Counter::DroppedQueueFull), 0);
}

#[test]
fn a_flow_is_told_before_it_loses_anything() {
    for queue_bytes in 5000..6500 {
        let mut node = Node::with_limits(Limits {
            queue_bytes,
            ..Limits::default()
        });
        node.plane.set_writable(PARENT, false);
        let mut results = (0..20).map(|_| node.send(key(9), &[0; 1000], NOW).0);
        assert!(results.any(|result| result == SendResult::QueueFull));
        assert_eq!(node.counter(Counter::DroppedQueueFull), 0, "{queue_bytes}");
    }
}

#[test]
fn remembered_coordinates_are_bounded() {
    let mut node = Node::with_limits(Limits {
        coordinates: 3,
        ..Limits::default()
    });
    for (first, now) in [(10, 0), (11, 1000), (12, 2000), (10, 3000), (13, 4000)] {
        let heard = Traffic::new(key(first), key(5), b"").with_source(&[first]);
        node.receive_at(LEAF, &heard.bytes(), NOW + now);
    }
    let mut known: Vec<_> = node
        .plane
        .remembered(NOW + 4000)
        .map(|(key, ..)| key)
        .collect();
    known.sort();
    assert_eq!(known, [key(10), key(12), key(13)]);
    assert_eq!(node.counter(Counter::CoordinatesDisplaced), 1);
    let endless = Traffic::new(key(14), key(5), b"").with_source(&[1; 513]);
    assert_eq!(node.receive(LEAF, &endless.bytes()).deliveries.len(), 1);
    assert!(node.plane.remembered(NOW).all(|(of, ..)| of != key(14)));
}

#[test]
fn coordinates_that_change_too_often_are_not_used() {
    let mut node = Node::new();
    let hear = |node: &mut Node, port: u64, now| {
        let heard = Traffic::new(key(10), key(5), b"").with_source(&[port]);
        node.receive_at(LEAF, &heard.bytes(), now);
        node.plane.remembered(now).count()
    };
    // The first ones, and five changes.
    for port in 0..6 {
        assert_eq!(hear(&mut node, port, NOW), 1);
    }
    assert_eq!(hear(&mut node, 5, NOW + 1), 1, "they are the same");
    assert_eq!(hear(&mut node, 6, NOW + 1), 0);
    assert_eq!(hear(&mut node, 7, NOW + 59_999), 0);
    assert_eq!(node.counter(Counter::CoordinatesDisputed), 1);
    // The time is over.
    assert_eq!(hear(&mut node, 8, NOW + 60_000), 1);
    node.plane.forget_coordinates(Some(key(10)));
    assert_eq!(hear(&mut node, 9, NOW + 60_000), 1);
}
