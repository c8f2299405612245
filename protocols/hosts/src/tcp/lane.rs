//! What waits to be written to one connection, bounded.
//!
//! The node's task appends frames; the connection's task takes all that has gathered and writes it at once.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Bytes on their way to one connection.
#[derive(Debug, Default)]
pub(crate) struct Lane {
    state: Mutex<State>,
    more: Notify,
    limit: usize,
}

#[derive(Debug, Default)]
struct State {
    bytes: Vec<u8>,
    is_open: bool,
}

/// What became of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pushed {
    /// It waits to be written.
    Queued,
    /// There is no connection: it is dropped.
    Unconnected,
    /// As much waits as may: it is dropped.
    Full,
}

impl Lane {
    /// A lane on which so many bytes may wait; more is dropped. Nothing waits while it is closed, as it is at first.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nobody panics while holding it, and bytes are bytes.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends what `put` appends, where there is room.
    pub(crate) fn push(&self, put: impl FnOnce(&mut Vec<u8>)) -> Pushed {
        let mut state = self.state();
        if !state.is_open {
            return Pushed::Unconnected;
        }
        if state.bytes.len() >= self.limit {
            return Pushed::Full;
        }
        let was_empty = state.bytes.is_empty();
        put(&mut state.bytes);
        if was_empty {
            self.more.notify_one();
        }
        Pushed::Queued
    }

    /// There is a connection from now on.
    pub(crate) fn open(&self) {
        self.state().is_open = true;
    }

    /// Nothing more is taken; what waits is still written.
    pub(crate) fn end(&self) {
        self.state().is_open = false;
        self.more.notify_one();
    }

    /// There is none any more; what waits is dropped.
    pub(crate) fn close(&self) {
        *self.state() = State::default();
        self.more.notify_one();
    }

    /// Waits until there is something to write, and puts it in place of what `into` holds. Returns whether the lane is still open.
    pub(crate) async fn take(&self, into: &mut Vec<u8>) -> bool {
        into.clear();
        loop {
            {
                let mut state = self.state();
                if !state.bytes.is_empty() {
                    std::mem::swap(&mut state.bytes, into);
                    return true;
                }
                if !state.is_open {
                    return false;
                }
            }
            self.more.notified().await;
        }
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.state().bytes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_takes_what_has_room_and_drops_the_rest() {
        let lane = Lane::new(4);
        assert_eq!(lane.push(|out| out.push(1)), Pushed::Unconnected);
        lane.open();
        assert_eq!(lane.push(|out| out.extend([1, 2, 3])), Pushed::Queued);
        assert_eq!(lane.push(|out| out.extend([4, 5])), Pushed::Queued, "one goes over the limit");
        assert_eq!(lane.push(|_| panic!("there is no room")), Pushed::Full);
        lane.close();
        assert!(lane.is_empty(), "what waited for the connection is gone with it");
        assert_eq!(lane.push(|out| out.push(1)), Pushed::Unconnected);
    }

    #[tokio::test]
    async fn everything_that_has_gathered_is_taken_at_once_and_in_order() {
        let lane = std::sync::Arc::new(Lane::new(100));
        lane.open();
        let other = lane.clone();
        let writer = tokio::spawn(async move {
            let (mut all, mut piece) = (Vec::new(), vec![9]);
            while other.take(&mut piece).await {
                all.push(piece.clone());
            }
            all
        });
        lane.push(|out| out.push(1));
        lane.push(|out| out.push(2));
        while !lane.is_empty() {
            tokio::task::yield_now().await;
        }
        lane.push(|out| out.push(3));
        while !lane.is_empty() {
            tokio::task::yield_now().await;
        }
        lane.push(|out| out.push(4));
        lane.end();
        assert_eq!(lane.push(|out| out.push(5)), Pushed::Unconnected);
        assert_eq!(writer.await.expect("it ends"), [vec![1, 2], vec![3], vec![4]]);
    }
}
