use super::*;
use crate::CoordinatesBuf;
use alloc::vec;

fn key(byte: u8) -> Key {
    Key::from_bytes(&[byte; Key::LENGTH])
}

fn encoded(frame: &FrameView<'_>) -> Vec<u8> {
    let mut bytes = vec![];
    frame.encode(&mut bytes).unwrap();
    assert_eq!(bytes.len(), frame.encoded_length());
    bytes
}

fn refused(bytes: &[u8]) -> (ErrorCode, usize) {
    let error = FrameView::parse(bytes).unwrap_err();
    (error.code, error.offset)
}

fn traffic<'a>(destination: &'a CoordinatesBuf, payload: &'a [u8]) -> FrameView<'a> {
    FrameView {
        extra: 7,
        hop_limit: 10,
        contents: Contents::Traffic(TrafficView {
            destination: destination.view(),
            source: Coordinates::EMPTY,
            destination_key: key(1),
            source_key: key(2),
            watermark: Watermark::INITIAL,
            payload,
        }),
    }
}

#[test]
fn keepalive() {
    let frame = FrameView {
        extra: 0,
        hop_limit: 0,
        contents: Contents::Keepalive,
    };
    let bytes = encoded(&frame);
    assert_eq!(bytes, b"pine\0\0\0\0\0\x0a");
    assert_eq!(FrameView::parse(&bytes), Ok(frame));
    assert_eq!(
        refused(b"pine\0\0\0\0\0\x0b\0"),
        (ErrorCode::TrailingBytes, 10)
    );
}

#[test]
fn traffic_carries_a_watermark_only_without_destination_coordinates() {
    let near = CoordinatesBuf::from_ports([1, 300]).unwrap();
    for (destination, length) in [(CoordinatesBuf::default(), 118), (near, 88)] {
        let frame = traffic(&destination, b"hello");
        let bytes = encoded(&frame);
        assert_eq!(bytes.len(), length);
        assert_eq!(FrameView::parse(&bytes), Ok(frame));
    }
}

#[test]
fn headers() {
    assert_eq!(Header::peek(b"pine\0\x09\x01\x02\0"), Ok(None));
    let expected = Header {
        frame_type: 9,
        extra: 1,
        hop_limit: 2,
        length: 256,
    };
    assert_eq!(
        Header::peek(b"pine\0\x09\x01\x02\x01\0rest"),
        Ok(Some(expected))
    );
    assert_eq!(refused(b"pine\0\0\0\0\0"), (ErrorCode::Truncated, 0));
    assert_eq!(refused(b"GET / HTTP"), (ErrorCode::BadMagic, 0));
    assert_eq!(
        refused(b"pine\x01\0\0\0\0\x0a"),
        (ErrorCode::UnsupportedVersion, 4)
    );
    assert_eq!(refused(b"pine\0\0\0\0\0\x09"), (ErrorCode::BadLength, 8));
    assert_eq!(
        refused(b"pine\0\x05\0\0\0\x0a"),
        (ErrorCode::UnknownFrameType, 5)
    );
    assert_eq!(refused(b"pine\0\0\0\0\0\x0b"), (ErrorCode::Truncated, 10));
    assert_eq!(
        refused(b"pine\0\0\0\0\0\x0a\0"),
        (ErrorCode::TrailingBytes, 10)
    );
}

#[test]
fn every_cut_is_reported_at_its_field() {
    let destination = CoordinatesBuf::default();
    let whole = encoded(&traffic(&destination, b"hello"));
    let fields = [10, 12, 14, 16, 48, 80, 112, 113];
    for length in Header::LENGTH..whole.len() {
        let mut cut = whole[..length].to_vec();
        cut[field::LENGTH].copy_from_slice(&(length as u16).to_be_bytes());
        let start = *fields.iter().rfind(|start| **start <= length).unwrap();
        assert_eq!(
            refused(&cut),
            (ErrorCode::Truncated, start),
            "cut to {length} bytes"
        );
    }
}

#[test]
fn payload_lengths_that_lie() {
    let whole = encoded(&FrameView {
        extra: 0,
        hop_limit: 0,
        contents: Contents::Broadcast {
            source_key: key(3),
            payload: b"hello",
        },
    });
    let with_length = |length: u8| {
        let mut bytes = whole.clone();
        bytes[11] = length;
        refused(&bytes)
    };
    assert_eq!(with_length(6), (ErrorCode::Truncated, 44));
    assert_eq!(with_length(4), (ErrorCode::TrailingBytes, 48));
}

#[test]
fn a_frame_too_long_writes_nothing() {
    let destination = CoordinatesBuf::default();
    let payload = vec![0; MAX_LENGTH];
    let room = MAX_LENGTH - encoded(&traffic(&destination, &[])).len();
    assert_eq!(
        encoded(&traffic(&destination, &payload[..room])).len(),
        MAX_LENGTH
    );
    let mut out = vec![];
    let error = traffic(&destination, &payload[..=room])
        .encode(&mut out)
        .unwrap_err();
    assert_eq!((error.code, out.len()), (ErrorCode::TooLong, 0));
}
