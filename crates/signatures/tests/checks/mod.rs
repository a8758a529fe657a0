//! A verifier beside ed25519-dalek's, which follows the same rule: they agree about good signatures, spoilt ones, and those
//! that other rules see otherwise. Run by the tests and by a fuzz target.

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha512};
use snek_signatures::{Curve, Signed, Verifier};

/// More keys than come once and are remembered would hide that known ones answer the same.
const KEYS: u8 = 5;
const MESSAGE_LENGTH: usize = 8;

/// Reads its input as steps: a key of a few or a new one, a way to sign or to spoil, where and how, and a message. Returns how many
/// signatures were good.
pub fn check_verifier<C: Curve>(verifier: &mut Verifier<C>, mut bytes: &[u8]) -> usize {
    let mut all = Vec::new();
    while let Some(([who, way, at, how], rest)) = bytes.split_first_chunk() {
        let (message, rest) = rest.split_at(rest.len().min(MESSAGE_LENGTH));
        bytes = rest;
        let (key, signature) = signed(*who, *way, usize::from(*at), *how, message);
        let is_good = VerifyingKey::from_bytes(&key).is_ok_and(|by_dalek| {
            let signature = Signature::from_bytes(&signature);
            ed25519_dalek::Verifier::verify(&by_dalek, message, &signature).is_ok()
        });
        let signature = snek_signatures::Signature::new(&signature).unwrap();
        let signed = Signed {
            key,
            message,
            signature,
        };
        assert_eq!(verifier.verify(&signed), is_good);
        assert_eq!(
            verifier.verify_recurring([signed].into_iter()),
            usize::from(is_good)
        );
        all.push((signed, is_good));
    }
    // From each on, since those behind a bad one aren't told apart.
    for start in 0..all.len() {
        let some = &all[start..];
        let first_bad = some.iter().position(|(_, is_good)| !is_good);
        assert_eq!(
            verifier.verify_recurring(some.iter().map(|(signed, _)| *signed)),
            first_bad.unwrap_or(some.len())
        );
    }
    all.iter().filter(|(_, is_good)| *is_good).count()
}

fn signed(who: u8, way: u8, at: usize, how: u8, message: &[u8]) -> ([u8; 32], [u8; 64]) {
    let mut seed = [who % KEYS; 32];
    if way % 7 == 6 {
        // One that didn't come before, most often.
        seed[..2].copy_from_slice(&[at as u8, how]);
        seed[2..][..message.len()].copy_from_slice(message);
    }
    let signer = SigningKey::from_bytes(&seed);
    let mut key = signer.verifying_key().to_bytes();
    let mut signature = signer.sign(message).to_bytes();
    match way % 7 {
        0 => key[at % 32] ^= how,
        1 => signature[at % 64] ^= how,
        2 => {
            signature = joined(
                *signature.first_chunk().unwrap(),
                plus_order(&signature[32..]),
            )
        }
        3 => return mixed(who % KEYS, at, how, message),
        4 => return unreduced(at, how),
        _ => {}
    }
    (key, signature)
}

/// The same S, not reduced.
fn plus_order(s: &[u8]) -> [u8; 32] {
    let order_less_one = (Scalar::ZERO - Scalar::ONE).to_bytes();
    let mut carry = 1;
    let mut sum = [0; 32];
    for ((sum, a), b) in sum.iter_mut().zip(s).zip(order_less_one) {
        let total = u16::from(*a) + u16::from(b) + carry;
        *sum = total.to_le_bytes()[0];
        carry = total >> 8;
    }
    sum
}

/// A key and an R that have a part of small order: good if those cancel each other out.
fn mixed(who: u8, at: usize, how: u8, message: &[u8]) -> ([u8; 32], [u8; 64]) {
    let (secret, nonce) = (
        Scalar::from(u64::from(who) + 2),
        Scalar::from(u64::from(how)),
    );
    let with = |scalar: Scalar, torsion: EdwardsPoint| {
        (ED25519_BASEPOINT_POINT * scalar + torsion)
            .compress()
            .to_bytes()
    };
    let key = with(secret, EIGHT_TORSION[at % 8]);
    let r = with(nonce, EIGHT_TORSION[at / 8 % 8]);
    let hash = Sha512::new()
        .chain_update(r)
        .chain_update(key)
        .chain_update(message)
        .finalize();
    let s = nonce + Scalar::from_bytes_mod_order_wide(&hash.into()) * secret;
    (key, joined(r, s.to_bytes()))
}

/// A key whose y may be encoded unreduced, an R of small order, and S of 0.
fn unreduced(at: usize, how: u8) -> ([u8; 32], [u8; 64]) {
    let mut key = [0xff; 32];
    key[0] = 0xed + how % 19;
    key[31] = if at % 2 == 0 { 0x7f } else { 0xff };
    let r = EIGHT_TORSION[at / 2 % 8].compress().to_bytes();
    (key, joined(r, [0; 32]))
}

fn joined(r: [u8; 32], s: [u8; 32]) -> [u8; 64] {
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&r);
    signature[32..].copy_from_slice(&s);
    signature
}
