//! 32 bytes as big-endian words and back. WASM has no instruction that turns the bytes of a word around, but
//! one that does it for two words.

#[cfg(target_feature = "simd128")]
use core::arch::wasm32::{i8x16_shuffle, u64x2, u64x2_extract_lane};

#[inline]
pub(crate) fn from_bytes(bytes: &[u8; 32]) -> [u64; 4] {
    let mut words = [0; 4];
    for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(8)) {
        *word = bytes.try_into().map_or(0, u64::from_le_bytes);
    }
    swap_bytes(words)
}

#[inline]
pub(crate) fn to_bytes(words: [u64; 4]) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (to, word) in bytes.chunks_exact_mut(8).zip(swap_bytes(words)) {
        to.copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

#[cfg(target_feature = "simd128")]
#[inline]
fn swap_bytes([a, b, c, d]: [u64; 4]) -> [u64; 4] {
    let [a, b] = swap_two(a, b);
    let [c, d] = swap_two(c, d);
    [a, b, c, d]
}

#[cfg(target_feature = "simd128")]
#[inline]
fn swap_two(one: u64, other: u64) -> [u64; 2] {
    let two = u64x2(one, other);
    let two = i8x16_shuffle::<7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8>(two, two);
    [u64x2_extract_lane::<0>(two), u64x2_extract_lane::<1>(two)]
}

#[cfg(not(target_feature = "simd128"))]
#[inline]
fn swap_bytes(words: [u64; 4]) -> [u64; 4] {
    words.map(u64::swap_bytes)
}
