//! Input to refuse: what is said of it, and where. Streams that hold it. Signatures by Go's rule.

use crate::support::{cases, verifies, Decimal, Hex};
use serde::Deserialize;
use snek_wire::{
    varu64, Announcement, Bootstrap, Coordinates, ErrorCode, FrameType, FrameView, Handshake,
    Header, Key, Root, WireError,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MalformedCase {
    format: Format,
    hex: Hex,
    error: String,
    offset: usize,
    comment: String,
    own_key: Option<Hex>,
    peer_key: Option<Hex>,
    last_root_key: Option<Hex>,
    last_sequence: Option<Decimal>,
    public_key: Option<Hex>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    Varu64,
    Coordinates,
    Handshake,
    Announcement,
    Bootstrap,
    Broadcast,
    Frame,
}

#[test]
fn malformed_cases() {
    for (index, case) in cases::<MalformedCase>("malformed.json") {
        let error = case
            .decode()
            .expect_err(&format!("case {index} is accepted: {}", case.comment));
        let got = (error.code.name(), error.offset);
        assert_eq!(
            got,
            (case.error.as_str(), case.offset),
            "case {index}: {}",
            case.comment
        );
    }
}

impl MalformedCase {
    fn decode(&self) -> Result<(), WireError> {
        let bytes = self.hex.0.as_slice();
        match self.format {
            Format::Varu64 => self.ends(varu64::decode(bytes, 0)?.1),
            Format::Coordinates => self.ends(Coordinates::parse(bytes, 0)?.1),
            Format::Handshake => self.handshake(Handshake::parse(bytes)?),
            Format::Announcement => self.announcement(Announcement::parse(bytes)?),
            Format::Bootstrap | Format::Broadcast => self.bootstrap(Bootstrap::parse(bytes)?),
            Format::Frame => FrameView::parse(bytes).map(drop),
        }
    }

    fn ends(&self, end: usize) -> Result<(), WireError> {
        if end == self.hex.0.len() {
            Ok(())
        } else {
            Err(WireError {
                code: ErrorCode::TrailingBytes,
                offset: end,
            })
        }
    }

    fn handshake(&self, handshake: Handshake<'_>) -> Result<(), WireError> {
        if self.own_key.as_ref().map(Hex::key) == Some(handshake.key) {
            return Err(WireError {
                code: ErrorCode::OwnKey,
                offset: 8,
            });
        }
        signed_by(handshake.key, handshake.signed, handshake.signature, 40)
    }

    fn announcement(&self, announcement: Announcement<'_>) -> Result<(), WireError> {
        let last_entry = announcement.entries().last().map(|entry| entry.key);
        let peer = self.peer_key.as_ref().map(Hex::key).or(last_entry);
        let last = self.last_sequence.map(|sequence| Root {
            key: self.last_root_key.as_ref().unwrap().key(),
            sequence: sequence.0,
        });
        announcement.check(peer.unwrap_or(announcement.root.key), last)?;
        announcement.entries().try_for_each(|entry| {
            let signed = &announcement.payload()[..entry.signed_length];
            signed_by(entry.key, signed, entry.signature, entry.signature_at())
        })
    }

    fn bootstrap(&self, bootstrap: Bootstrap<'_>) -> Result<(), WireError> {
        match &self.public_key {
            Some(key) => signed_by(
                key.key(),
                bootstrap.signed,
                bootstrap.signature,
                bootstrap.signed.len(),
            ),
            None => Ok(()),
        }
    }
}

fn signed_by(
    key: Key,
    signed: &[u8],
    signature: &[u8; 64],
    offset: usize,
) -> Result<(), WireError> {
    if verifies(&key.to_bytes(), signed, signature) {
        Ok(())
    } else {
        Err(WireError {
            code: ErrorCode::BadSignature,
            offset,
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignatureCase {
    public_key: Hex,
    message: Hex,
    signature: Hex,
    valid: bool,
    comment: String,
}

#[test]
fn signature_cases() {
    for (index, case) in cases::<SignatureCase>("signatures.json") {
        let verdict = verifies(
            &case.public_key.array(),
            &case.message.0,
            &case.signature.array(),
        );
        assert_eq!(verdict, case.valid, "case {index}: {}", case.comment);
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StreamCase {
    chunks: Vec<Hex>,
    frames: Vec<Hex>,
    error: Option<String>,
    offset: Option<usize>,
    comment: String,
}

#[test]
fn stream_cases() {
    for (index, case) in cases::<StreamCase>("stream.json") {
        let (mut pending, mut frames) = (vec![], vec![]);
        let mut ended = Ok(());
        for chunk in &case.chunks {
            pending.extend_from_slice(&chunk.0);
            ended = ended.and_then(|()| cut(&mut pending, &mut frames));
        }
        let expected: Vec<_> = case.frames.iter().map(|frame| frame.0.clone()).collect();
        assert_eq!(frames, expected, "case {index}: {}", case.comment);
        let error = ended
            .err()
            .map(|error| (error.code.name().to_owned(), error.offset));
        let expected = case.error.zip(case.offset);
        assert_eq!(error, expected, "case {index}: {}", case.comment);
    }
}

/// Moves the whole frames of known types from `pending` to `frames`.
fn cut(pending: &mut Vec<u8>, frames: &mut Vec<Vec<u8>>) -> Result<(), WireError> {
    while let Some(header) = Header::peek(pending)? {
        let length = usize::from(header.length);
        if pending.len() < length {
            break;
        }
        let frame: Vec<u8> = pending.drain(..length).collect();
        if FrameType::from_number(header.frame_type).is_some() {
            FrameView::parse(&frame)?;
            frames.push(frame);
        }
    }
    Ok(())
}
