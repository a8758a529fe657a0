//! A sorted map for keys of a fixed size: blocks of some hundred entries, so that a search halves twice and
//! a change moves few bytes.
//!
//! In the `.wasm` it is faster than the standard library's B-tree and a fraction of its size, and nothing
//! in it panics.

use alloc::vec::Vec;

/// How many entries a block holds at most. More make changes slower, fewer make more blocks.
const CAPACITY: usize = 128;

#[derive(Debug)]
struct Block<K, V> {
    /// Not above any key here, and above all keys of the blocks before; the first block's doesn't count.
    low: K,
    /// Never empty.
    entries: Vec<(K, V)>,
}

/// Entries by key, the lowest first.
#[derive(Debug)]
pub(crate) struct SortedMap<K, V> {
    blocks: Vec<Block<K, V>>,
    len: usize,
}

/// Keys, the lowest first.
pub(crate) type SortedSet<K> = SortedMap<K, ()>;

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V> SortedMap<K, V> {
    pub(crate) const fn new() -> Self {
        Self {
            blocks: Vec::new(),
            len: 0,
        }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(K, V)> {
        self.blocks.iter().flat_map(|block| &block.entries)
    }
}

impl<K: Ord + Copy, V> SortedMap<K, V> {
    #[inline]
    pub(crate) fn get(&self, key: K) -> Option<&V> {
        let block = self.blocks.get(self.block_of(key))?;
        let at = block.search(key).ok()?;
        block.entries.get(at).map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, key: K) -> Option<&mut V> {
        let index = self.block_of(key);
        let block = self.blocks.get_mut(index)?;
        let at = block.search(key).ok()?;
        block.entries.get_mut(at).map(|(_, value)| value)
    }

    #[inline]
    pub(crate) fn contains(&self, key: K) -> bool {
        self.get(key).is_some()
    }

    pub(crate) fn first(&self) -> Option<&(K, V)> {
        self.blocks.first()?.entries.first()
    }

    pub(crate) fn last(&self) -> Option<&(K, V)> {
        self.blocks.last()?.entries.last()
    }

    /// The entries from a key on, the lowest first.
    #[inline]
    pub(crate) fn range_from(&self, key: K) -> impl Iterator<Item = &(K, V)> {
        let mut blocks = self
            .blocks
            .get(self.block_of(key)..)
            .unwrap_or_default()
            .iter();
        let first = blocks.next().map_or(&[][..], |block| {
            let start = block.search(key).unwrap_or_else(|at| at);
            block.entries.get(start..).unwrap_or_default()
        });
        first.iter().chain(blocks.flat_map(|block| &block.entries))
    }

    /// Returns the value that was there.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let index = self.block_of(key);
        let is_last = index + 1 >= self.blocks.len();
        let Some(block) = self.blocks.get_mut(index) else {
            self.push_block(key, value);
            return None;
        };
        match block.search(key) {
            Ok(at) => {
                let (_, old) = block.entries.get_mut(at)?;
                return Some(core::mem::replace(old, value));
            }
            Err(at) if block.entries.len() < CAPACITY => put(&mut block.entries, at, (key, value)),
            // Keys that come in order fill whole blocks.
            Err(CAPACITY) if is_last => {
                self.push_block(key, value);
                return None;
            }
            Err(_) => {
                self.split(index);
                return self.insert(key, value);
            }
        }
        self.len += 1;
        None
    }

    /// Returns the value that was there.
    pub(crate) fn remove(&mut self, key: K) -> Option<V> {
        let index = self.block_of(key);
        let block = self.blocks.get_mut(index)?;
        let at = block.search(key).ok()?;
        let (_, value) = take(&mut block.entries, at)?;
        self.len -= 1;
        if block.entries.len() < CAPACITY / 4 {
            self.merge(index);
        }
        Some(value)
    }

    /// Removes all that aren't to stay, in one pass; `stays` is asked in the order of keys.
    pub(crate) fn retain(&mut self, mut stays: impl FnMut(&K, &V) -> bool) {
        self.len = 0;
        let blocks = core::mem::take(&mut self.blocks);
        for mut block in blocks {
            block.entries.retain(|(key, value)| stays(key, value));
            let count = block.entries.len();
            self.len += count;
            match self.blocks.last_mut() {
                Some(last) if last.entries.len() + count <= CAPACITY * 3 / 4 => {
                    last.entries.append(&mut block.entries);
                }
                _ if count > 0 => self.blocks.push(block),
                _ => {}
            }
        }
    }

    pub(crate) fn pop_first(&mut self) -> Option<(K, V)> {
        let first = self.first()?.0;
        Some((first, self.remove(first)?))
    }

    #[inline]
    fn block_of(&self, key: K) -> usize {
        let later = self.blocks.get(1..).unwrap_or_default();
        later.partition_point(|block| block.low <= key)
    }

    fn push_block(&mut self, low: K, value: V) {
        let entries = Vec::from([(low, value)]);
        self.blocks.push(Block { low, entries });
        self.len += 1;
    }

    fn split(&mut self, index: usize) {
        let Some(block) = self.blocks.get_mut(index) else {
            return;
        };
        let half = block.entries.len() / 2;
        let entries = block.entries.split_off(half);
        if let Some((low, _)) = entries.first() {
            let block = Block { low: *low, entries };
            put(&mut self.blocks, index + 1, block);
        }
    }

    /// Makes one block of a small one and the one before or after it, if they aren't too large together.
    fn merge(&mut self, index: usize) {
        let length = |at: usize| {
            self.blocks
                .get(at)
                .map_or(CAPACITY, |block| block.entries.len())
        };
        let left = if index > 0 { index - 1 } else { index };
        let fits = length(left) + length(left + 1) <= CAPACITY * 3 / 4;
        if length(index) == 0 {
            take(&mut self.blocks, index);
        } else if fits {
            let right = take(&mut self.blocks, left + 1);
            let left = self.blocks.get_mut(left);
            if let Some((left, mut right)) = left.zip(right) {
                left.entries.append(&mut right.entries);
            }
        }
    }
}

impl<K: Ord + Copy, V> Block<K, V> {
    #[inline]
    fn search(&self, key: K) -> Result<usize, usize> {
        self.entries.binary_search_by_key(&key, |(other, _)| *other)
    }
}

/// `Vec::insert` for an index that is in the list or at its end, without a way to panic.
#[inline]
fn put<T>(list: &mut Vec<T>, at: usize, item: T) {
    list.push(item);
    if let Some(tail @ [_, ..]) = list.get_mut(at..) {
        tail.rotate_right(1);
    }
}

/// `Vec::remove` without a way to panic: none for an index that isn't in the list.
#[inline]
fn take<T>(list: &mut Vec<T>, at: usize) -> Option<T> {
    match list.get_mut(at..) {
        Some(tail @ [_, ..]) => tail.rotate_left(1),
        _ => return None,
    }
    list.pop()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    #[derive(Clone, Debug)]
    enum Step {
        Insert(u16, u8),
        /// A run of keys in order.
        Fill(u16, u16),
        Remove(u16),
        /// All keys but some.
        Thin(u16),
        /// The same in one pass.
        Retain(u16),
        PopFirst,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            8 => (0..2000u16, any::<u8>()).prop_map(|(key, value)| Step::Insert(key, value)),
            1 => (0..2000u16, 1..400u16).prop_map(|(from, count)| Step::Fill(from, count)),
            4 => (0..2000u16).prop_map(Step::Remove),
            1 => (2..20u16).prop_map(Step::Thin),
            1 => (2..20u16).prop_map(Step::Retain),
            1 => Just(Step::PopFirst),
        ]
    }

    fn config() -> ProptestConfig {
        ProptestConfig {
            cases: 500,
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(20),
            ..ProptestConfig::default()
        }
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn behaves_as_a_b_tree(steps in vec(step(), 1..200), probes in vec(0..2000u16, 8)) {
            let mut map = SortedMap::new();
            let mut model = BTreeMap::new();
            for step in steps {
                match step {
                    Step::Insert(key, value) => {
                        prop_assert_eq!(map.insert(key, value), model.insert(key, value));
                    }
                    Step::Fill(from, count) => {
                        for key in from..from + count {
                            prop_assert_eq!(map.insert(key, 0), model.insert(key, 0));
                        }
                    }
                    Step::Remove(key) => prop_assert_eq!(map.remove(key), model.remove(&key)),
                    Step::Thin(keep) => {
                        let keys: Vec<u16> = model.keys().copied().filter(|key| key % keep != 0).collect();
                        for key in keys {
                            prop_assert_eq!(map.remove(key), model.remove(&key));
                        }
                    }
                    Step::Retain(keep) => {
                        map.retain(|key, _| key % keep == 0);
                        model.retain(|key, _| key % keep == 0);
                    }
                    Step::PopFirst => prop_assert_eq!(map.pop_first(), model.pop_first()),
                }
                prop_assert_eq!(map.len(), model.len());
            }
            prop_assert!(map.iter().map(|(key, value)| (key, value)).eq(model.iter()));
            prop_assert_eq!(map.first().map(|entry| entry.0), model.keys().next().copied());
            prop_assert_eq!(map.last().map(|entry| entry.0), model.keys().last().copied());
            for key in probes {
                prop_assert_eq!(map.get(key), model.get(&key));
                prop_assert_eq!(map.get_mut(key), model.get_mut(&key));
                let above = map.range_from(key).map(|(key, value)| (key, value));
                prop_assert!(above.eq(model.range(key..)));
            }
            let most = map.len() / (CAPACITY / 4) + 2;
            prop_assert!(map.blocks.len() <= most, "{} blocks", map.blocks.len());
        }
    }
}
