//! Which members' news is still passed on, and how often it has been (§4.1 of the paper: λ log n times, what was told least often first).

/// A queue with each member in it at most once. What is sent is the member's present standing, not the one that it had when it was
/// queued.
///
/// There is a list for each number of times that news has been told, newest first, and the first list that is not empty is told first.
/// So when there is more than messages can carry, old suspicions wait and their refutations do not. The lists run through one array,
/// with a place for each member: nothing is allocated, and every step takes the same time however much there is to tell.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Rumours {
    links: Vec<Link>,
    /// The first member of each list, or [`NOBODY`].
    heads: Vec<u32>,
    /// No list before this one has anybody in it.
    lowest: usize,
    count: usize,
}

/// In place of a member or a list: three numbers without a flag are half the memory of three that may be none, and in a large cluster
/// the time goes where memory is waited for.
const NOBODY: u32 = u32::MAX;

/// A member's neighbours in the list that it is in.
#[derive(Clone, Copy, Debug, Hash)]
struct Link {
    /// Which list; [`NOBODY`] where the member's news has been told often enough.
    told: u32,
    before: u32,
    after: u32,
}

impl Link {
    const NONE: Self = Self { told: NOBODY, before: NOBODY, after: NOBODY };
}

impl Rumours {
    /// No news of so many members; each piece is to be told `limit` times.
    pub(super) fn new(members: usize, limit: u32) -> Self {
        let (links, heads) = (vec![Link::NONE; members], vec![NOBODY; limit as usize]);
        Self { links, heads, lowest: 0, count: 0 }
    }

    /// There is news of a member, in place of older news of it.
    pub(super) fn add(&mut self, member: usize) {
        self.unlink(member as u32);
        self.link(member as u32, 0);
    }

    /// Tells the news of up to so many members, each once.
    pub(super) fn tell<const MAX: usize>(&mut self, room: usize, mut tell: impl FnMut(usize)) {
        let mut told = [None; MAX];
        for slot in told.iter_mut().take(room.min(self.count)) {
            *slot = self.take_first();
            if let Some((member, _)) = slot {
                tell(*member as usize);
            }
        }
        for (member, times) in told.into_iter().flatten() {
            self.link(member, times + 1);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Whether a member's news has been told often enough.
    pub(super) fn is_spent(&self, member: usize) -> bool {
        self.links[member].told == NOBODY
    }

    /// Takes out the member whose news is next, with how often that has been told.
    fn take_first(&mut self) -> Option<(u32, u32)> {
        let empty = self.heads[self.lowest..].iter().take_while(|head| **head == NOBODY).count();
        self.lowest += empty;
        let first = *self.heads.get(self.lowest)?;
        let told = self.links[first as usize].told;
        self.unlink(first);
        Some((first, told))
    }

    fn unlink(&mut self, member: u32) {
        let Link { told, before, after } =
            std::mem::replace(&mut self.links[member as usize], Link::NONE);
        if told == NOBODY {
            return;
        }
        if before == NOBODY {
            self.heads[told as usize] = after;
        } else {
            self.links[before as usize].after = after;
        }
        if after != NOBODY {
            self.links[after as usize].before = before;
        }
        self.count -= 1;
    }

    /// Puts a member that is in no list into this one, unless its news has been told often enough.
    fn link(&mut self, member: u32, told: u32) {
        let Some(head) = self.heads.get_mut(told as usize) else { return };
        let after = std::mem::replace(head, member);
        self.links[member as usize] = Link { told, before: NOBODY, after };
        if after != NOBODY {
            self.links[after as usize].before = member;
        }
        self.lowest = self.lowest.min(told as usize);
        self.count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(rumours: &mut Rumours, room: usize) -> Vec<usize> {
        let mut told = Vec::new();
        rumours.tell::<4>(room, |member| told.push(member));
        told
    }

    #[test]
    fn news_is_told_so_many_times_the_newest_first_and_forgotten() {
        let mut rumours = Rumours::new(3, 2);
        rumours.add(0);
        rumours.add(2);
        assert_eq!(told(&mut rumours, 1), [2]);
        assert_eq!(
            told(&mut rumours, 4),
            [0, 2],
            "the least told first, and none twice in a message"
        );
        assert!(rumours.is_spent(2) && !rumours.is_spent(0));
        assert_eq!(told(&mut rumours, 4), [0]);
        assert_eq!((told(&mut rumours, 4), rumours.len()), (vec![], 0));
    }

    #[test]
    fn newer_news_of_a_member_is_told_in_place_of_the_older() {
        let mut rumours = Rumours::new(3, 3);
        rumours.add(0);
        rumours.add(1);
        assert_eq!(told(&mut rumours, 4), [1, 0]);
        rumours.add(0);
        assert_eq!(rumours.len(), 2);
        assert_eq!(told(&mut rumours, 4), [0, 1]);
    }
}
