//! Which members' news is still passed on, and how often it has been (§4.1 of the paper: λ log n times, news told least often first).

use std::collections::VecDeque;

/// A queue with each member in it at most once, so it is never longer than the list of members. What is sent is the member's present
/// standing, not the one that it had when it was queued.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Rumours {
    queue: VecDeque<u32>,
    /// How often the news of each member has been told; [`SPENT`] where it is not in the queue.
    told: Vec<u16>,
    limit: u16,
}

const SPENT: u16 = u16::MAX;

impl Rumours {
    /// No news of so many members; each piece is to be told `limit` times.
    pub(super) fn new(members: usize, limit: u32) -> Self {
        let limit = u16::try_from(limit).unwrap_or(SPENT).clamp(1, SPENT - 1);
        Self { queue: VecDeque::new(), told: vec![SPENT; members], limit }
    }

    /// There is news of a member: it is told first, unless older news of it waits; then in that one's place.
    pub(super) fn add(&mut self, member: usize) {
        if std::mem::replace(&mut self.told[member], 0) == SPENT {
            self.queue.push_front(member as u32);
        }
    }

    /// There is news of a member that the next message must carry.
    pub(super) fn add_first(&mut self, member: usize) {
        self.queue.retain(|other| *other as usize != member);
        self.queue.push_front(member as u32);
        self.told[member] = 0;
    }

    /// Whose news to tell next. It goes to the back, until it has been told often enough.
    pub(super) fn tell(&mut self) -> Option<usize> {
        let next = self.queue.pop_front()?;
        let told = &mut self.told[next as usize];
        *told += 1;
        if *told < self.limit {
            self.queue.push_back(next);
        } else {
            *told = SPENT;
        }
        Some(next as usize)
    }

    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    /// Whether a member's news has been told often enough.
    pub(super) fn is_spent(&self, member: usize) -> bool {
        self.told[member] == SPENT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_is_told_so_many_times_the_newest_first_and_forgotten() {
        let mut rumours = Rumours::new(3, 2);
        rumours.add(0);
        rumours.add(2);
        let told: Vec<_> = std::iter::from_fn(|| rumours.tell()).collect();
        assert_eq!(told, [2, 0, 2, 0]);
        assert!(rumours.is_spent(0) && rumours.len() == 0);
    }

    #[test]
    fn newer_news_of_a_member_takes_the_place_of_the_older() {
        let mut rumours = Rumours::new(3, 2);
        rumours.add(0);
        rumours.add(1);
        rumours.add(0);
        assert_eq!(rumours.len(), 2);
        rumours.add_first(0);
        let told: Vec<_> = std::iter::from_fn(|| rumours.tell()).collect();
        assert_eq!(told, [0, 1, 0, 1]);
    }
}
