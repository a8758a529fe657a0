//! Scalar multiplication of a point that is known beforehand: all multiples that a scalar's digits can ask for lie ready, so
//! that a product is a sum, without doublings. It takes a time that depends on the scalar, which nothing here keeps secret.

use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::Identity;

use crate::digits;

/// For each digit of a scalar, from the lowest: 1 to `1 << (digit_bits - 1)` times what the digit counts.
pub struct Multiples {
    digit_bits: usize,
    points: Vec<EdwardsPoint>,
}

impl Multiples {
    /// The multiples of a point for digits of 2 to 9 bits. More bits make a product of fewer sums, and a larger table.
    pub(super) fn new(point: EdwardsPoint, digit_bits: usize) -> Self {
        let digits = digits::count(digit_bits);
        let mut points = Vec::with_capacity(digits << (digit_bits - 1));
        let mut unit = point;
        for _ in 0..digits {
            let mut multiple = unit;
            points.push(multiple);
            for _ in 1..1 << (digit_bits - 1) {
                multiple += unit;
                points.push(multiple);
            }
            unit = multiple + multiple;
        }
        Self { digit_bits, points }
    }

    /// The scalar times the point.
    pub(super) fn times(&self, scalar: &Scalar) -> EdwardsPoint {
        let rows = self.points.chunks_exact(1 << (self.digit_bits - 1));
        let mut sum = EdwardsPoint::identity();
        for (row, digit) in rows.zip(digits::signed(scalar, self.digit_bits)) {
            match digits::multiple(row, digit) {
                Some(multiple) if digit > 0 => sum += multiple,
                Some(multiple) => sum -= multiple,
                None => {}
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
    use proptest::prelude::*;

    #[test]
    fn any_width_multiplies_the_outermost_scalars() {
        let largest = Scalar::ZERO - Scalar::ONE;
        for digit_bits in 2..=9 {
            let multiples = Multiples::new(ED25519_BASEPOINT_POINT, digit_bits);
            for scalar in [Scalar::ZERO, Scalar::ONE, largest, largest - Scalar::ONE] {
                assert_eq!(multiples.times(&scalar), EdwardsPoint::mul_base(&scalar));
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn a_product_is_the_one_by_doubling(point: [u8; 32], scalar: [u8; 32], digit_bits in 2usize..=9) {
            let point = EdwardsPoint::mul_base(&Scalar::from_bytes_mod_order(point));
            let scalar = Scalar::from_bytes_mod_order(scalar);
            prop_assert_eq!(Multiples::new(point, digit_bits).times(&scalar), point * scalar);
        }
    }
}
