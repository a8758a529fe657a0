//! Whole frames.

use crate::support::{cases, values, Decimal, Hex};
use serde::Deserialize;
use snek_wire::{Contents, CoordinatesBuf, FrameView, Key, TrafficView, Watermark};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrameCase {
    r#type: FrameTypeName,
    type_id: u8,
    extra: u8,
    hop_limit: u8,
    payload: Option<Hex>,
    destination: Option<Vec<Decimal>>,
    source: Option<Vec<Decimal>>,
    destination_key: Option<Hex>,
    source_key: Option<Hex>,
    watermark_key: Option<Hex>,
    watermark_sequence: Option<Decimal>,
    hex: Hex,
}

#[derive(Clone, Copy, Deserialize)]
enum FrameTypeName {
    Keepalive,
    TreeAnnouncement,
    VirtualSnakeBootstrap,
    OverlayTraffic,
    WakeupBroadcast,
}

#[test]
fn frame_cases() {
    for (index, case) in cases::<FrameCase>("frames.json") {
        let coordinates = |ports: &Option<Vec<Decimal>>| {
            CoordinatesBuf::from_ports(ports.as_deref().map(values).unwrap_or_default()).unwrap()
        };
        let (destination, source) = (coordinates(&case.destination), coordinates(&case.source));
        let expected = FrameView {
            extra: case.extra,
            hop_limit: case.hop_limit,
            contents: case.contents(&destination, &source),
        };
        assert_eq!(FrameView::parse(&case.hex.0), Ok(expected), "case {index}");
        assert_eq!(expected.frame_type() as u8, case.type_id, "case {index}");
        let mut encoded = vec![];
        expected.encode(&mut encoded).unwrap();
        assert_eq!(encoded, case.hex.0, "case {index}");
    }
}

impl FrameCase {
    fn contents<'a>(
        &'a self,
        destination: &'a CoordinatesBuf,
        source: &'a CoordinatesBuf,
    ) -> Contents<'a> {
        let payload = self
            .payload
            .as_ref()
            .map(|hex| hex.0.as_slice())
            .unwrap_or_default();
        let destination_key = || key(&self.destination_key);
        let source_key = || key(&self.source_key);
        match self.r#type {
            FrameTypeName::Keepalive => Contents::Keepalive,
            FrameTypeName::TreeAnnouncement => Contents::Announcement { payload },
            FrameTypeName::VirtualSnakeBootstrap => Contents::Bootstrap {
                destination_key: destination_key(),
                watermark: self.watermark().unwrap(),
                payload,
            },
            FrameTypeName::OverlayTraffic => Contents::Traffic(TrafficView {
                destination: destination.view(),
                source: source.view(),
                destination_key: destination_key(),
                source_key: source_key(),
                watermark: self.watermark().unwrap_or(Watermark::INITIAL),
                payload,
            }),
            FrameTypeName::WakeupBroadcast => Contents::Broadcast {
                source_key: source_key(),
                payload,
            },
        }
    }

    fn watermark(&self) -> Option<Watermark> {
        let key = self.watermark_key.as_ref()?.key();
        Some(Watermark {
            key,
            sequence: self.watermark_sequence?.0,
        })
    }
}

fn key(hex: &Option<Hex>) -> Key {
    hex.as_ref().unwrap().key()
}
