use curve25519_dalek::scalar::Scalar;

use crate::PublicKey;

/// The curve's arithmetic, as a verifier needs it.
pub trait Curve {
    /// What is kept of a key that is known.
    type Multiples;

    /// With what there is once for all signatures.
    fn new() -> Self;

    /// The multiples of the key's negative. None if the key is no point.
    fn multiples_of_negative(key: &PublicKey) -> Option<Self::Multiples>;

    /// What R has to be of each signature. None if a key is no point.
    fn commitments(&self, terms: &[Term<'_, Self::Multiples>]) -> Vec<Option<[u8; 32]>>;
}

/// What R has to be made of: S times the base point, less the challenge times the key (RFC 8032, section 5.1.7, without the
/// cofactor).
pub struct Term<'a, Multiples> {
    pub(crate) key: PublicKey,
    /// Those of its negative, if it is known.
    pub(crate) multiples: Option<&'a Multiples>,
    pub(crate) challenge: Scalar,
    pub(crate) s: Scalar,
}

/// Wider than the digits of keys: this table, of 640 KiB, there is once.
pub(crate) const BASE_DIGIT_BITS: usize = 8;

/// The multiples of a known key take 215 KiB, and the time of three to five verifications to make.
pub(crate) const KEY_DIGIT_BITS: usize = 6;
