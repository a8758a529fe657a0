//! PROTOCOL.md sections 3 and 4 in the words that they use: every candidate is offered in turn.

use snek_forward::{Port, LOCAL};
use snek_wire::{Key, Watermark};

use super::state::{Announcement, Peer, State};

pub fn next_hop_snake(
    state: &State,
    destination: Key,
    watermark: Watermark,
    bootstrap: bool,
) -> (Option<Port>, Watermark) {
    if !bootstrap && destination == state.key {
        return (Some(LOCAL), watermark);
    }
    let mut best = Watermark {
        key: state.key,
        sequence: 0,
    };
    let mut hop = (!bootstrap).then_some(LOCAL);
    let is_better = |candidate: Key, best: Key| {
        (candidate == destination && !bootstrap && best != destination)
            || (destination < candidate && candidate < best)
    };
    let started = || state.peers.iter().filter(|peer| peer.started);

    // 1. The parent: its root, and all in its announcement.
    let parent = state.parent.and_then(|port| state.peer(port));
    if let Some((port, announcement)) = parent.filter(|it| it.started).and_then(announced) {
        let root = announcement.root.key;
        if (bootstrap && best.key == destination) || (best.key < destination && destination < root)
        {
            (best, hop) = (mark(root, 0), Some(port));
        }
        for (_, key) in &announcement.entries {
            if is_better(*key, best.key) {
                (best, hop) = (mark(*key, 0), Some(port));
            }
        }
    }
    // 2. All in every peer's announcement.
    for (port, announcement) in started().filter_map(announced) {
        for (_, key) in &announcement.entries {
            if is_better(*key, best.key) {
                (best, hop) = (mark(*key, 0), Some(port));
            }
        }
    }
    // 3. A peer that is the best key.
    for (port, _) in started()
        .filter(|peer| peer.key == best.key)
        .filter_map(announced)
        .take(1)
    {
        (best.sequence, hop) = (0, Some(port));
    }
    // 4. The routes.
    for route in &state.routes {
        let is_started = state.peer(route.source).is_some_and(|peer| peer.started);
        let own = mark(route.key, route.sequence);
        if !state.is_expired(route)
            && is_started
            && !own.is_worse_than(&watermark)
            && is_better(route.key, best.key)
        {
            (best, hop) = (own, Some(route.source));
        }
    }
    // 5. Between peerings to the best key.
    if let Some(mut chosen) = hop.and_then(|port| state.peer(port)) {
        if chosen.announcement.is_some() {
            for peer in started().filter(|peer| peer.key == best.key) {
                if is_better_peering(peer, chosen) {
                    (chosen, hop) = (peer, Some(peer.port));
                }
            }
        }
    }
    (hop, best)
}

pub fn next_hop_tree(state: &State, destination: &[u64], from: Port) -> Option<Port> {
    if destination == state.coordinates {
        return Some(LOCAL);
    }
    let own = distance(&state.coordinates, destination);
    let candidates = || {
        let others = state
            .peers
            .iter()
            .filter(|peer| peer.started && peer.port != from);
        others.filter_map(|peer| {
            let announcement = peer.announcement.as_ref()?;
            let away = distance(&announcement.sender_coordinates(), destination);
            (announcement.root == state.root && away < own).then_some((peer, announcement, away))
        })
    };
    let least = candidates().map(|(.., away)| away).min()?;
    let nearest = candidates().filter(|(.., away)| *away == least);
    // What decides between nodes is when the first of a node's peerings announced our root.
    let node_order = |key: Key| {
        let orders = state
            .peers
            .iter()
            .filter(|peer| peer.started && peer.key == key);
        let orders = orders.filter_map(|peer| peer.announcement.as_ref());
        orders
            .filter(|it| it.root == state.root)
            .map(|it| it.receive_order)
            .min()
    };
    nearest
        .min_by_key(|(peer, announcement, _)| {
            (node_order(peer.key), peer.kind, announcement.receive_order)
        })
        .map(|(peer, ..)| peer.port)
}

fn distance(a: &[u64], b: &[u64]) -> usize {
    let common = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    a.len() + b.len() - 2 * common
}

fn is_better_peering(peer: &Peer, chosen: &Peer) -> bool {
    if peer.kind != chosen.kind {
        return peer.kind < chosen.kind;
    }
    let (Some(new), Some(old)) = (&peer.announcement, &chosen.announcement) else {
        return false;
    };
    new.root == old.root && new.receive_order < old.receive_order
}

fn announced(peer: &Peer) -> Option<(Port, &Announcement)> {
    Some((peer.port, peer.announcement.as_ref()?))
}

const fn mark(key: Key, sequence: u64) -> Watermark {
    Watermark { key, sequence }
}
