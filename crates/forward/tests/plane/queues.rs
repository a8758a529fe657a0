//! What waits for a port: in what order it goes, who gets how much, what is dropped.

use snek_forward::{Counter, Limits, Port};
use snek_wire::Key;

use crate::node::{
    announcement, bootstrap, frames, keepalive, key, traffic, Node, Outcome, Traffic, LEAF, NOW,
    PARENT,
};

/// What waits, taken out in single frames' order.
fn drain_all(node: &mut Node) -> Vec<Vec<u8>> {
    node.plane.set_writable(PARENT, true);
    let mut all = vec![];
    while let Some(bytes) = node.drain(PARENT) {
        all.extend(frames(&bytes).into_iter().map(<[u8]>::to_vec));
    }
    all
}

fn to_parent(from: Key, payload: &[u8]) -> Vec<u8> {
    Traffic::new(from, key(9), payload)
        .marked(key(9), 0)
        .bytes()
}

#[test]
fn nothing_goes_to_a_port_that_is_not_writable() {
    let mut node = Node::new();
    node.plane.set_writable(PARENT, false);
    let frame = to_parent(key(1), b"hello");
    assert_eq!(node.receive(LEAF, &frame), Outcome::default());
    assert_eq!(node.drain(PARENT), None);
    let counters = node.plane.port_counters(PARENT);
    assert_eq!((counters.queued_frames, counters.frames_out), (1, 0));
    node.plane.set_writable(PARENT, true);
    assert_eq!(
        node.receive(LEAF, &frame),
        Outcome::default(),
        "not ahead of what waits"
    );
    assert_eq!(node.drain(PARENT), Some([&*frame, &*frame].concat()));
    assert_eq!(node.drain(PARENT), None);
    assert_eq!(node.receive(LEAF, &frame), Outcome::output(PARENT, frame));
    let counters = node.plane.port_counters(PARENT);
    assert_eq!((counters.queued_bytes, counters.frames_out), (0, 3));
}

#[test]
fn control_goes_first_and_only_the_last_announcement() {
    let mut node = Node::new();
    node.plane.set_writable(PARENT, false);
    node.receive(LEAF, &to_parent(key(1), b"hello"));
    let control = [
        announcement(b"old"),
        bootstrap(b"1"),
        keepalive(),
        bootstrap(b"2"),
        announcement(b"new"),
    ];
    for frame in &control {
        assert_eq!(node.send_control(PARENT, frame), Outcome::default());
    }
    let expected = [
        &control[4],
        &control[1],
        &control[3],
        &to_parent(key(1), b"hello"),
    ];
    assert_eq!(drain_all(&mut node).iter().collect::<Vec<_>>(), expected);
    assert_eq!(
        node.send_control(PARENT, &keepalive()),
        Outcome::output(PARENT, keepalive())
    );
}

#[test]
fn control_does_not_overtake_control() {
    let mut node = Node::new();
    node.plane.set_writable(PARENT, false);
    node.send_control(PARENT, &announcement(b"old"));
    node.send_control(PARENT, &bootstrap(b"1"));
    node.plane.set_writable(PARENT, true);
    for frame in [announcement(b"new"), bootstrap(b"2")] {
        assert_eq!(node.send_control(PARENT, &frame), Outcome::default());
    }
    let expected = [announcement(b"new"), bootstrap(b"1"), bootstrap(b"2")];
    assert_eq!(node.drain(PARENT), Some(expected.concat()));
}

#[test]
fn control_is_bounded() {
    let frame = bootstrap(&[0; 100]);
    let mut node = Node::with_limits(Limits {
        control_bytes: 5 * frame.len(),
        ..Limits::default()
    });
    node.plane.set_writable(PARENT, false);
    node.send_control(PARENT, &announcement(b"stays"));
    for number in 0..8 {
        node.send_control(PARENT, &bootstrap(&[number; 100]));
    }
    let expected: Vec<_> = (3..8).map(|number| bootstrap(&[number; 100])).collect();
    let drained = drain_all(&mut node);
    assert_eq!(
        (&drained[0], &drained[1..]),
        (&announcement(b"stays"), &expected[..])
    );
    assert_eq!(node.counter(Counter::DroppedControlFull), 3);
}

#[test]
fn a_greedy_flow_costs_the_others_nothing() {
    let limits = Limits {
        queue_bytes: 200_000,
        ..Limits::default()
    };
    let mut node = Node::with_limits(limits);
    node.plane.set_writable(PARENT, false);
    let greedy = to_parent(key(100), &[0; 1200]);
    // For each frame of each small flow, ten of the greedy one.
    for _ in 0..3 {
        for small in 0..50 {
            for _ in 0..10 {
                node.receive(LEAF, &greedy);
            }
            node.receive(LEAF, &to_parent(key(small), &[0; 500]));
        }
    }
    let drained = drain_all(&mut node);
    let flows: Vec<Key> = drained
        .iter()
        .map(|frame| traffic(frame).source_key)
        .collect();
    for small in 0..50 {
        assert_eq!(
            flows.iter().filter(|flow| **flow == key(small)).count(),
            3,
            "flow {small}"
        );
    }
    // By the time that every small flow is done, the greedy one had no more than its share.
    let done = flows.iter().rposition(|flow| *flow != key(100)).unwrap();
    let meanwhile = flows[..done]
        .iter()
        .filter(|flow| **flow == key(100))
        .count();
    assert!(meanwhile <= 4, "{meanwhile}");
    let dropped = 1500 + 150 - drained.len() as u64;
    assert_eq!(node.counter(Counter::DroppedQueueFull), dropped);
    assert_eq!(node.plane.port_counters(PARENT).dropped, dropped);
}

#[test]
fn flows_share_by_bytes() {
    let mut node = Node::new();
    node.plane.set_writable(PARENT, false);
    for _ in 0..300 {
        for _ in 0..5 {
            node.receive(LEAF, &to_parent(key(20), &[0; 200]));
        }
        node.receive(LEAF, &to_parent(key(21), &[0; 2000]));
        node.receive(LEAF, &to_parent(key(22), &[0; 9000]));
    }
    node.plane.set_writable(PARENT, true);
    let mut shares = [0; 3];
    for _ in 0..4 {
        for frame in frames(&node.drain(PARENT).unwrap()) {
            let flow = [20, 21, 22]
                .map(key)
                .iter()
                .position(|of| *of == traffic(frame).source_key);
            shares[flow.unwrap()] += frame.len();
        }
    }
    let (least, most) = (shares.iter().min().unwrap(), shares.iter().max().unwrap());
    assert!(most - least < 9000 + 4096, "{shares:?}");
}

#[test]
fn a_peering_full_of_made_up_flows_costs_another_nothing() {
    const OTHER: Port = 3;
    let mut node = Node::with_limits(Limits {
        queue_bytes: 300_000,
        ..Limits::default()
    });
    assert!(node.plane.add_peer(OTHER, key(30), 0));
    node.plane.set_writable(PARENT, false);
    for number in 0..=255 {
        for flow in 0..10 {
            let made_up = Key::from_words([u64::from(number), flow, 0, 0]);
            node.receive(LEAF, &to_parent(made_up, &[0; 1000]));
        }
        if number % 3 == 0 {
            node.receive(OTHER, &to_parent(key(20), &[number; 1000]));
        }
    }
    let drained = drain_all(&mut node);
    let is_honest = |frame: &&Vec<u8>| traffic(frame).source_key == key(20);
    let honest: Vec<u8> = drained
        .iter()
        .filter(is_honest)
        .map(|frame| traffic(frame).payload[0])
        .collect();
    let sent: Vec<u8> = (0..=255).step_by(3).collect();
    assert_eq!(honest, sent, "all of it, in order");
    // It had half of what went out until it was done.
    let done = drained.iter().rposition(|frame| is_honest(&frame)).unwrap();
    assert!(done <= 2 * honest.len() + 4, "{done}");
}

#[test]
fn the_oldest_of_the_longest_flow_goes() {
    // A frame and a flow take more than their bytes.
    let size = to_parent(key(20), &[0; 1000]).len() + 64;
    let mut node = Node::with_limits(Limits {
        queue_bytes: 4 * size + 3 * 448,
        ..Limits::default()
    });
    node.plane.set_writable(PARENT, false);
    for (flow, number) in [(20, 1), (21, 2), (20, 3), (20, 4), (21, 5), (22, 6)] {
        node.receive(LEAF, &to_parent(key(flow), &[number; 1000]));
    }
    let mut left: Vec<u8> = drain_all(&mut node)
        .iter()
        .map(|frame| traffic(frame).payload[0])
        .collect();
    left.sort_unstable();
    assert_eq!(left, [3, 4, 5, 6]);
}

#[test]
fn a_crowd_of_flows_takes_no_more_memory_than_the_limit() {
    let mut node = Node::with_limits(Limits {
        queue_bytes: 100_000,
        ..Limits::default()
    });
    node.plane.set_writable(PARENT, false);
    for flow in 0..1000 {
        node.receive(LEAF, &to_parent(key(flow), b""));
    }
    // Each has its keys in three tables, and a list of frames.
    assert!(node.plane.port_counters(PARENT).queued_frames < 200);
}

#[test]
fn a_port_whose_queue_dropped_all_is_not_held_up() {
    let mut node = Node::with_limits(Limits {
        queue_bytes: 1000,
        control_bytes: 100,
        ..Limits::default()
    });
    node.plane.set_writable(PARENT, false);
    node.receive(LEAF, &to_parent(key(1), &[0; 1000]));
    node.send_control(PARENT, &bootstrap(&[0; 100]));
    assert_eq!(node.counter(Counter::DroppedQueueFull), 1);
    assert_eq!(node.counter(Counter::DroppedControlFull), 1);
    node.plane.set_writable(PARENT, true);
    let frame = to_parent(key(1), b"hello");
    assert_eq!(node.receive(LEAF, &frame), Outcome::output(PARENT, frame));
}

#[test]
fn what_waited_too_long_goes() {
    let mut node = Node::new();
    node.plane.set_writable(PARENT, false);
    for (number, now) in [(1, 0), (2, 500), (3, 1001)] {
        node.receive_at(LEAF, &to_parent(key(1), &[number]), NOW + now);
    }
    let left: Vec<u8> = drain_all(&mut node)
        .iter()
        .map(|frame| traffic(frame).payload[0])
        .collect();
    assert_eq!(left, [2, 3]);
    assert_eq!(node.counter(Counter::DroppedLate), 1);
    node.plane.set_writable(PARENT, false);
    node.receive_at(LEAF, &to_parent(key(1), b""), NOW + 2000);
    node.receive_at(LEAF, &keepalive(), NOW + 4000);
    assert_eq!(drain_all(&mut node), Vec::<Vec<u8>>::new());
    assert_eq!(node.plane.port_counters(PARENT).queued_bytes, 0);
}

#[test]
fn all_ports_together_are_bounded() {
    let mut node = Node::with_limits(Limits {
        queue_bytes: 50_000,
        total_queue_bytes: 60_000,
        ..Limits::default()
    });
    node.plane.set_writable(PARENT, false);
    node.plane.set_writable(LEAF, false);
    for _ in 0..100 {
        node.receive(LEAF, &to_parent(key(1), &[0; 1000]));
    }
    let queued = |node: &Node, port| node.plane.port_counters(port).queued_bytes;
    assert!((45_000..=50_000).contains(&queued(&node, PARENT)));
    for _ in 0..100 {
        node.receive(PARENT, &Traffic::new(key(9), key(1), &[0; 1000]).bytes());
    }
    let (leaf, parent) = (queued(&node, LEAF), queued(&node, PARENT));
    assert!(
        leaf + parent <= 60_000 && leaf.abs_diff(parent) < 3000,
        "{leaf} and {parent}"
    );
    node.plane.remove_peer(PARENT);
    for _ in 0..100 {
        node.receive(LEAF, &Traffic::new(key(9), key(1), &[0; 1000]).bytes());
    }
    assert_eq!(queued(&node, LEAF), leaf);
}
