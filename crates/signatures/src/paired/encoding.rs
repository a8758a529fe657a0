//! Numbers of five limbs as 32 bytes.

use super::field::{LIMB_BITS, LIMB_MASK};

/// Those of a number that is encoded little-endian; the last bit is left out.
pub(super) fn limbs_of_bytes(bytes: &[u8; 32]) -> [u64; 5] {
    let mut words = [0; 4];
    for (word, chunk) in words.iter_mut().zip(bytes.chunks_exact(8)) {
        *word = chunk
            .iter()
            .rev()
            .fold(0, |word, byte| word << 8 | u64::from(*byte));
    }
    let [w0, w1, w2, w3] = words;
    [
        w0 & LIMB_MASK,
        (w0 >> 51 | w1 << 13) & LIMB_MASK,
        (w1 >> 38 | w2 << 26) & LIMB_MASK,
        (w2 >> 25 | w3 << 39) & LIMB_MASK,
        (w3 >> 12) & LIMB_MASK,
    ]
}

/// The number modulo 2^255 - 19, encoded little-endian. Limbs are whole, and up to 2^53 in magnitude.
pub(super) fn bytes_of_limbs(limbs: [f64; 5]) -> [u8; 32] {
    let limbs = limbs.map(|limb| limb as i64);
    let (limbs, carry) = carried(limbs, 0);
    // What wraps is small after the first round, and nothing after the third.
    let (limbs, carry) = carried(limbs, 19 * carry);
    let (limbs, _) = carried(limbs, 19 * carry);
    // If 19 more don't fit into 255 bits, it is 2^255 - 19 or more.
    let (_, above) = carried(limbs, 19);
    let (limbs, _) = carried(limbs, 19 * above);
    let [l0, l1, l2, l3, l4] = limbs.map(|limb| limb as u64);
    let words = [
        l0 | l1 << 51,
        l1 >> 13 | l2 << 38,
        l2 >> 26 | l3 << 25,
        l3 >> 39 | l4 << 12,
    ];
    let mut bytes = [0; 32];
    for (byte, from) in bytes
        .iter_mut()
        .zip(words.iter().flat_map(|word| word.to_le_bytes()))
    {
        *byte = from;
    }
    bytes
}

/// The sum, in limbs of 51 bits without a sign, and what it has beyond 255 bits.
fn carried(limbs: [i64; 5], added: i64) -> ([i64; 5], i64) {
    let mut carry = added;
    let limbs = limbs.map(|limb| {
        let sum = limb + carry;
        carry = sum >> LIMB_BITS;
        sum & LIMB_MASK as i64
    });
    (limbs, carry)
}
