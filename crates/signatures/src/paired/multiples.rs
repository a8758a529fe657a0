//! Products of scalars and points, two side by side.

use core::iter::successors;

use curve25519_dalek::scalar::Scalar;

use super::point::{Cached, Extended, Values};
use crate::digits;

/// For each digit of a scalar, from the lowest: 1 to `1 << (digit_bits - 1)` times what the digit counts. A product is a sum
/// then, without doublings.
pub struct Multiples {
    digit_bits: usize,
    points: Vec<Values>,
}

impl Multiples {
    /// The multiples of a point that is in both lanes. More bits make a product of fewer sums, and a larger table.
    pub(super) fn new(point: &Extended, digit_bits: usize) -> Self {
        let bits = digit_bits as u32;
        let row = 1 << (digit_bits - 1);
        let digits = digits::count(digit_bits);
        let mut points = Vec::with_capacity((digits + 1) * row);
        // Two rows at a time, one in each lane.
        let second = point.projective().doubled_times(bits).extended();
        let mut unit = Extended::first_and_second(point, &second);
        while points.len() < digits * row {
            let rows: Vec<_> = multiples_of(unit).take(row).map(|it| it.values()).collect();
            points.extend(rows.iter().map(|[first, _]| *first));
            points.extend(rows.iter().map(|[_, second]| *second));
            unit = unit.projective().doubled_times(2 * bits).extended();
        }
        points.truncate(digits * row);
        Self { digit_bits, points }
    }
}

/// A sum, and in each lane a scalar times the point that these are the multiples of. They have digits of as many bits.
pub(super) fn add_products(
    mut sum: Extended,
    [first, second]: [&Multiples; 2],
    scalars: [&Scalar; 2],
) -> Extended {
    let identity = Cached::identity().values();
    let row = 1 << (first.digit_bits - 1);
    let rows = first
        .points
        .chunks_exact(row)
        .zip(second.points.chunks_exact(row));
    let digits = signed_digits(scalars, first.digit_bits);
    for ((first, second), digits) in rows.zip(digits) {
        let points = [
            digits::multiple(first, digits[0]).unwrap_or(&identity[0]),
            digits::multiple(second, digits[1]).unwrap_or(&identity[1]),
        ];
        let point = Cached::from_values(points).with_signs(digits);
        sum = sum.plus(&point).extended();
    }
    sum
}

/// In digits of so many bits a point is multiplied that comes once.
const DIGIT_BITS: usize = 5;
const DIGITS: usize = digits::count(DIGIT_BITS);

/// In each lane a scalar times the point.
pub(super) fn product(point: &Extended, scalars: [&Scalar; 2]) -> Extended {
    let identity = Cached::identity();
    let mut row = [identity; 1 << (DIGIT_BITS - 1)];
    for (entry, multiple) in row.iter_mut().zip(multiples_of(*point)) {
        *entry = multiple;
    }
    let at = |digit| digits::multiple(&row, digit).unwrap_or(&identity);
    let mut digits = [[0; 2]; DIGITS];
    for (pair, signed) in digits.iter_mut().zip(signed_digits(scalars, DIGIT_BITS)) {
        *pair = signed;
    }
    let mut sum = Extended::identity().plus(&identity);
    for digits in digits.into_iter().rev() {
        let [first, second] = digits.map(at);
        let point = Cached::first_and_second(first, second).with_signs(digits);
        let doubled = sum.projective().doubled_times(DIGIT_BITS as u32);
        sum = doubled.extended().plus(&point);
    }
    sum.extended()
}

/// 1, 2, 3 times the point and so on.
fn multiples_of(point: Extended) -> impl Iterator<Item = Cached> {
    let step = point.cached();
    successors(Some(point), move |it| Some(it.plus(&step).extended())).map(|it| it.cached())
}

fn signed_digits<'a>(
    [first, second]: [&'a Scalar; 2],
    digit_bits: usize,
) -> impl Iterator<Item = [i32; 2]> + 'a {
    digits::signed(first, digit_bits)
        .zip(digits::signed(second, digit_bits))
        .map(|(first, second)| [first, second])
}

#[cfg(test)]
mod tests {
    use super::*;
    use curve25519_dalek::edwards::EdwardsPoint;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn extended(points: [EdwardsPoint; 2]) -> Extended {
        let [first, second] = points.map(|point| point.compress().to_bytes());
        let (points, are_points) = Extended::from_bytes([&first, &second]);
        assert_eq!(are_points, [true; 2]);
        points
    }

    fn assert_are(points: &Extended, expected: [EdwardsPoint; 2]) {
        let expected = expected.map(|point| point.compress().to_bytes());
        assert_eq!(Extended::to_bytes(std::slice::from_ref(points)), [expected]);
    }

    fn check(points: [Scalar; 2], scalars: [Scalar; 2], digit_bits: usize) {
        let points = points.map(|scalar| EdwardsPoint::mul_base(&scalar));
        let products = [points[0] * scalars[0], points[1] * scalars[1]];
        let [first, second] = &scalars;
        assert_are(&product(&extended(points), [first, second]), products);
        let [a, b] = points.map(|point| Multiples::new(&extended([point; 2]), digit_bits));
        let sum = add_products(extended(points), [&a, &b], [first, second]);
        assert_are(&sum, [points[0] + products[0], points[1] + products[1]]);
    }

    #[test]
    fn any_width_multiplies_the_outermost_scalars() {
        let largest = Scalar::ZERO - Scalar::ONE;
        let outermost = [Scalar::ZERO, Scalar::ONE, largest - Scalar::ONE, largest];
        for digit_bits in 2..=9 {
            for (first, second) in outermost.into_iter().zip(outermost.into_iter().rev()) {
                check([Scalar::ONE, largest], [first, second], digit_bits);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 50, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn products_are_those_by_doubling(points: [[u8; 32]; 2], scalars: [[u8; 32]; 2], digit_bits in 2usize..=9) {
            let [points, scalars] = [points, scalars].map(|them| them.map(Scalar::from_bytes_mod_order));
            check(points, scalars, digit_bits);
        }
    }
}
