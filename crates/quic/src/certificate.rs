//! The one certificate of a node, as DER: self-signed, ed25519, the key in hex as common name and DNS name
//! (PROTOCOL.md section 7). Written by hand: it is 300 bytes of fixed shape.

use ring::signature::{Ed25519KeyPair, KeyPair};

use crate::Key;

/// What precedes the 32 key bytes in the subject public key info of an ed25519 certificate.
pub(crate) const SPKI_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];
/// What precedes the 32 seed bytes in a PKCS#8 document of an ed25519 private key.
const PKCS8_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
/// AlgorithmIdentifier of ed25519.
const ED25519: [u8; 7] = [0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70];
/// 1970 to "no well-defined end" (RFC 5280, 4.1.2.5). Nobody checks it, and no clock is needed.
const NOT_BEFORE: &[u8] = b"700101000000Z";
const NOT_AFTER: &[u8] = b"99991231235959Z";

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const DNS_NAME: u8 = 0x82;
const EXPLICIT_0: u8 = 0xa0;
const EXPLICIT_3: u8 = 0xa3;
const COMMON_NAME: [u8; 3] = [0x55, 0x04, 0x03];
const SUBJECT_ALT_NAME: [u8; 3] = [0x55, 0x1d, 0x11];

/// The private key as a PKCS#8 document.
pub(crate) fn pkcs8(seed: &[u8; 32]) -> Vec<u8> {
    [PKCS8_PREFIX.as_slice(), seed].concat()
}

/// The certificate that `pair` signs for itself.
pub(crate) fn self_signed(pair: &Ed25519KeyPair) -> Vec<u8> {
    let key = pair.public_key().as_ref();
    let name = hex(key);
    let subject = der(
        SEQUENCE,
        &[&der(
            SET,
            &[&der(
                SEQUENCE,
                &[
                    &der(OBJECT_IDENTIFIER, &[&COMMON_NAME]),
                    &der(UTF8_STRING, &[name.as_bytes()]),
                ],
            )],
        )],
    );
    let alternative_name = der(
        SEQUENCE,
        &[
            &der(OBJECT_IDENTIFIER, &[&SUBJECT_ALT_NAME]),
            &der(
                OCTET_STRING,
                &[&der(SEQUENCE, &[&der(DNS_NAME, &[name.as_bytes()])])],
            ),
        ],
    );
    let to_be_signed = der(
        SEQUENCE,
        &[
            &der(EXPLICIT_0, &[&der(INTEGER, &[&[2]])]),
            &der(INTEGER, &[&[1]]),
            &ED25519,
            &subject,
            &der(
                SEQUENCE,
                &[
                    &der(UTC_TIME, &[NOT_BEFORE]),
                    &der(GENERALIZED_TIME, &[NOT_AFTER]),
                ],
            ),
            &subject,
            &SPKI_PREFIX,
            key,
            &der(EXPLICIT_3, &[&der(SEQUENCE, &[&alternative_name])]),
        ],
    );
    let signature = pair.sign(&to_be_signed);
    der(
        SEQUENCE,
        &[
            &to_be_signed,
            &ED25519,
            &der(BIT_STRING, &[&[0], signature.as_ref()]),
        ],
    )
}

/// The subject public key info of `key`.
pub(crate) fn subject_public_key_info(key: &Key) -> Vec<u8> {
    [SPKI_PREFIX.as_slice(), key].concat()
}

/// One DER value. Nothing here is longer than 65,535 bytes.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let [high, low] = (content.len() as u16).to_be_bytes();
    let header: &[u8] = match content.len() {
        0..=127 => &[tag, low],
        128..=255 => &[tag, 0x81, low],
        _ => &[tag, 0x82, high, low],
    };
    [header, &content].concat()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
