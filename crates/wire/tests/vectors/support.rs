//! Reading the cases.

use ed25519_dalek::{Signer, SigningKey, Verifier, VerifyingKey};
use serde::de::DeserializeOwned;
use serde::Deserialize;
use snek_wire::Key;

pub const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test-vectors");

/// The cases of a file with their index. A field that no test knows fails the run.
pub fn cases<Case: DeserializeOwned>(file: &str) -> impl Iterator<Item = (usize, Case)> {
    let text = std::fs::read_to_string(format!("{DIRECTORY}/{file}")).unwrap();
    let cases: Vec<Case> = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{file}: {e}"));
    assert!(!cases.is_empty(), "{file} has no cases");
    cases.into_iter().enumerate()
}

/// Bytes, written as lower-case hex.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Hex(pub Vec<u8>);

impl TryFrom<String> for Hex {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digit = |byte: &u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(format!("not lower-case hex: {text}")),
        };
        let digits: Vec<u8> = text
            .as_bytes()
            .iter()
            .map(digit)
            .collect::<Result<_, _>>()?;
        let pairs = digits.chunks_exact(2);
        if !pairs.remainder().is_empty() {
            return Err(format!("an odd number of digits: {text}"));
        }
        Ok(Self(pairs.map(|pair| pair[0] << 4 | pair[1]).collect()))
    }
}

impl Hex {
    pub fn array<const N: usize>(&self) -> [u8; N] {
        self.0.as_slice().try_into().unwrap()
    }

    pub fn key(&self) -> Key {
        Key::from_bytes(&self.array())
    }

    pub fn signing_key(&self) -> SigningKey {
        SigningKey::from_bytes(&self.array())
    }

    /// The signature over `message`, this being the seed of the key.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing_key().sign(message).to_bytes()
    }

    /// The key whose seed this is.
    pub fn public_key(&self) -> Key {
        Key::from_bytes(&self.signing_key().verifying_key().to_bytes())
    }
}

/// A 64-bit number, written as a decimal string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Decimal(pub u64);

impl TryFrom<String> for Decimal {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

/// Values of a list of decimal strings.
pub fn values(decimals: &[Decimal]) -> Vec<u64> {
    decimals.iter().map(|decimal| decimal.0).collect()
}

/// Whether a signature is valid by Go's rule: without cofactor, S below the group's order, R and the
/// key as the bytes that they are.
pub fn verifies(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(key).is_ok_and(|key| key.verify(message, &signature.into()).is_ok())
}
