//! The way of a frame (PROTOCOL.md section 5): cut, decided, rewritten, put behind what goes out to its
//! port.

use core::ops::Range;

use snek_wire::frame::field;
use snek_wire::{
    Contents, Coordinates, FrameType, FrameView, Header, Key, TrafficView, Watermark, WireError,
};

use crate::scratch::{Place, Written};
use crate::{Counter, Event, ForwardingPlane, Port, Scratch, SendResult, Tables, LOCAL};

/// What new traffic starts with.
const HOP_LIMIT: u8 = 10;

/// Where the source coordinates are in a frame without destination coordinates: after the header and two
/// empty fields' lengths. Two keys and the watermark follow them.
const SOURCE_AT: usize = Header::LENGTH + 2 + 2;

enum Decision {
    Deliver,
    /// With a new watermark, unless it goes by tree.
    Forward(Port, Option<Watermark>),
    Drop(Counter),
}

impl ForwardingPlane {
    /// Handles the first `length` bytes of the scratch's chunk as received on `port`. Events: outputs,
    /// control frames, deliveries, and an error at most; after an error nothing more is read from there.
    pub fn receive(&mut self, scratch: &mut Scratch, port: Port, length: usize, now: u64) {
        scratch.begin();
        self.now = now;
        self.tables.routes.tidy(now);
        let Some(link) = self.links.get_mut(port).filter(|link| !link.failed) else {
            return;
        };
        let Some(mut rest) = link.assemble(scratch, length) else {
            return;
        };
        let ended = loop {
            match self.receive_frame(scratch, port, rest.clone(), now) {
                Ok(Some(length)) => rest.start += length,
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        if let Some(link) = self.links.get_mut(port) {
            match ended {
                Ok(()) => link.keep(scratch.input(rest)),
                Err(error) => {
                    link.fail();
                    self.counters.add(Counter::Malformed, 1);
                    scratch.push(Event::Error(error));
                }
            }
        }
        scratch.finish();
        self.debug_check();
    }

    /// Handles the first frame of `bytes` and returns its length, or none if it isn't whole.
    #[inline]
    fn receive_frame(
        &mut self,
        scratch: &mut Scratch,
        port: Port,
        bytes: Range<usize>,
        now: u64,
    ) -> Result<Option<usize>, WireError> {
        let Some(header) = Header::peek(scratch.input(bytes.clone()))? else {
            return Ok(None);
        };
        let length = usize::from(header.length);
        if bytes.len() < length {
            return Ok(None);
        }
        let frame = bytes.start..bytes.start + length;
        let frame_type = FrameType::from_number(header.frame_type);
        if let Some(link) = self.links.get_mut(port) {
            link.counters.frames_in += 1;
            if frame_type == Some(FrameType::Traffic) {
                link.counters.traffic_bytes_in += length as u64;
            } else {
                link.counters.protocol_bytes_in += length as u64;
            }
        }
        if frame_type.is_none() {
            self.counters.add(Counter::UnknownType, 1);
            return Ok(Some(length));
        }
        let (input, written) = scratch.split();
        let view = FrameView::parse(input.get(frame.clone()).unwrap_or_default())?;
        let traffic = match view.contents {
            Contents::Keepalive => return Ok(Some(length)),
            Contents::Traffic(traffic) => traffic,
            _ => {
                self.counters.add(Counter::Control, 1);
                let frame = Place::input(frame);
                scratch.push(Event::Control { frame });
                return Ok(Some(length));
            }
        };
        let source_key = source_key(&frame, &traffic);
        match self.decide(&traffic, view.hop_limit, port, now) {
            Decision::Deliver => {
                self.counters.add(Counter::Delivered, 1);
                let payload = frame.end - traffic.payload.len()..frame.end;
                scratch.push(Event::Delivery {
                    source_key: Place::input(source_key),
                    payload: Place::input(payload),
                });
            }
            Decision::Forward(to, watermark) => {
                let hop_limit = view.hop_limit - u8::from(self.options.hop_limiting);
                let view = FrameView { hop_limit, ..view };
                let flow = (traffic.source_key, traffic.destination_key);
                let change = change(view, traffic, watermark, written);
                if change == Change::TooLong {
                    self.drop_frame(port, Counter::DroppedTooLong);
                } else {
                    self.counters.add(Counter::Forwarded, 1);
                    let place = apply(scratch, frame, hop_limit, source_key.end, change);
                    self.emit(scratch, to, place, port, flow);
                }
            }
            Decision::Drop(reason) => self.drop_frame(port, reason),
        }
        Ok(Some(length))
    }

    #[inline]
    fn decide(
        &mut self,
        traffic: &TrafficView<'_>,
        hop_limit: u8,
        from: Port,
        now: u64,
    ) -> Decision {
        if traffic.destination_key == self.tables.key {
            if !traffic.source.is_empty() {
                self.remembered
                    .remember(traffic.source_key, traffic.source, now);
            }
            return Decision::Deliver;
        }
        if self.options.hop_limiting && hop_limit <= 1 {
            return Decision::Drop(Counter::DroppedHopLimit);
        }
        let carried = traffic.watermark;
        let key = traffic.destination_key;
        match self
            .tables
            .next_hop(key, traffic.destination, carried, from, now)
        {
            (None | Some(LOCAL), _) => Decision::Drop(Counter::DroppedNoNextHop),
            (Some(port), watermark) if port == from && !leaves_tree(traffic, watermark) => {
                Decision::Drop(Counter::DroppedBackToSource)
            }
            (_, Some(new)) if new.is_worse_than(&carried) => {
                Decision::Drop(Counter::DroppedWorseWatermark)
            }
            (Some(port), watermark) => Decision::Forward(port, watermark),
        }
    }

    /// Sends a datagram of our own, the scratch's chunk: 32 bytes of destination key, then the datagram,
    /// `length` bytes together. Events: an output, unless it has to wait; a delivery, if it is for us.
    pub fn send(&mut self, scratch: &mut Scratch, length: usize, now: u64) -> SendResult {
        scratch.begin();
        self.now = now;
        let (key, payload) = (0..Key::LENGTH, Key::LENGTH..length);
        let Some(destination_key) = scratch.bytes(scratch.chunk(key.clone())).first_chunk() else {
            return SendResult::TooLong;
        };
        let destination_key = Key::from_bytes(destination_key);
        if destination_key == self.tables.key {
            self.counters.add(Counter::Delivered, 1);
            scratch.push(Event::Delivery {
                source_key: scratch.chunk(key),
                payload: scratch.chunk(payload),
            });
            return SendResult::Sent;
        }
        let destination = self
            .remembered
            .get(destination_key, now)
            .unwrap_or_default();
        let initial = Watermark::INITIAL;
        let next_hop = self
            .tables
            .next_hop(destination_key, destination, initial, LOCAL, now);
        let (Some(port), watermark) = next_hop else {
            return SendResult::NoRoute;
        };
        if port == LOCAL {
            return SendResult::NoRoute;
        }
        let (input, written) = scratch.split();
        let payload = Scratch::HEADROOM + payload.start..Scratch::HEADROOM + payload.end;
        let traffic = TrafficView {
            destination: if watermark.is_some() {
                Coordinates::EMPTY
            } else {
                destination
            },
            source: self.tables.tree.coordinates.view(),
            destination_key,
            source_key: self.tables.key,
            watermark: watermark.unwrap_or(initial),
            payload: input.get(payload).unwrap_or_default(),
        };
        let frame = FrameView {
            extra: 0,
            hop_limit: HOP_LIMIT,
            contents: Contents::Traffic(traffic),
        };
        let (encoded, place) = written.append(|out| frame.encode(out));
        if encoded.is_err() {
            return SendResult::TooLong;
        }
        let flow = (self.tables.key, destination_key);
        if self.would_displace_itself(port, place.len(), flow) {
            return SendResult::QueueFull;
        }
        self.counters.add(Counter::Sent, 1);
        self.emit(scratch, port, place, LOCAL, flow);
        scratch.finish();
        self.debug_check();
        SendResult::Sent
    }
}

impl Tables {
    /// By tree if there are destination coordinates and a way, else by snake, with a watermark.
    /// Coordinates that are our own, with another's key, lead nowhere by tree.
    #[inline]
    fn next_hop(
        &mut self,
        key: Key,
        coordinates: Coordinates<'_>,
        watermark: Watermark,
        from: Port,
        now: u64,
    ) -> (Option<Port>, Option<Watermark>) {
        if !coordinates.is_empty() {
            let by_tree = self.next_hop_tree(coordinates, from);
            if let Some(port) = by_tree.filter(|port| *port != LOCAL) {
                return (Some(port), None);
            }
        }
        let by_snake = self.next_hop_snake(key, watermark, false, now);
        (by_snake.port, Some(by_snake.watermark))
    }
}

/// Whether a frame that came by tree goes on by snake, if `watermark` is what it goes on with. Its coordinates
/// are out of date, and the right way may well be back: it can't go in circles, for it loses them.
#[inline]
const fn leaves_tree(traffic: &TrafficView<'_>, watermark: Option<Watermark>) -> bool {
    !traffic.destination.is_empty() && watermark.is_some()
}

/// What forwarding does to a frame, its hop limit apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Nothing,
    /// The new watermark is as long as the old one.
    Watermark(Watermark),
    /// It was written anew.
    Written(Place),
    /// It can't hold the new watermark.
    TooLong,
}

#[inline]
fn change(
    view: FrameView<'_>,
    traffic: TrafficView<'_>,
    watermark: Option<Watermark>,
    written: &mut Written,
) -> Change {
    let Some(new) = watermark else {
        return Change::Nothing;
    };
    let had = traffic.watermark;
    if traffic.destination.is_empty() && had.encoded_length() == new.encoded_length() {
        return if had == new {
            Change::Nothing
        } else {
            Change::Watermark(new)
        };
    }
    let contents = Contents::Traffic(TrafficView {
        destination: Coordinates::EMPTY,
        watermark: new,
        ..traffic
    });
    let (encoded, place) = written.append(|out| FrameView { contents, ..view }.encode(out));
    encoded.map_or(Change::TooLong, |()| Change::Written(place))
}

#[inline]
fn apply(
    scratch: &mut Scratch,
    frame: Range<usize>,
    hop_limit: u8,
    watermark_at: usize,
    change: Change,
) -> Place {
    if let Change::Written(place) = change {
        return place;
    }
    if let Change::Watermark(new) = change {
        scratch.overwrite(watermark_at, |out| new.encode(out));
    }
    if let Some(at) = scratch.input_mut(frame.clone()).get_mut(field::HOP_LIMIT) {
        *at = hop_limit;
    }
    Place::input(frame)
}

/// Where the source key of a traffic frame is in the input.
#[inline]
fn source_key(frame: &Range<usize>, traffic: &TrafficView<'_>) -> Range<usize> {
    let start = frame.start
        + SOURCE_AT
        + traffic.destination.body().len()
        + traffic.source.encoded_length()
        + Key::LENGTH;
    start..start + Key::LENGTH
}
