//! The way from one member to another: what is done to it, and what has been felt of that.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::watch;

/// What is done to all that goes one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trouble {
    /// Nothing comes through; it is withheld until the cut is over.
    pub cut: bool,
    /// Everything comes so much later.
    pub delay: Duration,
    /// So many bytes a second come through; as many as there are, where it is zero.
    pub rate: u64,
}

/// What has been done to what went one way, in bytes but for the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Felt {
    /// Carried, sooner or later.
    pub carried: u64,
    /// Withheld by a cut for a while.
    pub withheld: u64,
    /// Delayed.
    pub delayed: u64,
    /// Slowed down.
    pub slowed: u64,
    /// Connections that were broken.
    pub reset: u64,
}

/// The way from one member to another.
#[derive(Debug, Default)]
pub(super) struct Way {
    trouble: watch::Sender<Trouble>,
    /// How often the connections made this way were broken.
    resets: watch::Sender<u64>,
    open: AtomicU64,
    pub(super) carried: AtomicU64,
    pub(super) withheld: AtomicU64,
    pub(super) delayed: AtomicU64,
    pub(super) slowed: AtomicU64,
    reset: AtomicU64,
}

impl Way {
    pub(super) fn set(&self, trouble: Trouble) {
        self.trouble.send_replace(trouble);
    }

    pub(super) fn trouble(&self) -> Trouble {
        *self.trouble.borrow()
    }

    /// Waits until nothing is cut.
    pub(super) async fn passable(&self) {
        // The sender lives as long as `self`.
        let _ = self.trouble.subscribe().wait_for(|trouble| !trouble.cut).await;
    }

    /// Breaks the connections made this way. Returns how many there are.
    pub(super) fn reset(&self) -> u64 {
        let open = self.open.load(Relaxed);
        self.resets.send_modify(|resets| *resets += 1);
        self.reset.fetch_add(open, Relaxed);
        open
    }

    /// A connection begins; it ends when this is dropped.
    pub(super) fn connection(&self) -> Connection<'_> {
        self.open.fetch_add(1, Relaxed);
        Connection { way: self, resets: self.resets.subscribe() }
    }

    pub(super) fn felt(&self) -> Felt {
        let [carried, withheld, delayed, slowed, reset] =
            [&self.carried, &self.withheld, &self.delayed, &self.slowed, &self.reset]
                .map(|count| count.load(Relaxed));
        Felt { carried, withheld, delayed, slowed, reset }
    }
}

/// A connection that was made this way, counted while it lasts.
pub(super) struct Connection<'a> {
    way: &'a Way,
    resets: watch::Receiver<u64>,
}

impl Connection<'_> {
    /// Waits until it is to be broken.
    pub(super) async fn broken(&mut self) {
        if self.resets.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        self.way.open.fetch_sub(1, Relaxed);
    }
}
