//! Inputs that are nearly those of the fuzzing corpus: what a fuzzer tries, on any toolchain.

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, Index};

/// Those of a fuzz target; in order, so that the same seed makes the same tests.
pub fn corpus(target: &str) -> Vec<Vec<u8>> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let directory = crates.join("fuzz/corpus").join(target);
    let entries = directory.read_dir().unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "no inputs for {target}");
    let read = |path: &std::path::PathBuf| std::fs::read(path).unwrap();
    paths.iter().map(read).collect()
}

/// One to eight changes of an input: bytes changed, put in, taken out, or taken over from another one.
pub fn mutated(target: &str) -> impl Strategy<Value = Vec<u8>> {
    let inputs = corpus(target);
    let byte = prop_oneof![any::<u8>(), select(vec![0x00, 0x01, 0x7f, 0x80, 0xff])];
    let change = (0..5u8, any::<Index>(), 0..64usize, byte);
    let one = select(inputs.clone());
    (one, select(inputs), vec(change, 1..9)).prop_map(|(mut bytes, other, changes)| {
        for (kind, at, length, byte) in changes {
            let at = at.index(bytes.len() + 1);
            let end = (at + length).min(bytes.len());
            match kind {
                0 => bytes.insert(at, byte),
                1 => drop(bytes.drain(at..end)),
                2 => {
                    let part = other.iter().skip(at).take(length).copied();
                    drop(bytes.splice(at..end, part));
                }
                3 => {
                    let part = bytes.get(at..end).unwrap_or_default().to_vec();
                    bytes.extend(part);
                }
                _ => {
                    if let Some(changed) = bytes.get_mut(at) {
                        *changed = byte;
                    }
                }
            }
        }
        bytes
    })
}
