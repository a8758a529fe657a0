//! The challenge, which may follow the handshakes of a peering (PROTOCOL.md section 2).
//!
//! Each side sends 32 fresh bytes, and signs the other's: proof that it holds its key now, which a recorded
//! handshake isn't.

use alloc::vec::Vec;

use crate::Key;

/// How many bytes each side asks the other to sign.
pub const LENGTH: usize = 32;

/// Sets the signature apart from all else that a node's key signs.
const DOMAIN: &[u8] = b"snek peering challenge 1\0";

/// What the node of `answerer` signs for a challenge of the node of `challenger`. With that key in it, a node
/// can't pass its own challenge on to another one and have it answered there.
#[must_use]
pub fn message(challenge: &[u8; LENGTH], challenger: Key, answerer: Key) -> Vec<u8> {
    let mut message = Vec::with_capacity(DOMAIN.len() + LENGTH + 2 * Key::LENGTH);
    message.extend_from_slice(DOMAIN);
    message.extend_from_slice(challenge);
    challenger.encode(&mut message);
    answerer.encode(&mut message);
    message
}
