//! The last so many times between heartbeats, with their mean and deviation in whole numbers: no rounding differs between machines.

use std::collections::VecDeque;

use seatrial_node::Duration;

/// A sliding window of spans of time.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Window {
    spans: VecDeque<u64>,
    capacity: usize,
    sum: u128,
    squares: u128,
}

/// About 13 days. Squares of longer spans could not be summed up.
const LONGEST: u64 = 1 << 50;

impl Window {
    /// The most spans that a window can hold.
    pub(crate) const MAX: usize = 1_000;

    /// An empty window for this many spans.
    pub(crate) fn new(capacity: usize) -> Self {
        assert!((1..=Self::MAX).contains(&capacity), "checked with the configuration");
        Self { spans: VecDeque::with_capacity(capacity), capacity, sum: 0, squares: 0 }
    }

    /// Takes a span in, and the oldest out where there is no room.
    pub(crate) fn push(&mut self, span: Duration) {
        if self.spans.len() == self.capacity
            && let Some(oldest) = self.spans.pop_front()
        {
            self.sum -= u128::from(oldest);
            self.squares -= u128::from(oldest).pow(2);
        }
        let span = span.as_nanos().min(LONGEST);
        self.spans.push_back(span);
        self.sum += u128::from(span);
        self.squares += u128::from(span).pow(2);
    }

    pub(crate) fn len(&self) -> usize {
        self.spans.len()
    }

    /// The mean; zero of an empty window.
    pub(crate) fn mean(&self) -> Duration {
        let mean = self.sum.checked_div(self.spans.len() as u128);
        Duration::from_nanos(mean.and_then(|mean| u64::try_from(mean).ok()).unwrap_or(0))
    }

    /// The standard deviation; zero of an empty window.
    pub(crate) fn deviation(&self) -> Duration {
        let count = self.spans.len() as u128;
        // Spans below 2^50 and at most 2^10 of them: below 2^120.
        let scaled = count * self.squares - self.sum.pow(2);
        let deviation = scaled.isqrt().checked_div(count);
        Duration::from_nanos(deviation.and_then(|span| u64::try_from(span).ok()).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_and_the_deviation_are_those_of_the_last_spans_only() {
        let mut window = Window::new(4);
        assert_eq!((window.mean(), window.deviation()), (Duration::ZERO, Duration::ZERO));
        for nanos in [1_000_000, 2, 4, 4, 6] {
            window.push(Duration::from_nanos(nanos));
        }
        assert_eq!(window.len(), 4);
        assert_eq!(window.mean(), Duration::from_nanos(4));
        assert_eq!(window.deviation(), Duration::from_nanos(1), "the root of 2, rounded down");
    }

    #[test]
    fn the_longest_spans_do_not_overflow() {
        let mut window = Window::new(Window::MAX);
        for i in 0..2 * Window::MAX {
            window.push(if i % 2 == 0 { Duration::MAX } else { Duration::ZERO });
        }
        assert_eq!(window.mean(), Duration::from_nanos(LONGEST / 2));
        assert_eq!(window.deviation(), Duration::from_nanos(LONGEST / 2));
    }
}
