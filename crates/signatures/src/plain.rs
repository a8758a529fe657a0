//! One signature after the other, by curve25519-dalek: for all engines.

mod multiples;

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};

use crate::curve::{Curve, Term, BASE_DIGIT_BITS, KEY_DIGIT_BITS};
use crate::PublicKey;
use multiples::Multiples;

/// One signature after the other.
pub struct Plain {
    base: Multiples,
}

impl Curve for Plain {
    type Multiples = Multiples;

    fn new() -> Self {
        Self {
            base: Multiples::new(ED25519_BASEPOINT_POINT, BASE_DIGIT_BITS),
        }
    }

    fn multiples_of_negative(key: &PublicKey) -> Option<Multiples> {
        negative(key).map(|point| Multiples::new(point, KEY_DIGIT_BITS))
    }

    fn commitments(&self, terms: &[Term<'_, Multiples>]) -> Vec<Option<[u8; 32]>> {
        let points: Vec<_> = terms.iter().map(|term| self.commitment(term)).collect();
        let found: Vec<_> = points.iter().flatten().copied().collect();
        // One inversion for all.
        let mut encoded = EdwardsPoint::compress_batch_alloc(&found).into_iter();
        points
            .iter()
            .map(|point| point.and_then(|_| encoded.next()).map(|it| it.to_bytes()))
            .collect()
    }
}

impl Plain {
    fn commitment(&self, term: &Term<'_, Multiples>) -> Option<EdwardsPoint> {
        let Term { challenge, s, .. } = term;
        match term.multiples {
            Some(multiples) => Some(self.base.times(s) + multiples.times(challenge)),
            None => negative(&term.key)
                .map(|key| EdwardsPoint::vartime_double_scalar_mul_basepoint(challenge, &key, s)),
        }
    }
}

fn negative(key: &PublicKey) -> Option<EdwardsPoint> {
    CompressedEdwardsY(*key).decompress().map(|point| -point)
}
