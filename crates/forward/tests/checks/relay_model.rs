//! PROTOCOL.md section 5 in the words that it uses, for one frame at a time. Next hops are the plane's
//! own: `next_hops` compares those.

use snek_forward::{Counter, ForwardingPlane, Port, LOCAL};
use snek_wire::{
    Contents, Coordinates, CoordinatesBuf, FrameType, FrameView, Header, Key, TrafficView,
    Watermark, WireError,
};

/// Source and destination.
pub type Flow = (Key, Key);

/// What becomes of a frame.
pub enum Verdict {
    /// Nothing: it says only that the peer is alive, or has a type without a meaning.
    Skip,
    Control,
    Deliver(Delivery),
    Forward(Port, Flow, Vec<u8>),
    Drop(Counter),
}

pub struct Delivery {
    pub from: Key,
    pub payload: Vec<u8>,
    pub coordinates: CoordinatesBuf,
}

/// Takes the first frame off a stream, or none while it isn't whole.
pub fn cut(stream: &mut Vec<u8>) -> Result<Option<Vec<u8>>, WireError> {
    let Some(header) = Header::peek(stream)? else {
        return Ok(None);
    };
    let length = usize::from(header.length);
    if stream.len() < length {
        return Ok(None);
    }
    let rest = stream.split_off(length);
    Ok(Some(std::mem::replace(stream, rest)))
}

pub fn decide(
    plane: &mut ForwardingPlane,
    hop_limiting: bool,
    from: Port,
    frame: &[u8],
    now: u64,
) -> Result<Verdict, WireError> {
    let header = Header::peek(frame)?.expect("it was cut");
    if FrameType::from_number(header.frame_type).is_none() {
        return Ok(Verdict::Skip);
    }
    let view = FrameView::parse(frame)?;
    let traffic = match view.contents {
        Contents::Keepalive => return Ok(Verdict::Skip),
        Contents::Traffic(traffic) => traffic,
        _ => return Ok(Verdict::Control),
    };
    if traffic.destination_key == plane.tables().key() {
        return Ok(Verdict::Deliver(Delivery {
            from: traffic.source_key,
            payload: traffic.payload.to_vec(),
            coordinates: traffic.source.to_buf(),
        }));
    }
    let hop_limit = match view.hop_limit {
        hop_limit if !hop_limiting => hop_limit,
        0 | 1 => return Ok(Verdict::Drop(Counter::DroppedHopLimit)),
        hop_limit => hop_limit - 1,
    };
    let Some((port, new)) = next_hop(plane, &traffic, from, now) else {
        return Ok(Verdict::Drop(Counter::DroppedNoNextHop));
    };
    // Coordinates that are out of date may have led the wrong way.
    let leaves_tree = !traffic.destination.is_empty() && new.destination.is_empty();
    if port == from && !leaves_tree {
        return Ok(Verdict::Drop(Counter::DroppedBackToSource));
    }
    if new.watermark.is_worse_than(&traffic.watermark) {
        return Ok(Verdict::Drop(Counter::DroppedWorseWatermark));
    }
    let contents = Contents::Traffic(new);
    let mut out = vec![];
    let passed = FrameView {
        hop_limit,
        contents,
        ..view
    };
    Ok(match passed.encode(&mut out) {
        Ok(()) => Verdict::Forward(port, (new.source_key, new.destination_key), out),
        Err(_) => Verdict::Drop(Counter::DroppedTooLong),
    })
}

/// A peering, and what the frame is like from there on.
pub fn next_hop<'a>(
    plane: &mut ForwardingPlane,
    traffic: &TrafficView<'a>,
    from: Port,
    now: u64,
) -> Option<(Port, TrafficView<'a>)> {
    let tables = plane.tables_mut();
    if !traffic.destination.is_empty() {
        let by_tree = tables.next_hop_tree(traffic.destination, from);
        // Our own coordinates with another's key lead nowhere.
        if let Some(port) = by_tree.filter(|port| *port != LOCAL) {
            return Some((port, *traffic));
        }
    }
    let carried = if traffic.destination.is_empty() {
        traffic.watermark
    } else {
        Watermark::INITIAL
    };
    let by_snake = tables.next_hop_snake(traffic.destination_key, carried, false, now);
    let new = TrafficView {
        destination: Coordinates::EMPTY,
        watermark: by_snake.watermark,
        ..*traffic
    };
    let port = by_snake.port.filter(|port| *port != LOCAL)?;
    Some((port, new))
}
