//! Lanes for tests and fuzzing, where a product and a sum in one rounding may be a call.

use core::ops::{Add, Sub};

/// Two numbers of 64 bits, one of each signature: floating point, or the bits of that.
#[derive(Clone, Copy)]
pub(super) struct Lanes([u64; 2]);

impl Lanes {
    pub(super) fn new(values: [f64; 2]) -> Self {
        Self(values.map(f64::to_bits))
    }

    /// All bits of a lane or none.
    pub(super) fn mask(set: [bool; 2]) -> Self {
        Self(set.map(|set| if set { u64::MAX } else { 0 }))
    }

    pub(super) fn splat(value: f64) -> Self {
        Self::new([value; 2])
    }

    pub(super) fn splat_bits(bits: u64) -> Self {
        Self([bits; 2])
    }

    pub(super) fn values(self) -> [f64; 2] {
        self.0.map(f64::from_bits)
    }

    /// The first lane of one, the second of another.
    pub(super) fn first_and_second(first: Self, second: Self) -> Self {
        Self([first.0[0], second.0[1]])
    }

    /// `self * factor + term`, rounded once.
    pub(super) fn mul_add(self, factor: Self, term: Self) -> Self {
        let (a, b, c) = (self.values(), factor.values(), term.values());
        Self::new([a[0].mul_add(b[0], c[0]), a[1].mul_add(b[1], c[1])])
    }

    pub(super) fn add_bits(self, other: Self) -> Self {
        self.with(other, u64::wrapping_add)
    }

    pub(super) fn mul_bits(self, factor: u64) -> Self {
        Self(self.0.map(|bits| bits.wrapping_mul(factor)))
    }

    pub(super) fn shr_bits<const COUNT: u32>(self) -> Self {
        Self(self.0.map(|bits| bits >> COUNT))
    }

    pub(super) fn and(self, other: Self) -> Self {
        self.with(other, |a, b| a & b)
    }

    pub(super) fn or(self, other: Self) -> Self {
        self.with(other, |a, b| a | b)
    }

    pub(super) fn xor(self, other: Self) -> Self {
        self.with(other, |a, b| a ^ b)
    }

    /// Where bits are set those of one, elsewhere those of another.
    pub(super) fn select(self, set: Self, unset: Self) -> Self {
        let not_self = self.xor(Self::splat_bits(u64::MAX));
        self.and(set).or(not_self.and(unset))
    }

    fn with(self, other: Self, operation: impl Fn(u64, u64) -> u64) -> Self {
        Self([
            operation(self.0[0], other.0[0]),
            operation(self.0[1], other.0[1]),
        ])
    }
}

impl Add for Lanes {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (a, b) = (self.values(), other.values());
        Self::new([a[0] + b[0], a[1] + b[1]])
    }
}

impl Sub for Lanes {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        let (a, b) = (self.values(), other.values());
        Self::new([a[0] - b[0], a[1] - b[1]])
    }
}
