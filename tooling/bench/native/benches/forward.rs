//! What a lookup, a change of a table and a frame cost natively: `cargo bench --bench forward`.

use std::hint::black_box;

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};
use snek_bench::Keys;
use snek_forward::{ForwardingPlane, Limits, Options, Port, Route, Scratch, Tree, LOCAL};
use snek_wire::{
    Contents, Coordinates, CoordinatesBuf, FrameView, Key, Root, TrafficView, Watermark,
};

const NOW: u64 = 1_000_000;
const LEAF: Port = 1;
const PARENT: Port = 2;
const ROOT: Root = Root {
    key: Key::from_words([u64::MAX - 1; 4]),
    sequence: 1,
};

fn plane() -> ForwardingPlane {
    let limits = Limits {
        routes: 2_000_000,
        ..Limits::default()
    };
    let mut plane = ForwardingPlane::new(
        Key::from_words([5; 4]),
        Options {
            limits,
            ..Options::default()
        },
    );
    plane.add_peer(LEAF, Key::from_words([1; 4]), 3);
    plane.add_peer(PARENT, ROOT.key, 3);
    let tables = plane.tables_mut();
    tables
        .set_announcement(PARENT, ROOT, &[(4, ROOT.key)], 1)
        .unwrap();
    plane.set_tree(Tree {
        root: ROOT,
        coordinates: CoordinatesBuf::from_ports([4]).unwrap(),
        parent: Some(PARENT),
    });
    plane
}

fn route(key: Key, time: u64) -> Route {
    Route {
        key,
        source: PARENT,
        destination: LOCAL,
        sequence: time,
        root: ROOT,
        time,
    }
}

fn with_routes(count: usize) -> ForwardingPlane {
    let (mut plane, mut keys) = (plane(), Keys::new(1));
    for index in 0..count {
        let time = NOW + (index * 5000 / count) as u64;
        plane
            .tables_mut()
            .routes_mut()
            .install(route(keys.key(), time), NOW);
    }
    plane
}

fn lookups(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("snake lookup");
    for count in [10, 100, 1000, 10_000, 100_000, 1_000_000] {
        let (plane, mut keys) = (with_routes(count), Keys::new(2));
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
            bencher.iter(|| {
                let tables = plane.tables();
                tables.next_hop_snake(keys.key(), Watermark::INITIAL, false, black_box(NOW))
            });
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("tree lookup");
    for count in [2, 25, 250] {
        let (mut plane, mut keys) = (plane(), Keys::new(3));
        for port in 3..=count {
            plane.add_peer(port, keys.key(), 3);
            let entries = [
                (4, ROOT.key),
                (9, plane.tables().key()),
                (port.into(), keys.key()),
            ];
            let tables = plane.tables_mut();
            tables
                .set_announcement(port, ROOT, &entries, port.into())
                .unwrap();
        }
        let destination = CoordinatesBuf::from_ports([4, 9, 77, 3, 200]).unwrap();
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
            let tables = plane.tables_mut();
            bencher.iter(|| tables.next_hop_tree(black_box(destination.view()), LOCAL));
        });
    }
}

fn changes(criterion: &mut Criterion) {
    let count = 100_000;
    let mut plane = with_routes(count);
    let (mut keys, mut time, mut index) = (Keys::new(1), NOW + 5000, 0);
    criterion.bench_function("route reinstalled among 100000", |bencher| {
        bencher.iter(|| {
            if index % count == 0 {
                keys = Keys::new(1);
                time += 1;
            }
            index += 1;
            plane
                .tables_mut()
                .routes_mut()
                .install(route(keys.key(), time), time)
        });
    });
}

fn stream(size: usize) -> (Vec<u8>, u64) {
    let traffic = TrafficView {
        destination: Coordinates::EMPTY,
        source: Coordinates::EMPTY,
        destination_key: ROOT.key,
        source_key: Key::from_words([1; 4]),
        watermark: Watermark::INITIAL,
        payload: &vec![0; size],
    };
    let mut frame = Vec::new();
    let view = FrameView {
        extra: 0,
        hop_limit: 10,
        contents: Contents::Traffic(traffic),
    };
    view.encode(&mut frame).unwrap();
    let count = Scratch::MAX_CHUNK / frame.len();
    (frame.repeat(count), count as u64)
}

fn frames(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("receive and pass on");
    for size in [64, 1200, 16_384] {
        let (stream, count) = stream(size);
        let (mut plane, mut scratch) = (plane(), Scratch::default());
        group.throughput(Throughput::Elements(count));
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            bencher.iter(|| {
                scratch.chunk_mut()[..stream.len()].copy_from_slice(&stream);
                plane.receive(&mut scratch, LEAF, stream.len(), NOW);
                scratch.events().len()
            });
        });
    }
}

criterion_group!(benches, lookups, changes, frames);
criterion_main!(benches);
