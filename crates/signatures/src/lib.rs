//! Verifies ed25519 signatures by the rule of Go's crypto/ed25519, which decides what counts as signed in the network: S
//! below the group's order, no cofactor, R compared as bytes, and a public key that may be encoded non-canonically.

mod curve;
mod digits;
mod known_keys;
mod paired;
mod plain;

use curve25519_dalek::scalar::Scalar;
use known_keys::KnownKeys;
use sha2::{Digest, Sha512};

pub use curve::{Curve, Term};
pub use paired::Paired;
pub use plain::Plain;

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

/// Remembers keys that come again, and verifies their signatures sooner.
pub struct Verifier<C: Curve> {
    curve: C,
    known: KnownKeys<C>,
}

impl<C: Curve> Default for Verifier<C> {
    fn default() -> Self {
        Self {
            curve: C::new(),
            known: KnownKeys::default(),
        }
    }
}

impl<C: Curve> Verifier<C> {
    /// Whether a signature is good.
    pub fn verify(&self, signed: &Signed<'_>) -> bool {
        self.term(signed).is_some_and(|term| {
            let commitments = self.curve.commitments(&[term]);
            commitments == [Some(signed.signature.r)]
        })
    }

    /// How many signatures are good before the first that isn't, or in all. Known keys take a third of the time: of those
    /// that made a good one before, a call makes one known. For keys that are expected to come again, since others would
    /// push those out.
    pub fn verify_recurring<'a>(&mut self, signed: impl Iterator<Item = Signed<'a>>) -> usize {
        let (signed, terms): (Vec<_>, Vec<_>) = signed
            .map_while(|signed| Some((signed, self.term(&signed)?)))
            .unzip();
        let good = signed
            .iter()
            .zip(self.curve.commitments(&terms))
            .take_while(|(signed, commitment)| *commitment == Some(signed.signature.r))
            .count();
        self.known
            .note(signed.iter().take(good).map(|signed| &signed.key));
        good
    }

    /// None if S isn't reduced.
    fn term(&self, signed: &Signed<'_>) -> Option<Term<'_, C::Multiples>> {
        let Signature { r, s } = &signed.signature;
        let s = Option::<Scalar>::from(Scalar::from_canonical_bytes(*s))?;
        let hash = Sha512::new()
            .chain_update(r)
            .chain_update(signed.key)
            .chain_update(signed.message)
            .finalize();
        Some(Term {
            key: signed.key,
            multiples: self.known.find(&signed.key),
            challenge: Scalar::from_bytes_mod_order_wide(&hash.into()),
            s,
        })
    }

    /// How many known keys made room for others.
    pub fn displaced(&self) -> u32 {
        self.known.displaced()
    }
}
