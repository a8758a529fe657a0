//! The keys that have signed before, and the multiples of those that came again.

use std::collections::VecDeque;

use crate::curve::Curve;
use crate::PublicKey;

pub(crate) struct KnownKeys<C: Curve> {
    /// Those that signed once, the first to go first.
    seen: VecDeque<PublicKey>,
    /// Those that signed again, with the multiples of their negative, the longest unused first.
    known: VecDeque<(PublicKey, C::Multiples)>,
    displaced: u32,
    /// Signatures since a known key last made room for another.
    since_displaced: usize,
}

impl<C: Curve> Default for KnownKeys<C> {
    fn default() -> Self {
        Self {
            seen: VecDeque::new(),
            known: VecDeque::new(),
            displaced: 0,
            since_displaced: 0,
        }
    }
}

impl<C: Curve> KnownKeys<C> {
    const SEEN_LIMIT: usize = 256;
    const KNOWN_LIMIT: usize = 64;
    /// So many signatures lie between two displacements. Otherwise, whoever signs with more keys in turn than are kept
    /// would have multiples made that are thrown away unused.
    const DISPLACEMENT_INTERVAL: usize = 64;

    /// The multiples of the negative of a key that signed twice.
    pub(crate) fn find(&self, key: &PublicKey) -> Option<&C::Multiples> {
        let (_, multiples) = self.known.iter().find(|(known, _)| known == key)?;
        Some(multiples)
    }

    /// Keys have signed something. One of them becomes known at most, since that takes its time.
    pub(crate) fn note<'a>(&mut self, keys: impl Iterator<Item = &'a PublicKey>) {
        let mut again = None;
        for key in keys {
            self.since_displaced = self.since_displaced.saturating_add(1);
            if self.used(key) {
                continue;
            }
            if self.seen.contains(key) {
                again = again.or(Some(key));
                continue;
            }
            if self.seen.len() == Self::SEEN_LIMIT {
                self.seen.pop_front();
            }
            self.seen.push_back(*key);
        }
        let has_room = self.known.len() < Self::KNOWN_LIMIT;
        if let Some(key) =
            again.filter(|_| has_room || self.since_displaced >= Self::DISPLACEMENT_INTERVAL)
        {
            self.remember(key);
        }
    }

    /// Moves a known key to the end, behind those that weren't used for longer. False for others.
    fn used(&mut self, key: &PublicKey) -> bool {
        let Some(at) = self.known.iter().position(|(known, _)| known == key) else {
            return false;
        };
        let found = self.known.remove(at);
        self.known.extend(found);
        true
    }

    fn remember(&mut self, key: &PublicKey) {
        self.seen.retain(|seen| seen != key);
        let Some(multiples) = C::multiples_of_negative(key) else {
            return;
        };
        if self.known.len() == Self::KNOWN_LIMIT {
            self.known.pop_front();
            self.displaced = self.displaced.wrapping_add(1);
            self.since_displaced = 0;
        }
        self.known.push_back((*key, multiples));
    }

    pub(crate) fn displaced(&self) -> u32 {
        self.displaced
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Plain;
    use curve25519_dalek::edwards::EdwardsPoint;
    use curve25519_dalek::scalar::Scalar;

    fn key(number: usize) -> PublicKey {
        EdwardsPoint::mul_base(&Scalar::from(number as u64))
            .compress()
            .to_bytes()
    }

    fn note(keys: &mut KnownKeys<Plain>, number: usize) {
        keys.note([key(number)].iter());
    }

    #[test]
    fn a_key_is_known_from_the_second_time_on() {
        let mut keys = KnownKeys::<Plain>::default();
        note(&mut keys, 1);
        assert!(keys.find(&key(1)).is_none());
        note(&mut keys, 1);
        assert!(keys.find(&key(1)).is_some());
        assert!(keys.find(&key(2)).is_none());
    }

    #[test]
    fn of_several_keys_one_becomes_known_at_a_time() {
        let several = [key(1), key(2), key(3)];
        let mut keys = KnownKeys::<Plain>::default();
        for count in [0, 1, 2, 3, 3] {
            keys.note(several.iter());
            let known = several
                .iter()
                .filter(|key| keys.find(key).is_some())
                .count();
            assert_eq!(known, count);
        }
        assert!(keys.seen.is_empty());
    }

    #[test]
    fn too_many_seen_once_push_out_the_first() {
        let mut keys = KnownKeys::<Plain>::default();
        for number in 0..=KnownKeys::<Plain>::SEEN_LIMIT {
            note(&mut keys, number);
        }
        assert_eq!(keys.seen.len(), KnownKeys::<Plain>::SEEN_LIMIT);
        note(&mut keys, 1);
        note(&mut keys, 0);
        assert!(keys.find(&key(1)).is_some());
        assert!(keys.find(&key(0)).is_none());
        assert_eq!(keys.displaced(), 0);
    }

    #[test]
    fn too_many_known_push_out_the_longest_unused() {
        let mut keys = full();
        note(&mut keys, 0);
        note(&mut keys, 1000);
        note(&mut keys, 1000);
        assert_eq!(keys.known.len(), KnownKeys::<Plain>::KNOWN_LIMIT);
        assert_eq!(keys.displaced(), 1);
        assert!(keys.find(&key(1)).is_none());
        assert!(keys.find(&key(0)).is_some());
        assert!(keys.find(&key(1000)).is_some());
    }

    #[test]
    fn keys_that_come_in_turn_do_not_push_out_each_other_each_time() {
        let mut keys = full();
        let others: Vec<PublicKey> = (1000..1200).map(key).collect();
        for _ in 0..4 {
            for several in others.chunks(8) {
                keys.note(several.iter());
            }
        }
        let noted = 2 * KnownKeys::<Plain>::KNOWN_LIMIT + 4 * others.len();
        assert!(keys.displaced() > 4);
        assert!(keys.displaced() as usize <= noted / KnownKeys::<Plain>::DISPLACEMENT_INTERVAL);
    }

    /// As many as there may be, from 0 on.
    fn full() -> KnownKeys<Plain> {
        let mut keys = KnownKeys::<Plain>::default();
        for number in 0..KnownKeys::<Plain>::KNOWN_LIMIT {
            note(&mut keys, number);
            note(&mut keys, number);
        }
        keys
    }
}
