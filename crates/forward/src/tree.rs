//! The tree next hop (PROTOCOL.md section 3).
//!
//! The distance from a peer to a destination is both depths less twice the ports that they have in
//! common. So of all peers below some prefix of the destination's coordinates the one highest in the tree
//! is nearest; a trie over the peers' coordinates that knows it for each prefix answers a lookup in the
//! time that it takes to read the destination.

use alloc::vec::Vec;
use core::ops::Range;

use snek_wire::{Coordinates, Root};

use crate::peers::Peers;
use crate::sorted::SortedMap;
use crate::{Port, LOCAL};

/// A peering as a next hop. Ordered by what makes the better one among peers below one prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    depth: usize,
    /// Decides between equal distances.
    rank: usize,
    port: Port,
}

#[derive(Debug)]
struct Node {
    /// What the coordinates of all peers here go on with after those of the node above.
    suffix: Range<usize>,
    best: Candidate,
    /// The best at another port, for frames that came from the best.
    second: Option<Candidate>,
    /// Nodes with longer prefixes, by the byte that follows this one's.
    children: Range<usize>,
    /// The byte that told it from its siblings.
    byte: u8,
}

/// Those peers that have announced our root.
#[derive(Debug)]
pub(crate) struct TreeIndex {
    bytes: Vec<u8>,
    nodes: Vec<Node>,
}

impl TreeIndex {
    pub(crate) fn new(peers: &Peers, root: Root) -> Self {
        let entries = candidates(peers, root);
        let mut index = Self {
            bytes: Vec::new(),
            nodes: Vec::new(),
        };
        index.push(&entries, 0);
        // The entries of each node in turn, and how much they have in common with those above; children
        // follow their parents.
        let mut groups = alloc::vec![(&*entries, 0)];
        let mut next = 0;
        while let Some((group, above)) = groups.get(next).copied() {
            let suffix = index.nodes.get(next).map_or(0, |node| node.suffix.len());
            let depth = above + suffix;
            let start = index.nodes.len();
            // None for those that end here, which are first.
            let byte = |entry: &(&[u8], Candidate)| entry.0.get(depth).copied();
            let ended = group.partition_point(|entry| byte(entry).is_none());
            let mut rest = group.get(ended..).unwrap_or_default();
            while let Some(first) = rest.first() {
                let alike = rest.partition_point(|entry| byte(entry) == byte(first));
                let (child, others) = rest.split_at_checked(alike).unwrap_or_default();
                index.push(child, depth);
                groups.push((child, depth));
                rest = others;
            }
            let end = index.nodes.len();
            if let Some(node) = index.nodes.get_mut(next) {
                node.children = start..end;
            }
            next += 1;
        }
        index
    }

    /// Adds a node for entries that have more than `above` bytes in common, or are all there are.
    fn push(&mut self, entries: &[(&[u8], Candidate)], above: usize) {
        let (Some((first, _)), Some((last, _))) = (entries.first(), entries.last()) else {
            return;
        };
        // The entries are sorted: what the ends have in common, all have.
        let suffix = first.get(above..common(first, last)).unwrap_or_default();
        let start = self.bytes.len();
        self.bytes.extend_from_slice(suffix);
        let candidates = || entries.iter().map(|(_, candidate)| *candidate);
        let Some(best) = candidates().min() else {
            return;
        };
        self.nodes.push(Node {
            suffix: start..self.bytes.len(),
            best,
            second: candidates().filter(|other| other.port != best.port).min(),
            children: 0..0,
            byte: first.get(above).copied().unwrap_or_default(),
        });
    }

    #[inline]
    pub(crate) fn next_hop(
        &self,
        ours: Coordinates<'_>,
        destination: Coordinates<'_>,
        from: Port,
    ) -> Option<Port> {
        if ours == destination {
            return Some(LOCAL);
        }
        let mut wanted = destination.body();
        // Distances here lack the destination's own depth, which is the same for all.
        let (own, _) = split_common(wanted, ours.body());
        let mut best = (distance(ours.len(), count_ports(own)), 0, LOCAL);
        let mut ports = 0;
        let mut node = self.nodes.first();
        while let Some(at) = node {
            let suffix = self.bytes.get(at.suffix.clone()).unwrap_or_default();
            let (shared, rest) = split_common(wanted, suffix);
            ports += count_ports(shared);
            let candidate = Some(at.best).filter(|best| best.port != from).or(at.second);
            if let Some(Candidate { depth, rank, port }) = candidate {
                best = best.min((distance(depth, ports), rank, port));
            }
            if shared.len() < suffix.len() {
                break;
            }
            wanted = rest;
            node = wanted.first().and_then(|byte| {
                let children = self.nodes.get(at.children.clone())?;
                let found = children
                    .binary_search_by_key(byte, |child| child.byte)
                    .ok()?;
                children.get(found)
            });
        }
        Some(best.2).filter(|port| *port != LOCAL)
    }
}

/// The peers' coordinates, sorted, and each as a candidate.
///
/// Ranks order peerings of different nodes by what their node's first announcement was, those of one
/// node by type and then by their own.
fn candidates(peers: &Peers, root: Root) -> Vec<(&[u8], Candidate)> {
    let mut ranked = SortedMap::new();
    for (port, peer, announced) in peers.announced().filter(|it| it.2.root == root) {
        let of_node = peers
            .with_key(peer.key)
            .filter_map(|(_, other)| other.announced.as_ref());
        let orders = of_node
            .filter(|it| it.root == root)
            .map(|it| it.receive_order);
        let rank = (
            orders.min(),
            peer.key,
            peer.kind,
            announced.receive_order,
            port,
        );
        ranked.insert(rank, announced);
    }
    let mut sorted = SortedMap::new();
    // Rank 0 is ours: a peer must be nearer.
    for (rank, ((.., port), announced)) in (1..).zip(ranked.iter()) {
        let coordinates = announced.coordinates.view();
        let candidate = Candidate {
            depth: coordinates.len(),
            rank,
            port: *port,
        };
        sorted.insert((coordinates.body(), rank), candidate);
    }
    let entries = sorted
        .iter()
        .map(|((body, _), candidate)| (*body, *candidate));
    entries.collect()
}

/// How many bytes two strings begin with in common.
#[inline]
fn common(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// The part of `bytes` that `other` begins with too, and the rest.
#[inline]
fn split_common<'a>(bytes: &'a [u8], other: &[u8]) -> (&'a [u8], &'a [u8]) {
    let split = bytes.split_at_checked(common(bytes, other));
    split.unwrap_or_default()
}

/// Ports end in the only bytes without a top bit.
#[inline]
fn count_ports(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte < 0x80).count()
}

/// From coordinates of some depth with some ports in common with the destination, less its own depth.
#[inline]
const fn distance(depth: usize, ports: usize) -> isize {
    depth as isize - 2 * ports as isize
}
