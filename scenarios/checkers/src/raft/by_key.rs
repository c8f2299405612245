//! What is known by term or by index: a sorted list, since both come almost in order and almost without gaps.

/// Values by number, oldest key first. Clearing keeps the memory.
#[derive(Clone, Debug)]
pub(super) struct ByKey<T> {
    items: Vec<(u64, T)>,
}

impl<T> ByKey<T> {
    pub(super) fn clear(&mut self) {
        self.items.clear();
    }

    pub(super) fn retain(&mut self, mut keeps: impl FnMut(&T) -> bool) {
        self.items.retain(|(_, value)| keeps(value));
    }

    pub(super) fn get(&self, key: u64) -> Option<&T> {
        self.place(key).ok().map(|place| &self.items[place].1)
    }

    /// Remembers the value, unless there is one with this key.
    pub(super) fn insert_first(&mut self, key: u64, value: T) {
        if let Err(place) = self.place(key) {
            self.items.insert(place, (key, value));
        }
    }

    /// All values whose keys are above this one, in order.
    pub(super) fn above(&self, key: u64) -> impl Iterator<Item = (u64, &T)> {
        let place = self.place(key).map_or_else(|place| place, |place| place + 1);
        self.items[place..].iter().map(|(key, value)| (*key, value))
    }

    /// Where the key is, or where it belongs.
    fn place(&self, key: u64) -> Result<usize, usize> {
        let Some((first, _)) = self.items.first() else { return Err(0) };
        // Without gaps it is there.
        let guess = usize::try_from(key.wrapping_sub(*first)).unwrap_or(usize::MAX);
        match self.items.get(guess) {
            Some((found, _)) if *found == key => Ok(guess),
            None if self.items.last().is_some_and(|(last, _)| *last < key) => Err(self.items.len()),
            _ => self.items.binary_search_by_key(&key, |(key, _)| *key),
        }
    }
}

impl<T> Default for ByKey<T> {
    fn default() -> Self {
        Self { items: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_of_a_key_is_found_with_gaps_and_without() {
        let mut list = ByKey::default();
        for key in [5, 6, 7, u64::MAX, 2, 100, 6] {
            let value = list.get(key).map_or(key, |_| 0);
            list.insert_first(key, value);
        }
        for key in [2, 5, 6, 7, 100, u64::MAX] {
            assert_eq!(list.get(key), Some(&key));
        }
        for key in [0, 1, 3, 8, 99, 101] {
            assert_eq!(list.get(key), None);
        }
        assert_eq!(list.above(6).map(|(key, _)| key).collect::<Vec<_>>(), [7, 100, u64::MAX]);
        assert_eq!(list.above(8).map(|(key, _)| key).collect::<Vec<_>>(), [100, u64::MAX]);
        list.clear();
        assert_eq!(list.get(5), None);
    }
}
