//! Lists that grow by little: what they have room for, they have, or nearly.

/// Appends a value. A list that is full gets room for an eighth more, where a list by itself gets as much again.
pub(crate) fn push<T>(list: &mut Vec<T>, value: T) {
    if list.len() == list.capacity() {
        list.reserve_exact(list.len() / 8 + 4);
    }
    list.push(value);
}
