//! WASM bindings of the verifier. They convert and nothing else.

use snek_signatures::{Signature, Signed};
use snek_wire::Announcement;
use wasm_bindgen::prelude::wasm_bindgen;

#[cfg(target_feature = "relaxed-simd")]
type Curve = snek_signatures::Paired;
#[cfg(not(target_feature = "relaxed-simd"))]
type Curve = snek_signatures::Plain;

/// Remembers keys that come again, and verifies their signatures sooner.
#[wasm_bindgen]
#[derive(Default)]
pub struct Verifier {
    inner: snek_signatures::Verifier<Curve>,
}

#[wasm_bindgen]
impl Verifier {
    /// One that knows no key yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether `signature` is that of `key` over `message`. False if their lengths are wrong.
    pub fn verify(&self, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        signed(key, message, signature).is_some_and(|signed| self.inner.verify(&signed))
    }

    /// How many signatures of an announcement's entries, from `start` to before `end`, are good before the first that
    /// isn't. None of what isn't an announcement.
    #[wasm_bindgen(js_name = verifyEntries)]
    pub fn verify_entries(&mut self, payload: &[u8], start: usize, end: usize) -> usize {
        let Ok(announcement) = Announcement::parse(payload) else {
            return 0;
        };
        let entries = announcement.entries().take(end).skip(start);
        self.inner.verify_recurring(entries.map_while(|entry| {
            signed(
                &entry.key.to_bytes(),
                payload.get(..entry.signed_length)?,
                entry.signature,
            )
        }))
    }

    /// How many known keys made room for others.
    #[wasm_bindgen(getter)]
    pub fn displaced(&self) -> u32 {
        self.inner.displaced()
    }
}

fn signed<'a>(key: &[u8], message: &'a [u8], signature: &[u8]) -> Option<Signed<'a>> {
    Some(Signed {
        key: key.try_into().ok()?,
        message,
        signature: Signature::new(signature)?,
    })
}
