use super::net::{settings, Net};
use crate::Event;

fn random_bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        })
        .collect()
}

#[test]
fn garbage_is_ignored_and_disturbs_nobody() {
    let mut net = Net::pair();
    let session = net.connect();
    let (neighbour, now) = (net.key(0), net.now);
    for seed in 0..2_000 {
        let bytes = random_bytes(seed, (seed % 1500) as usize);
        let from = if seed % 2 == 0 { neighbour } else { [9; 32] };
        net.nodes[1].engine.receive(from, &bytes, now);
    }
    let before = net.nodes[1].sent;
    net.run(100.0);
    assert!(net.nodes[1].sent - before < 1_000);
    assert!(net.nodes[1].engine.counters().packets_ignored > 900);
    assert_eq!(net.transfer(session, &[7; 100_000]), vec![7; 100_000]);
}

#[test]
fn an_unknown_version_is_answered_with_ours() {
    let mut net = Net::pair();
    let now = net.now;
    let mut packet = vec![0; 1200];
    packet[..7].copy_from_slice(&[0xc0, 0xba, 0xba, 0xba, 0xba, 8, 1]);
    net.nodes[0].engine.receive([9; 32], &packet, now);
    let answer = &net.nodes[0].engine.packets()[0];
    assert_eq!((answer.to, answer.connection), ([9; 32], None));
    assert_eq!(answer.bytes[1..5], [0; 4], "version negotiation");
    assert_eq!(answer.bytes[answer.bytes.len() - 4..], [0, 0, 0, 1]);
}

/// First packets of many diallers, as node 1's engine would get them.
fn first_packets(count: u8, to: crate::Key) -> Vec<(crate::Key, Vec<u8>)> {
    (0..count)
        .map(|index| {
            let mut net = Net::new([settings(100 + index)]);
            let now = net.now;
            let dialler = &mut net.nodes[0].engine;
            dialler.dial(to, b"test", now).unwrap();
            dialler.pump(now);
            (dialler.key(), dialler.packets()[0].bytes.clone())
        })
        .collect()
}

#[test]
fn a_flood_of_first_packets_meets_retries_and_then_silence() {
    let mut limited = settings(2);
    limited.limits.handshakes_before_retry = 4;
    limited.limits.handshakes = 8;
    let mut net = Net::new([settings(1), limited, settings(3)]);
    let session = net.connect();
    let (to, now) = (net.key(1), net.now);
    for (from, packet) in first_packets(100, to) {
        net.nodes[1].engine.receive(from, &packet, now);
    }
    let counters = net.nodes[1].engine.counters();
    assert_eq!(
        (counters.handshakes, counters.retries),
        (5, 96),
        "{counters:?}"
    );

    // A real newcomer proves its key by way of the retry.
    net.nodes[2].engine.dial(to, b"test", now).unwrap();
    let connected = |event: &Event| matches!(event, Event::Connected { .. }).then_some(());
    assert_eq!(net.wait(2, 5_000.0, connected), Some(()));
    assert_eq!(net.nodes[1].engine.counters().retries, 97);
    assert_eq!(net.transfer(session, &[7; 100_000]), vec![7; 100_000]);

    net.run(30_000.0);
    let counters = net.nodes[1].engine.counters();
    assert_eq!(counters.handshakes_failed, 4, "given up after a while");
}

#[test]
fn sessions_are_limited_in_all_and_for_one_key() {
    let mut limited = settings(2);
    limited.limits.sessions_per_key = 2;
    limited.limits.sessions = 3;
    let mut net = Net::new([settings(1), limited, settings(3), settings(4)]);
    net.nodes[1].engine.listen(b"test");
    let (to, now) = (net.key(1), net.now);
    for dialler in [0, 0, 0, 2, 3] {
        net.nodes[dialler].engine.dial(to, b"test", now).unwrap();
        net.run(50.0);
    }
    let counters = net.nodes[1].engine.counters();
    assert_eq!((counters.handshakes, counters.refused), (3, 2));
    let now = net.now;
    assert!(net.nodes[1].engine.dial([9; 32], b"test", now).is_err());
}

#[test]
fn a_restarted_peer_says_that_it_forgot() {
    let mut net = Net::pair();
    let (from, _) = net.connect();
    net.nodes[1].engine = crate::Engine::new(&settings(2), net.now).unwrap();
    let stream = net.nodes[0].engine.open(from).unwrap().unwrap();
    net.nodes[0].engine.write(from, stream, &[0; 1000]).unwrap();
    let closed = net.wait(0, 60_000.0, |event| match event {
        Event::Closed(_, reason) => Some(reason.clone()),
        _ => None,
    });
    // The same seed stands for the same secret here; with another one it is the idle timeout.
    assert_eq!(closed, Some(crate::CloseReason::Reset));
}

#[test]
fn sessions_that_follow_each_other_are_no_crowd() {
    let mut limited = settings(2);
    limited.limits.sessions_per_key = 2;
    let mut net = Net::new([settings(1), limited]);
    for _ in 0..20 {
        let (dialled, _) = net.connect();
        let now = net.now;
        net.nodes[0].engine.close(dialled, 0, "", now).unwrap();
        net.run(10.0);
    }
    assert_eq!(net.nodes[1].engine.counters().refused, 0);
}
