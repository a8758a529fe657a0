//! Lanes as engines have them, with a product and a sum in one rounding. Not all round once: who loads this has to ask.

use core::arch::wasm32::*;
use core::ops::{Add, Sub};

/// Two numbers of 64 bits, one of each signature: floating point, or the bits of that.
#[derive(Clone, Copy)]
pub(super) struct Lanes(v128);

impl Lanes {
    pub(super) fn new(values: [f64; 2]) -> Self {
        Self(f64x2(values[0], values[1]))
    }

    /// All bits of a lane or none.
    pub(super) fn mask(set: [bool; 2]) -> Self {
        let [first, second] = set.map(|set| if set { u64::MAX } else { 0 });
        Self(u64x2(first, second))
    }

    pub(super) fn splat(value: f64) -> Self {
        Self(f64x2_splat(value))
    }

    pub(super) fn splat_bits(bits: u64) -> Self {
        Self(u64x2_splat(bits))
    }

    pub(super) fn values(self) -> [f64; 2] {
        [
            f64x2_extract_lane::<0>(self.0),
            f64x2_extract_lane::<1>(self.0),
        ]
    }

    /// The first lane of one, the second of another.
    pub(super) fn first_and_second(first: Self, second: Self) -> Self {
        Self(i64x2_shuffle::<0, 3>(first.0, second.0))
    }

    /// `self * factor + term`, rounded once.
    pub(super) fn mul_add(self, factor: Self, term: Self) -> Self {
        Self(f64x2_relaxed_madd(self.0, factor.0, term.0))
    }

    pub(super) fn add_bits(self, other: Self) -> Self {
        Self(u64x2_add(self.0, other.0))
    }

    pub(super) fn mul_bits(self, factor: u64) -> Self {
        Self(u64x2_mul(self.0, u64x2_splat(factor)))
    }

    pub(super) fn shr_bits<const COUNT: u32>(self) -> Self {
        Self(u64x2_shr(self.0, COUNT))
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(v128_and(self.0, other.0))
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self(v128_or(self.0, other.0))
    }

    pub(super) fn xor(self, other: Self) -> Self {
        Self(v128_xor(self.0, other.0))
    }

    /// Where bits are set those of one, elsewhere those of another.
    pub(super) fn select(self, set: Self, unset: Self) -> Self {
        Self(v128_bitselect(set.0, unset.0, self.0))
    }
}

impl Add for Lanes {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(f64x2_add(self.0, other.0))
    }
}

impl Sub for Lanes {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(f64x2_sub(self.0, other.0))
    }
}
