//! The handshake, which both sides of a peering send first (PROTOCOL.md section 2).
//!
//! ```text
//! u8   version, 1
//! 3    flags; ignored by peers that don't know them. Bit 0 of the first: challenges follow
//! u32  capabilities, 0x3b
//! 32   own key
//! 64   signature over all before it, by that key
//! ```

use alloc::vec::Vec;

use crate::{ErrorCode, Key, WireError, SIGNATURE_LENGTH};

/// Its length in bytes.
pub const LENGTH: usize = SIGNED_LENGTH + SIGNATURE_LENGTH;
/// How many of its bytes the signature covers.
pub const SIGNED_LENGTH: usize = 40;
/// The protocol version that is spoken here.
pub const VERSION: u8 = 1;
/// The protocol capabilities that are spoken here, and asked of a peer.
pub const CAPABILITIES: u32 = 0x3b;

/// In the first byte of the flags: challenges follow the handshakes, if the other side sets it too.
pub const CHALLENGE_FLAG: u8 = 1;

const CAPABILITIES_AT: usize = 4;

/// A handshake of our version and capabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handshake<'a> {
    /// Zero, from peers that know no extensions.
    pub flags: [u8; 3],
    /// The peer's key.
    pub key: Key,
    /// By the peer's key, over `signed`.
    pub signature: &'a [u8; SIGNATURE_LENGTH],
    /// What the signature covers.
    pub signed: &'a [u8; SIGNED_LENGTH],
}

impl<'a> Handshake<'a> {
    /// Checks `bytes`, which must be exactly one handshake; the signature is the caller's to verify.
    ///
    /// # Errors
    /// `truncated` at 0, `trailing-bytes` at 104, `unsupported-version` at 0,
    /// `unsupported-capabilities` at 4.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let parts = bytes.split_first_chunk::<SIGNED_LENGTH>();
        let parts = parts.and_then(|(signed, rest)| Some((signed, rest.split_first_chunk()?)));
        let (signed, (signature, rest)) = parts.ok_or(WireError::new(ErrorCode::Truncated, 0))?;
        if !rest.is_empty() {
            return Err(WireError::new(ErrorCode::TrailingBytes, LENGTH));
        }
        let [version, f0, f1, f2, c0, c1, c2, c3, key @ ..] = signed;
        if *version != VERSION {
            return Err(WireError::new(ErrorCode::UnsupportedVersion, 0));
        }
        if [*c0, *c1, *c2, *c3] != CAPABILITIES.to_be_bytes() {
            return Err(WireError::new(
                ErrorCode::UnsupportedCapabilities,
                CAPABILITIES_AT,
            ));
        }
        Ok(Self {
            flags: [*f0, *f1, *f2],
            key: Key::from_bytes(key),
            signature,
            signed,
        })
    }
}

/// Appends what the signature covers; the handshake is that and the signature.
pub fn encode_unsigned(flags: [u8; 3], key: Key, out: &mut Vec<u8>) {
    out.push(VERSION);
    out.extend_from_slice(&flags);
    out.extend_from_slice(&CAPABILITIES.to_be_bytes());
    key.encode(out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn parts() {
        let key = Key::from_bytes(&[5; Key::LENGTH]);
        let mut bytes = vec![];
        encode_unsigned([1, 2, 3], key, &mut bytes);
        bytes.extend_from_slice(&[6; SIGNATURE_LENGTH]);
        let handshake = Handshake::parse(&bytes).unwrap();
        assert_eq!((handshake.flags, handshake.key), ([1, 2, 3], key));
        assert_eq!(handshake.signed.as_slice(), &bytes[..SIGNED_LENGTH]);
        assert_eq!(handshake.signature, &[6; SIGNATURE_LENGTH]);
    }

    #[test]
    fn malformed() {
        let mut bytes = vec![0; LENGTH + 1];
        bytes[0] = VERSION;
        bytes[7] = 0x3b;
        let refused = |bytes: &[u8]| {
            let error = Handshake::parse(bytes).unwrap_err();
            (error.code, error.offset)
        };
        assert_eq!(refused(&bytes), (ErrorCode::TrailingBytes, 104));
        assert_eq!(refused(&bytes[..103]), (ErrorCode::Truncated, 0));
        bytes[7] = 0x3f;
        assert_eq!(
            refused(&bytes[..104]),
            (ErrorCode::UnsupportedCapabilities, 4)
        );
        bytes[0] = 0;
        assert_eq!(refused(&bytes[..104]), (ErrorCode::UnsupportedVersion, 0));
    }
}
