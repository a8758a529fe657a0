//! Verifies ed25519 signatures by the rule of Go's crypto/ed25519, which decides what counts as signed in the network: S
//! below the group's order, no cofactor, R compared as bytes, and a public key that may be encoded non-canonically.

mod known_keys;
mod multiples;

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use known_keys::KnownKeys;
use multiples::Multiples;
use sha2::{Digest, Sha512};

/// An ed25519 public key.
pub type PublicKey = [u8; 32];

/// An ed25519 signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    r: [u8; 32],
    s: [u8; 32],
}

impl Signature {
    /// None if there aren't 64 bytes.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let (r, s) = bytes.split_first_chunk()?;
        Some(Self {
            r: *r,
            s: s.try_into().ok()?,
        })
    }
}

/// A message, and what may be its signature.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// Whose signature it may be.
    pub key: PublicKey,
    /// What it may be for.
    pub message: &'a [u8],
    /// R and S.
    pub signature: Signature,
}

impl Signed<'_> {
    /// The scalars that the negative key and the base point are multiplied by; those added give R (RFC 8032, section 5.1.7,
    /// without the cofactor). None if S isn't reduced.
    fn challenge_and_s(&self) -> Option<(Scalar, Scalar)> {
        let Signature { r, s } = &self.signature;
        let s = Option::<Scalar>::from(Scalar::from_canonical_bytes(*s))?;
        let hash = Sha512::new()
            .chain_update(r)
            .chain_update(self.key)
            .chain_update(self.message)
            .finalize();
        Some((Scalar::from_bytes_mod_order_wide(&hash.into()), s))
    }
}

/// Wider than the digits of keys: this table, of 640 KiB, there is once.
const BASE_DIGIT_BITS: usize = 8;

/// Remembers keys that come again, and verifies their signatures sooner.
pub struct Verifier {
    base: Multiples,
    known: KnownKeys,
}

impl Default for Verifier {
    fn default() -> Self {
        Self {
            base: Multiples::new(ED25519_BASEPOINT_POINT, BASE_DIGIT_BITS),
            known: KnownKeys::default(),
        }
    }
}

impl Verifier {
    /// How many signatures are good before the first that isn't, or in all. Known keys take a third of the time: of those
    /// that made a good one before, a call makes one known. For keys that are expected to come again, since others would
    /// push those out.
    pub fn verify_recurring<'a>(&mut self, signed: impl Iterator<Item = Signed<'a>>) -> usize {
        let Self { base, known } = self;
        let mut sound = Vec::new();
        let mut commitments = Vec::new();
        for signed in signed {
            let commitment = match known.find(&signed.key) {
                Some(multiples) => signed
                    .challenge_and_s()
                    .map(|(challenge, s)| base.times(&s) + multiples.times(&challenge)),
                None => commitment(&signed),
            };
            let Some(commitment) = commitment else { break };
            sound.push(signed);
            commitments.push(commitment);
        }
        // One inversion for all.
        let compressed = EdwardsPoint::compress_batch_alloc(&commitments);
        let good = sound
            .iter()
            .zip(compressed)
            .take_while(|(signed, it)| it.to_bytes() == signed.signature.r)
            .count();
        known.note(sound.iter().take(good).map(|signed| &signed.key));
        good
    }

    /// How many known keys made room for others.
    pub fn displaced(&self) -> u32 {
        self.known.displaced()
    }
}

/// Whether a signature is good.
pub fn verify(signed: &Signed<'_>) -> bool {
    commitment(signed).is_some_and(|it| it.compress().to_bytes() == signed.signature.r)
}

/// What R has to be; of a key without multiples.
fn commitment(signed: &Signed<'_>) -> Option<EdwardsPoint> {
    let (challenge, s) = signed.challenge_and_s()?;
    let negative_key = negative(&signed.key)?;
    Some(EdwardsPoint::vartime_double_scalar_mul_basepoint(
        &challenge,
        &negative_key,
        &s,
    ))
}

fn negative(key: &PublicKey) -> Option<EdwardsPoint> {
    CompressedEdwardsY(*key).decompress().map(|point| -point)
}
