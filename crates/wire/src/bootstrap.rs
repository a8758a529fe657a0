//! The payload of bootstraps and wake-up broadcasts (PROTOCOL.md sections 4 and 5).
//!
//! ```text
//! varu64  sequence
//! 32      root key
//! varu64  root sequence
//! 64      signature over all before it, by the key in the frame
//! ```

use alloc::vec::Vec;

use crate::reader::Reader;
use crate::{varu64, Root, WireError, SIGNATURE_LENGTH};

/// A node says which root it follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bootstrap<'a> {
    /// Unix time in ms; a later one supersedes.
    pub sequence: u64,
    /// The root that the node follows.
    pub root: Root,
    /// By the node's key, over `signed`.
    pub signature: &'a [u8; SIGNATURE_LENGTH],
    /// What the signature covers.
    pub signed: &'a [u8],
}

/// A broadcast's payload has the format of a bootstrap's.
pub type Broadcast<'a> = Bootstrap<'a>;

impl<'a> Bootstrap<'a> {
    /// Checks the structure; the signature is the caller's to verify.
    ///
    /// # Errors
    /// `truncated` or a varu64's at the field, `trailing-bytes`.
    pub fn parse(payload: &'a [u8]) -> Result<Self, WireError> {
        let mut reader = Reader::at(payload, 0);
        let sequence = reader.varu64()?;
        let root = reader.root()?;
        let signed = payload.get(..reader.offset()).unwrap_or_default();
        let signature = reader.array()?;
        reader.finish()?;
        Ok(Self {
            sequence,
            root,
            signature,
            signed,
        })
    }
}

/// Appends what the signature covers; the payload is that and the signature.
pub fn encode_unsigned(sequence: u64, root: &Root, out: &mut Vec<u8>) {
    varu64::encode(sequence, out);
    root.encode(out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ErrorCode, Key};
    use alloc::vec;

    #[test]
    fn every_cut_is_reported_at_its_field() {
        let root = Root {
            key: Key::from_bytes(&[5; Key::LENGTH]),
            sequence: 300,
        };
        let mut bytes = vec![];
        encode_unsigned(1234, &root, &mut bytes);
        let signed = bytes.clone();
        bytes.extend_from_slice(&[6; SIGNATURE_LENGTH]);
        let signature = &[6; SIGNATURE_LENGTH];
        let expected = Bootstrap {
            sequence: 1234,
            root,
            signature,
            signed: &signed,
        };
        assert_eq!(Bootstrap::parse(&bytes), Ok(expected));
        for length in 0..bytes.len() {
            let start = *[0, 2, 34, 36]
                .iter()
                .rfind(|start| **start <= length)
                .unwrap();
            let expected = WireError::new(ErrorCode::Truncated, start);
            assert_eq!(Bootstrap::parse(&bytes[..length]), Err(expected));
        }
        bytes.push(0);
        let expected = WireError::new(ErrorCode::TrailingBytes, 100);
        assert_eq!(Bootstrap::parse(&bytes), Err(expected));
    }
}
