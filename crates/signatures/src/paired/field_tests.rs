//! Beside arithmetic of any length, with limbs up to the bounds that field.rs names.

use num_bigint::{BigInt, Sign};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;

/// The magnitude of a reduced number's limbs.
const REDUCED: i64 = (1 << 50) + (1 << 12);

type Numbers = [[i64; 5]; 2];

fn prime() -> BigInt {
    (BigInt::from(1) << 255) - 19
}

fn modulo(number: BigInt) -> BigInt {
    ((number % prime()) + prime()) % prime()
}

fn whole(limbs: [i64; 5]) -> BigInt {
    let places = (0..).map(|place| LIMB_BITS * place);
    limbs
        .iter()
        .zip(places)
        .map(|(limb, place)| BigInt::from(*limb) << place)
        .sum()
}

fn field<const SUMMANDS: usize>(numbers: &Numbers) -> Field<SUMMANDS> {
    let [first, second] = numbers.map(|limbs| limbs.map(|limb| limb as f64));
    Field(Field::from_values([&first, &second]).0)
}

fn encoded(number: BigInt) -> [u8; 32] {
    let (_, bytes) = modulo(number).to_bytes_le();
    let mut all = [0; 32];
    for (byte, from) in all.iter_mut().zip(bytes) {
        *byte = from;
    }
    all
}

fn assert_is(result: Field, numbers: [BigInt; 2]) {
    let values = result.values();
    assert!(
        values
            .iter()
            .flatten()
            .all(|limb| limb.abs() <= REDUCED as f64),
        "{values:?}"
    );
    assert_eq!(result.to_bytes(), numbers.map(encoded));
}

/// Limbs of so many reduced ones added up, often as large as can be.
fn numbers(summands: i64) -> impl Strategy<Value = Numbers> {
    let most = summands * REDUCED;
    let limb = prop_oneof![
        Just(most),
        Just(-most),
        Just(0),
        most - 3..most,
        -most..most,
    ];
    let number = prop::array::uniform5(limb);
    [number.clone(), number]
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 5000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_product(a in numbers(3), b in numbers(1)) {
        let products = [whole(a[0]) * whole(b[0]), whole(a[1]) * whole(b[1])];
        let (a, b) = (field::<3>(&a), field::<1>(&b));
        assert_is(a.times(&b), products.clone());
        assert_is(b.times(&a), products);
    }

    #[test]
    fn a_square(a in numbers(1)) {
        assert_is(field(&a).squared(), a.map(|limbs| whole(limbs).pow(2)));
    }

    #[test]
    fn a_sum_reduced(a in numbers(7)) {
        assert_is(field::<7>(&a).reduced(), a.map(whole));
    }

    #[test]
    fn sums(a in numbers(1), b in numbers(1), c in numbers(1)) {
        let each = |operation: fn(BigInt, BigInt, BigInt) -> BigInt| {
            [0, 1].map(|lane| operation(whole(a[lane]), whole(b[lane]), whole(c[lane])))
        };
        let (a, b, c) = (field(&a), field(&b), field(&c));
        assert_is((a + b).reduced(), each(|a, b, _| a + b));
        assert_is((a - b).reduced(), each(|a, b, _| a - b));
        assert_is(((a - b) - c).reduced(), each(|a, b, c| a - b - c));
        assert_is(-a, each(|a, _, _| -a));
    }

    #[test]
    fn an_inverse(a in numbers(1)) {
        let one_or_zero = a.map(|limbs| BigInt::from(i32::from(modulo(whole(limbs)) != BigInt::ZERO)));
        assert_is(field(&a).inverse().times(&field::<1>(&a)), one_or_zero);
    }

    #[test]
    fn bytes(a: [u8; 32], b: [u8; 32]) {
        let without_last_bit = [a, b].map(|mut bytes| {
            bytes[31] &= 0x7f;
            BigInt::from_bytes_le(Sign::Plus, &bytes)
        });
        assert_is(Field::from_bytes([&a, &b]), without_last_bit);
    }

    #[test]
    fn one_lane_or_the_other(a in numbers(1), b in numbers(1), set: [bool; 2]) {
        let (a, b, mask): (Field, Field, _) = (field(&a), field(&b), Lanes::mask(set));
        let chosen = [0, 1].map(|lane| if set[lane] { a } else { b }.values()[lane]);
        prop_assert_eq!(Field::select(mask, &a, &b).values(), chosen);
        prop_assert_eq!(Field::first_and_second(&a, &b).values(), [a.values()[0], b.values()[1]]);
        let negated = [0, 1].map(|lane| if set[lane] { -a } else { a }.values()[lane]);
        prop_assert_eq!(a.negate_where(mask).values(), negated);
    }
}

#[test]
fn numbers_about_the_modulus_are_encoded_below_it() {
    for offset in -40..40 {
        for multiple in -2..=2 {
            let number = prime() * multiple + offset;
            let mut limbs = [0; 5];
            limbs[0] = offset - 19 * multiple;
            limbs[4] = multiple << 51;
            assert_eq!(whole(limbs), number);
            assert_eq!(
                field::<1>(&[limbs, limbs]).to_bytes(),
                [encoded(number.clone()), encoded(number)]
            );
        }
    }
}

#[test]
fn constants_are_what_they_are_named() {
    assert_is(
        Field::d().times(&Field::constant([121_666.0, 0.0, 0.0, 0.0, 0.0])),
        [BigInt::from(-121_665), BigInt::from(-121_665)],
    );
    assert_is(
        (Field::d() + Field::d()).reduced(),
        Field::twice_d()
            .values()
            .map(|limbs| whole(limbs.map(|limb| limb as i64))),
    );
    assert_is(
        Field::root_of_minus_one().squared(),
        [BigInt::from(-1), BigInt::from(-1)],
    );
}
