//! Scalars in digits that have a sign, so that half as many multiples are needed.

use curve25519_dalek::scalar::Scalar;

/// The bits of a scalar, and one for the last carry.
const BITS: usize = 254;

/// How many digits of so many bits a scalar has.
pub(crate) const fn count(digit_bits: usize) -> usize {
    BITS.div_ceil(digit_bits)
}

/// A scalar's digits, the lowest first, each from `1 - (1 << (digit_bits - 1))` to `1 << (digit_bits - 1)`. Digits have 2 to
/// 9 bits.
pub(crate) fn signed(scalar: &Scalar, digit_bits: usize) -> impl Iterator<Item = i32> + '_ {
    let half = 1 << (digit_bits - 1);
    let mut carry = 0;
    (0..count(digit_bits)).map(move |place| {
        let digit = bits(scalar.as_bytes(), place * digit_bits, digit_bits) + carry;
        carry = i32::from(digit > half);
        digit - (carry << digit_bits)
    })
}

/// From 1, 2, 3 times something and so on what a digit asks for, without its sign. None for 0.
pub(crate) fn multiple<T>(multiples: &[T], digit: i32) -> Option<&T> {
    multiples.get((digit.unsigned_abs() as usize).checked_sub(1)?)
}

/// `count` bits of a little-endian number, 9 at most, from the bit `start` on.
fn bits(bytes: &[u8; 32], start: usize, count: usize) -> i32 {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let window = u16::from_le_bytes([byte(start / 8), byte(start / 8 + 1)]);
    i32::from(window) >> (start % 8) & ((1 << count) - 1)
}
