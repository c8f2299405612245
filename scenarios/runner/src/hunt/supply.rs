//! Hands out runs to the threads of a hunt.
//!
//! A run that is chosen by what former runs have shown can be chosen only when these are known. So each is chosen when the result of the one
//! that comes a fixed number of runs before it is taken, in the order of seeds, and not when a thread asks for it: how many threads there
//! are, and how fast, changes nothing.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use seatrial_search::{Arm, Campaign, Recipe, Seen};

use super::HuntOptions;

/// So many runs may be under way, or waiting to be taken in their order, where what is chosen depends on them. More threads than that have
/// nothing to do.
const AHEAD: u64 = 64;

/// The same where it does not.
const FAR_AHEAD: u64 = 1024;

/// A run to be made.
#[derive(Clone, Debug)]
pub(super) struct Order {
    /// Its number, which is its seed where the recipe says nothing else.
    pub(super) number: u64,
    /// Which arm of the campaign has chosen it.
    pub(super) arm: usize,
    pub(super) recipe: Recipe,
}

pub(super) struct Supply<'a> {
    book: Mutex<Book>,
    changed: Condvar,
    arms: Vec<Arm>,
    deadline: Option<Instant>,
    stop: &'a AtomicBool,
}

/// What has been chosen, and what is still to be.
struct Book {
    campaign: Campaign,
    ready: VecDeque<Order>,
    next: u64,
    end: Option<u64>,
    /// Nothing more is handed out.
    closed: bool,
}

impl<'a> Supply<'a> {
    pub(super) fn new(campaign: Campaign, options: &HuntOptions, stop: &'a AtomicBool) -> Self {
        let ahead = if campaign.learns() { AHEAD } else { FAR_AHEAD };
        let arms = campaign.arms().collect();
        let next = options.first_seed;
        let end = options.seeds.map(|seeds| next.saturating_add(seeds));
        let mut book = Book { campaign, ready: VecDeque::new(), next, end, closed: false };
        (0..ahead).for_each(|_| book.choose());
        let deadline = options.time_limit.map(|limit| Instant::now() + limit);
        Self { book: Mutex::new(book), changed: Condvar::new(), arms, deadline, stop }
    }

    /// The ways in which runs are chosen.
    pub(super) fn arms(&self) -> &[Arm] {
        &self.arms
    }

    /// The next run to be made; none, when the hunt is over. Waits where what it depends on is not known yet.
    pub(super) fn next(&self) -> Option<Order> {
        let mut book = self.book();
        loop {
            let late = self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
            if late || self.stop.load(Ordering::Relaxed) || book.closed {
                return None;
            }
            if let Some(order) = book.ready.pop_front() {
                return Some(order);
            }
            if book.is_used_up() {
                return None;
            }
            // Those that are under way will be told.
            book = self.changed.wait(book).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// What came of a run; says how many states it was the first to come past, where that is looked at. Runs are told in their order.
    pub(super) fn told(&self, order: &Order, seen: &[Seen], events: u64) -> u64 {
        let mut book = self.book();
        let fresh = book.campaign.tell(order.arm, &order.recipe, seen, events);
        book.choose();
        self.changed.notify_all();
        fresh
    }

    /// Hands out nothing more.
    pub(super) fn close(&self) {
        self.book().closed = true;
        self.changed.notify_all();
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn is_used_up(&self) -> bool {
        self.end.is_some_and(|end| self.next >= end)
    }

    fn choose(&mut self) {
        if self.is_used_up() {
            return;
        }
        let number = self.next;
        let (arm, recipe) = self.campaign.next(number);
        self.ready.push_back(Order { number, arm, recipe });
        self.next += 1;
    }
}
