use std::time::Duration;

use bytes::Bytes;

use super::net::{settings, Net};
use crate::{config, Engine, Event, Read, Settings, StreamError, Write, MAX_PACKET};

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index * 31 % 251) as u8).collect()
}

#[test]
fn bytes_arrive_over_a_clean_path_in_large_packets() {
    let mut net = Net::pair();
    let session = net.connect();
    let bytes = pattern(4 << 20);
    assert_eq!(net.transfer(session, &bytes), bytes);
    assert_eq!(net.nodes[0].largest, usize::from(MAX_PACKET));
    let stats = net.nodes[0].engine.stats(session.0).unwrap();
    assert!(stats.rtt >= 10.0 && stats.rtt < 40.0, "{stats:?}");
    assert!(stats.bytes_out > 4 << 20 && stats.packets_in > 0);
}

#[test]
fn bytes_arrive_whatever_the_path_does() {
    let mut net = Net::pair();
    net.loss = 100;
    net.reordering = 100;
    let session = net.connect();
    let bytes = pattern(10 << 20);
    assert_eq!(net.transfer(session, &bytes), bytes);
    let stats = net.nodes[0].engine.stats(session.0).unwrap();
    assert_eq!(
        stats.max_packet,
        u64::from(MAX_PACKET),
        "losses are no reason for small packets"
    );
}

#[test]
fn a_peer_that_takes_small_packets_gets_small_packets() {
    let now = 1_000.0;
    let small = settings(2);
    let mut endpoint = config::endpoint(&small.random).unwrap();
    endpoint.max_udp_payload_size(1452).unwrap();
    let identity = crate::tls::Identity::from_seed(&small.seed).unwrap();
    let peer = Engine::build(identity, endpoint, &small, now).unwrap();
    let mut net = Net::of(vec![Engine::new(&settings(1), now).unwrap(), peer], now);
    let session = net.connect();
    let bytes = pattern(1 << 20);
    assert_eq!(net.transfer(session, &bytes), bytes);
    assert_eq!(net.nodes[0].largest, 1452);
}

#[test]
fn a_path_that_was_gone_is_used_again_within_a_second() {
    let lively = |node| Settings {
        keep_alive: Some(Duration::from_secs(5)),
        ..settings(node)
    };
    // Whatever is on its way when it goes, and whichever side asks first.
    for moment in 0..60 {
        let mut net = Net::new([lively(1), lively(2)]);
        let (from, to) = net.connect();
        let stream = net.nodes[0].engine.open(from).unwrap().unwrap();
        let mut buffer = vec![0; 65_536];
        let mut stream_for = |net: &mut Net, milliseconds: f64| {
            let end = net.now + milliseconds;
            let mut received = 0;
            while net.now < end {
                let _ = net.nodes[0].engine.write(from, stream, &[7; 16_384]);
                net.run(2.0);
                let reader = &mut net.nodes[1].engine;
                while let Ok(Read::Bytes(length)) = reader.read(to, stream, &mut buffer) {
                    received += length;
                }
            }
            received
        };
        assert!(stream_for(&mut net, 100.0 + f64::from(moment) * 0.5) > 0);
        net.loss = 1000;
        stream_for(&mut net, 10_000.0);
        net.loss = 0;
        assert!(stream_for(&mut net, 1_100.0) > 65_536, "{moment}");
    }
}

#[test]
fn a_path_that_carries_small_packets_only_is_found_out() {
    let mut net = Net::pair();
    let session = net.connect();
    net.largest = 2_000;
    let bytes = pattern(1 << 20);
    assert_eq!(net.transfer(session, &bytes), bytes);
}

#[test]
fn a_reader_that_stops_stops_the_writer() {
    let mut net = Net::pair();
    let (from, to) = net.connect();
    let stream = net.nodes[0].engine.open(from).unwrap().unwrap();
    let block = vec![1; 65_536];
    let mut taken = 0;
    for _ in 0..200 {
        while let Write::Bytes(length) = net.nodes[0].engine.write(from, stream, &block).unwrap() {
            taken += length;
        }
        net.run(50.0);
    }
    assert!(taken <= 5 << 20, "{taken}");
    let mut buffer = vec![0; 1 << 20];
    let read = net.nodes[1].engine.read(to, stream, &mut buffer).unwrap();
    assert_eq!(read, Read::Bytes(1 << 20));
    net.nodes[0].events.clear();
    assert!(net
        .wait(0, 1_000.0, |event| (*event
            == Event::Writable(from, stream))
        .then_some(()))
        .is_some());
}

#[test]
fn half_a_stream_closes_alone() {
    let mut net = Net::pair();
    let (from, to) = net.connect();
    let stream = net.nodes[0].engine.open(from).unwrap().unwrap();
    net.nodes[0]
        .engine
        .write(from, stream, b"question")
        .unwrap();
    net.nodes[0].engine.finish(from, stream).unwrap();
    net.wait(0, 1_000.0, |event| {
        (*event == Event::Delivered(from, stream)).then_some(())
    })
    .unwrap();
    let mut buffer = [0; 100];
    let receiver = &mut net.nodes[1].engine;
    assert_eq!(
        receiver.read(to, stream, &mut buffer[..5]),
        Ok(Read::Bytes(5))
    );
    assert_eq!(receiver.read(to, stream, &mut buffer), Ok(Read::End(3)));
    receiver.write(to, stream, b"answer").unwrap();
    receiver.finish(to, stream).unwrap();
    net.run(100.0);
    let sender = &mut net.nodes[0].engine;
    assert_eq!(sender.read(from, stream, &mut buffer), Ok(Read::End(6)));
    assert_eq!(
        sender.read(from, stream, &mut buffer),
        Err(StreamError::Closed)
    );
}

#[test]
fn giving_up_reaches_the_other_side_with_its_code() {
    let mut net = Net::pair();
    let (from, to) = net.connect();
    let stream = net.nodes[0].engine.open(from).unwrap().unwrap();
    net.nodes[0]
        .engine
        .write(from, stream, b"never mind")
        .unwrap();
    net.run(100.0);
    net.nodes[0].engine.reset(from, stream, 42).unwrap();
    net.nodes[0].engine.stop(from, stream, 43).unwrap();
    net.wait(1, 1_000.0, |event| {
        (*event == Event::Stopped(to, stream, 43)).then_some(())
    })
    .unwrap();
    let receiver = &mut net.nodes[1].engine;
    assert_eq!(
        receiver.read(to, stream, &mut [0; 9]),
        Err(StreamError::Reset(42))
    );
    assert_eq!(receiver.write(to, stream, b"x"), Err(StreamError::Closed));
    assert_eq!(
        receiver.write(to, 2, b"x"),
        Err(StreamError::Closed),
        "not bidirectional"
    );
    assert_eq!(
        receiver.write(99, 0, b"x"),
        Err(StreamError::Closed),
        "no such connection"
    );
}

#[test]
fn streams_are_limited_until_one_is_done() {
    let mut few = settings(2);
    few.limits.streams = 3;
    let mut net = Net::new([settings(1), few]);
    let (from, to) = net.connect();
    let open = |net: &mut Net| net.nodes[0].engine.open(from).unwrap();
    let first = open(&mut net).unwrap();
    assert!(open(&mut net).is_some() && open(&mut net).is_some());
    assert_eq!(open(&mut net), None);
    net.nodes[0].engine.finish(from, first).unwrap();
    net.run(100.0);
    let receiver = &mut net.nodes[1].engine;
    assert_eq!(receiver.read(to, first, &mut [0; 1]), Ok(Read::End(0)));
    receiver.finish(to, first).unwrap();
    net.wait(0, 1_000.0, |event| {
        (*event == Event::StreamsAvailable(from)).then_some(())
    })
    .unwrap();
    assert!(open(&mut net).is_some());
}

#[test]
fn datagrams_go_both_ways_and_have_a_size() {
    let mut net = Net::pair();
    let (from, to) = net.connect();
    let largest = net.nodes[0].engine.max_datagram(from).unwrap().unwrap();
    assert!(largest > 16_000, "{largest}");
    let payload = Bytes::from(vec![5; largest]);
    net.nodes[0]
        .engine
        .send_datagram(from, payload.clone())
        .unwrap();
    let too_long = Bytes::from(vec![5; largest + 1]);
    assert!(net.nodes[0].engine.send_datagram(from, too_long).is_err());
    let received = |event: &Event| match event {
        Event::Datagram(connection, payload) => Some((*connection, payload.clone())),
        _ => None,
    };
    assert_eq!(net.wait(1, 1_000.0, received), Some((to, payload)));
    net.nodes[1]
        .engine
        .send_datagram(to, Bytes::from_static(b"pong"))
        .unwrap();
    let pong = net.wait(0, 1_000.0, received).unwrap();
    assert_eq!(pong, (from, Bytes::from_static(b"pong")));
}

#[test]
fn what_has_arrived_can_be_read_when_the_other_side_has_closed() {
    let mut net = Net::pair();
    let (from, to) = net.connect();
    let stream = net.nodes[0].engine.open(from).unwrap().unwrap();
    let sender = &mut net.nodes[0].engine;
    sender.write(from, stream, &[7; 100_000]).unwrap();
    sender.finish(from, stream).unwrap();
    let delivered = Event::Delivered(from, stream);
    net.wait(0, 1_000.0, |event| (*event == delivered).then_some(()))
        .unwrap();
    let now = net.now;
    net.nodes[0].engine.close(from, 0, "", now).unwrap();
    let closed = |event: &Event| matches!(event, Event::Closed(..)).then_some(());
    net.wait(1, 1_000.0, closed).unwrap();
    let mut buffer = vec![0; 200_000];
    let read = net.nodes[1].engine.read(to, stream, &mut buffer);
    assert_eq!(read, Ok(Read::End(100_000)));
    assert_eq!(buffer[..100_000], [7; 100_000]);
}
