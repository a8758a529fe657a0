//! One check for each decoder, of what holds for all bytes: it doesn't panic, what it accepts encodes
//! to the same bytes again, and an error lies within its input. Run by the property tests, over the
//! fuzzing corpus, and by the fuzz targets.

use snek_wire::{
    announcement, bootstrap, handshake, varu64, Announcement, Bootstrap, Coordinates,
    CoordinatesBuf, ErrorCode, FrameView, Handshake, Header, Key, WireError,
};

/// A check by the name of its fuzz target.
pub type Check = (&'static str, fn(&[u8]));

/// All checks.
pub const ALL: [Check; 6] = [
    ("varu64", check_varu64),
    ("coordinates", check_coordinates),
    ("frame", check_frame),
    ("handshake", check_handshake),
    ("announcement", check_announcement),
    ("bootstrap", check_bootstrap),
];

/// A varu64 at the start.
pub fn check_varu64(bytes: &[u8]) {
    let Some((value, end)) = accepted(bytes, varu64::decode(bytes, 0)) else {
        return;
    };
    let mut out = Vec::new();
    varu64::encode(value, &mut out);
    assert_eq!(out, bytes[..end]);
    assert_eq!(varu64::length(value), end);
}

/// Coordinates at the start.
pub fn check_coordinates(bytes: &[u8]) {
    let Some((coordinates, end)) = accepted(bytes, Coordinates::parse(bytes, 0)) else {
        return;
    };
    let owned = CoordinatesBuf::from_ports(coordinates.ports()).expect("they were read from a u16");
    let mut out = Vec::new();
    owned.view().encode(&mut out);
    assert_eq!(out, bytes[..end]);
    assert_eq!(coordinates.ports().count(), coordinates.len());
    assert_eq!(coordinates.distance(&owned.view()), 0);
    assert_eq!(coordinates.distance(&Coordinates::EMPTY), coordinates.len());
}

/// Exactly one frame.
pub fn check_frame(bytes: &[u8]) {
    let header = accepted(bytes, Header::peek(bytes)).flatten();
    let Some(frame) = accepted(bytes, FrameView::parse(bytes)) else {
        return;
    };
    let mut out = Vec::new();
    frame.encode(&mut out).expect("it was as long before");
    assert_eq!(out, bytes);
    assert_eq!(frame.encoded_length(), bytes.len());
    assert_eq!(header.map(|it| usize::from(it.length)), Some(bytes.len()));
}

/// Exactly one handshake.
pub fn check_handshake(bytes: &[u8]) {
    let Some(parsed) = accepted(bytes, Handshake::parse(bytes)) else {
        return;
    };
    let mut out = Vec::new();
    handshake::encode_unsigned(parsed.flags, parsed.key, &mut out);
    assert_eq!(out, parsed.signed);
    out.extend(parsed.signature);
    assert_eq!(out, bytes);
}

/// An announcement's payload.
pub fn check_announcement(bytes: &[u8]) {
    let Some(parsed) = accepted(bytes, Announcement::parse(bytes)) else {
        return;
    };
    let mut out = Vec::new();
    parsed.root.encode(&mut out);
    for entry in parsed.entries() {
        assert_eq!(entry.signed_length, out.len());
        announcement::append_entry(entry.port, entry.key, entry.signature, &mut out);
        assert_eq!(entry.signature_at() + entry.signature.len(), out.len());
    }
    assert_eq!(out, bytes);

    let count = parsed.entries().count();
    assert!(count <= announcement::MAX_ENTRIES);
    assert_eq!(parsed.receiver_coordinates().view().len(), count);
    assert_eq!(
        parsed.sender_coordinates().view().len(),
        count.saturating_sub(1)
    );
    let peer = parsed.entries().last().map_or(Key::MAX, |last| last.key);
    if accepted(bytes, parsed.check(peer, Some(parsed.root))).is_some() {
        assert!(parsed
            .receiver_coordinates()
            .view()
            .ports()
            .all(|port| port > 0));
        assert!(parsed
            .entries()
            .next()
            .is_some_and(|first| first.key == parsed.root.key));
    }
}

/// The payload of a bootstrap or a broadcast.
pub fn check_bootstrap(bytes: &[u8]) {
    let Some(parsed) = accepted(bytes, Bootstrap::parse(bytes)) else {
        return;
    };
    let mut out = Vec::new();
    bootstrap::encode_unsigned(parsed.sequence, &parsed.root, &mut out);
    assert_eq!(out, parsed.signed);
    out.extend(parsed.signature);
    assert_eq!(out, bytes);
}

fn accepted<T>(bytes: &[u8], decoded: Result<T, WireError>) -> Option<T> {
    decoded
        .inspect_err(|error| {
            assert!(
                error.offset <= bytes.len(),
                "{error} of {} bytes",
                bytes.len()
            );
            assert_ne!(error.code, ErrorCode::TooLong, "only for writing");
        })
        .ok()
}
