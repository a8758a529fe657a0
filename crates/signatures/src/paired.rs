//! Two signatures at a time, by SIMD: for engines that multiply and add in one rounding (relaxed SIMD).

#[cfg_attr(target_feature = "relaxed-simd", path = "paired/lanes_simd.rs")]
#[cfg_attr(
    not(target_feature = "relaxed-simd"),
    path = "paired/lanes_portable.rs"
)]
mod lanes;

mod encoding;
mod field;
mod multiples;
mod point;

use lanes::Lanes;

use crate::curve::{Curve, Term, BASE_DIGIT_BITS, KEY_DIGIT_BITS};
use crate::PublicKey;
use curve25519_dalek::constants::ED25519_BASEPOINT_COMPRESSED;
use multiples::{add_products, product, Multiples};
use point::Extended;

/// Two signatures at a time.
pub struct Paired {
    base: Multiples,
}

impl Curve for Paired {
    type Multiples = Multiples;

    fn new() -> Self {
        let base = ED25519_BASEPOINT_COMPRESSED.as_bytes();
        let (point, _) = Extended::from_bytes([base, base]);
        Self {
            base: Multiples::new(&point, BASE_DIGIT_BITS),
        }
    }

    fn multiples_of_negative(key: &PublicKey) -> Option<Multiples> {
        let (point, [is_point, _]) = negatives([key, key]);
        is_point.then(|| Multiples::new(&point, KEY_DIGIT_BITS))
    }

    fn commitments(&self, terms: &[Term<'_, Multiples>]) -> Vec<Option<[u8; 32]>> {
        let (mut known, mut others) = (Vec::new(), Vec::new());
        for (place, term) in terms.iter().enumerate() {
            match term.multiples {
                Some(multiples) => known.push((place, term, multiples)),
                None => others.push((place, term)),
            }
        }
        let mut places = Vec::new();
        let mut points = Vec::new();
        for [(at_a, a, multiples_a), (at_b, b, multiples_b)] in pairs(&known) {
            let challenges = [&a.challenge, &b.challenge];
            let by_keys =
                add_products(Extended::identity(), [multiples_a, multiples_b], challenges);
            places.extend([Some(at_a), Some(at_b)]);
            points.push(self.add_base(by_keys, [a, b]));
        }
        for [(at_a, a), (at_b, b)] in pairs(&others) {
            let (keys, [is_a, is_b]) = negatives([&a.key, &b.key]);
            let by_keys = product(&keys, [&a.challenge, &b.challenge]);
            places.extend([is_a.then_some(at_a), is_b.then_some(at_b)]);
            points.push(self.add_base(by_keys, [a, b]));
        }
        let mut commitments = vec![None; terms.len()];
        let encoded = Extended::to_bytes(&points);
        for (place, bytes) in places.into_iter().zip(encoded.into_iter().flatten()) {
            if let Some(commitment) = place.and_then(|at| commitments.get_mut(at)) {
                *commitment = Some(bytes);
            }
        }
        commitments
    }
}

impl Paired {
    fn add_base(&self, sum: Extended, [first, second]: [&Term<'_, Multiples>; 2]) -> Extended {
        add_products(sum, [&self.base; 2], [&first.s, &second.s])
    }
}

/// The negatives of keys, and whether those are points.
fn negatives(keys: [&PublicKey; 2]) -> (Extended, [bool; 2]) {
    let (points, are_points) = Extended::from_bytes(keys);
    (-points, are_points)
}

/// Two at a time; one that is left over is paired with itself.
fn pairs<T: Copy>(items: &[T]) -> impl Iterator<Item = [T; 2]> + '_ {
    items
        .chunks(2)
        .filter_map(|pair| Some([*pair.first()?, *pair.last()?]))
}
