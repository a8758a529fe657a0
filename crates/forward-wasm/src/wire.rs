//! The wire formats, so that the vectors' cases can be run through WASM.
//!
//! A decoded value crosses the boundary as a list of numbers: 0 and the fields, or an error's code
//! and offset. A key is four numbers, its big-endian words; a root and a watermark are a key and a
//! sequence; coordinates are a count and the ports. Payloads and signatures stay where they are: the
//! list has their start. Encoding takes the same lists without the 0, and payloads apart; what can't
//! be encoded comes back empty.

use snek_wire::{
    announcement_action, varu64, Announcement, Bootstrap, Contents, Coordinates, CoordinatesBuf,
    ErrorCode, FrameType, FrameView, Handshake, Key, Root, TrafficView, Watermark, WireError,
};
use wasm_bindgen::prelude::wasm_bindgen;

/// Value, end.
#[wasm_bindgen(js_name = decodeVaru64)]
pub fn decode_varu64(bytes: &[u8], offset: usize) -> Vec<u64> {
    answer(varu64::decode(bytes, offset), |(value, end), out| {
        out.extend([value, end as u64]);
    })
}

/// Coordinates, end.
#[wasm_bindgen(js_name = decodeCoordinates)]
pub fn decode_coordinates(bytes: &[u8], offset: usize) -> Vec<u64> {
    answer(
        Coordinates::parse(bytes, offset),
        |(coordinates, end), out| {
            push_coordinates(coordinates, out);
            out.push(end as u64);
        },
    )
}

/// Type, extra, hop limit, then by type, as in PROTOCOL.md section 2, all but the payload:
/// bootstrap: destination key, watermark; traffic: destination and source coordinates, destination
/// key, source key, watermark; broadcast: source key. The payload ends the frame: its length.
#[wasm_bindgen(js_name = decodeFrame)]
pub fn decode_frame(bytes: &[u8]) -> Vec<u64> {
    answer(FrameView::parse(bytes), |frame, out| {
        let common = [frame.frame_type() as u8, frame.extra, frame.hop_limit];
        out.extend(common.map(u64::from));
        let payload = match frame.contents {
            Contents::Keepalive => &[],
            Contents::Announcement { payload } => payload,
            Contents::Bootstrap {
                destination_key,
                watermark,
                payload,
            } => {
                out.extend(destination_key.words());
                push_watermark(watermark, out);
                payload
            }
            Contents::Traffic(traffic) => {
                push_coordinates(traffic.destination, out);
                push_coordinates(traffic.source, out);
                out.extend(traffic.destination_key.words());
                out.extend(traffic.source_key.words());
                push_watermark(traffic.watermark, out);
                traffic.payload
            }
            Contents::Broadcast {
                source_key,
                payload,
            } => {
                out.extend(source_key.words());
                payload
            }
        };
        out.push(payload.len() as u64);
    })
}

/// The three flag bytes, key, start of the signature, which covers all before it.
#[wasm_bindgen(js_name = decodeHandshake)]
pub fn decode_handshake(bytes: &[u8]) -> Vec<u64> {
    answer(Handshake::parse(bytes), |handshake, out| {
        out.extend(handshake.flags.map(u64::from));
        out.extend(handshake.key.words());
        out.push(handshake.signed.len() as u64);
    })
}

/// Root, then for each entry port, key, start of the signature, length that it covers.
#[wasm_bindgen(js_name = decodeAnnouncement)]
pub fn decode_announcement(payload: &[u8]) -> Vec<u64> {
    answer(Announcement::parse(payload), |announcement, out| {
        push_root(announcement.root, out);
        for entry in announcement.entries() {
            out.push(entry.port);
            out.extend(entry.key.words());
            out.extend([entry.signature_at() as u64, entry.signed_length as u64]);
        }
    })
}

/// Nothing, if the announcement is well-formed and makes sense from a peer of that key, given as its
/// words. `last` is the root of the peer's last announcement, or empty.
#[wasm_bindgen(js_name = checkAnnouncement)]
pub fn check_announcement(payload: &[u8], peer_key: &[u64], last: &[u64]) -> Vec<u64> {
    let Some(peer_key) = Numbers(peer_key).key() else {
        return Vec::new();
    };
    let last = Numbers(last).root();
    let checked = Announcement::parse(payload).and_then(|it| it.check(peer_key, last));
    answer(checked, |(), _| {})
}

/// Sequence, root, start of the signature, which covers all before it. Broadcasts have the format of
/// bootstraps.
#[wasm_bindgen(js_name = decodeBootstrap)]
pub fn decode_bootstrap(payload: &[u8]) -> Vec<u64> {
    answer(Bootstrap::parse(payload), |bootstrap, out| {
        out.push(bootstrap.sequence);
        push_root(bootstrap.root, out);
        out.push(bootstrap.signed.len() as u64);
    })
}

/// A value's encoding.
#[wasm_bindgen(js_name = encodeVaru64)]
pub fn encode_varu64(value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    varu64::encode(value, &mut out);
    out
}

/// The encoding of ports, length included.
#[wasm_bindgen(js_name = encodeCoordinates)]
pub fn encode_coordinates(ports: &[u64]) -> Vec<u8> {
    let mut out = Vec::new();
    if let Ok(coordinates) = CoordinatesBuf::from_ports(ports.iter().copied()) {
        coordinates.view().encode(&mut out);
    }
    out
}

/// A whole frame of the numbers that `decodeFrame` gives, less the payload's length.
#[wasm_bindgen(js_name = encodeFrame)]
pub fn encode_frame(numbers: &[u64], payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    // A frame that can't be encoded leaves `out` empty, which is the answer then.
    let _ = write_frame(Numbers(numbers), payload, &mut out);
    out
}

/// The tree distance between the coordinates of the given ports; none if either is too long.
#[wasm_bindgen]
pub fn distance(ours: &[u64], theirs: &[u64]) -> Option<usize> {
    let coordinates = |ports: &[u64]| CoordinatesBuf::from_ports(ports.iter().copied()).ok();
    Some(
        coordinates(ours)?
            .view()
            .distance(&coordinates(theirs)?.view()),
    )
}

/// The number of the action. `root_key_compare`: below, at or above 0 as the announced root key is
/// to the one followed.
#[wasm_bindgen(js_name = announcementAction)]
pub fn action(
    sender_is_parent: bool,
    contains_loop: bool,
    root_key_compare: i32,
    new_sequence: u64,
    last_sequence: u64,
) -> u8 {
    let root_key = root_key_compare.cmp(&0);
    let sequence = new_sequence.cmp(&last_sequence);
    announcement_action(sender_is_parent, contains_loop, root_key, sequence) as u8
}

/// The name of an error's code; none for a number that isn't one.
#[wasm_bindgen(js_name = errorName)]
pub fn error_name(code: u8) -> Option<String> {
    ErrorCode::from_number(code).map(|code| code.name().into())
}

fn answer<T>(decoded: Result<T, WireError>, push: impl FnOnce(T, &mut Vec<u64>)) -> Vec<u64> {
    match decoded {
        Ok(value) => {
            let mut out = vec![0];
            push(value, &mut out);
            out
        }
        Err(error) => vec![error.code as u64, error.offset as u64],
    }
}

fn push_coordinates(coordinates: Coordinates<'_>, out: &mut Vec<u64>) {
    out.push(coordinates.len() as u64);
    out.extend(coordinates.ports());
}

fn push_root(root: Root, out: &mut Vec<u64>) {
    out.extend(root.key.words());
    out.push(root.sequence);
}

fn push_watermark(watermark: Watermark, out: &mut Vec<u64>) {
    push_root(
        Root {
            key: watermark.key,
            sequence: watermark.sequence,
        },
        out,
    );
}

fn write_frame(mut numbers: Numbers<'_>, payload: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let frame_type = FrameType::from_number(numbers.byte()?)?;
    let (extra, hop_limit) = (numbers.byte()?, numbers.byte()?);
    let (destination, source);
    let contents = match frame_type {
        FrameType::Keepalive => Contents::Keepalive,
        FrameType::Announcement => Contents::Announcement { payload },
        FrameType::Bootstrap => Contents::Bootstrap {
            destination_key: numbers.key()?,
            watermark: numbers.watermark()?,
            payload,
        },
        FrameType::Traffic => {
            destination = numbers.coordinates()?;
            source = numbers.coordinates()?;
            Contents::Traffic(TrafficView {
                destination: destination.view(),
                source: source.view(),
                destination_key: numbers.key()?,
                source_key: numbers.key()?,
                watermark: numbers.watermark()?,
                payload,
            })
        }
        FrameType::Broadcast => Contents::Broadcast {
            source_key: numbers.key()?,
            payload,
        },
    };
    FrameView {
        extra,
        hop_limit,
        contents,
    }
    .encode(out)
    .ok()
}

/// Takes fields off the front of a list of numbers.
struct Numbers<'a>(&'a [u64]);

impl Numbers<'_> {
    fn number(&mut self) -> Option<u64> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn byte(&mut self) -> Option<u8> {
        self.number()?.try_into().ok()
    }

    fn key(&mut self) -> Option<Key> {
        let (words, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(Key::from_words(*words))
    }

    fn root(&mut self) -> Option<Root> {
        Some(Root {
            key: self.key()?,
            sequence: self.number()?,
        })
    }

    fn watermark(&mut self) -> Option<Watermark> {
        Some(Watermark {
            key: self.key()?,
            sequence: self.number()?,
        })
    }

    fn coordinates(&mut self) -> Option<CoordinatesBuf> {
        let count = self.number()?.try_into().ok()?;
        let (ports, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        CoordinatesBuf::from_ports(ports.iter().copied()).ok()
    }
}
