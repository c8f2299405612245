//! Which messages a member has seen, in little memory: how far it has seen each stream without a gap, and what it has seen beyond.

use seatrial_node::NodeId;

use crate::{MessageId, Stream};

/// How many lives of a member are remembered. A message of a life before these counts as seen: it has been under way while its
/// origin crashed that many times.
const LIVES: usize = 8;

/// How far a stream has come: all its messages up to and including this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    /// The stream.
    pub stream: Stream,
    /// The sequence number of its last message that counts.
    pub sequence: u32,
}

impl Mark {
    /// The last message that counts.
    pub(crate) const fn last(self) -> MessageId {
        MessageId::new(self.stream.origin, self.stream.life, self.sequence)
    }
}

/// A set of messages. It takes a few words for each stream and one for each message beyond a gap, so its size is bounded by the
/// members, eight lives of each, and the messages under way.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Seen {
    /// In the order of their streams.
    streams: Vec<Track>,
}

#[derive(Clone, Debug, Hash)]
struct Track {
    mark: Mark,
    /// What is in beyond the mark's next, in ascending order.
    beyond: Vec<u32>,
}

impl Seen {
    /// Puts a message in; tells whether it was not in before.
    pub(crate) fn insert(&mut self, id: MessageId) -> bool {
        let Some(place) = self.place(id.stream()) else {
            return false;
        };
        let Track { mark, beyond } = &mut self.streams[place];
        let sequence = id.sequence();
        if sequence <= mark.sequence {
            return false;
        }
        if sequence > mark.sequence + 1 {
            let Err(gap) = beyond.binary_search(&sequence) else {
                return false;
            };
            beyond.insert(gap, sequence);
            return true;
        }
        let mut filled = 0;
        mark.sequence = sequence;
        while beyond.get(filled) == Some(&mark.sequence.wrapping_add(1)) {
            mark.sequence += 1;
            filled += 1;
        }
        beyond.drain(..filled);
        true
    }

    /// Whether a message is in.
    pub(crate) fn contains(&self, id: MessageId) -> bool {
        match self.find(id.stream()) {
            Ok(place) => {
                let Track { mark, beyond } = &self.streams[place];
                id.sequence() <= mark.sequence || beyond.binary_search(&id.sequence()).is_ok()
            }
            Err(_) => self.is_forgotten(id.stream()),
        }
    }

    /// Gives up what is missing where more than `most` messages are in beyond it: it counts as seen from now on.
    pub(crate) fn close_gaps(&mut self, most: usize) {
        for Track { mark, beyond } in &mut self.streams {
            while beyond.len() > most {
                mark.sequence = beyond.remove(0);
                while beyond.first() == Some(&mark.sequence.wrapping_add(1)) {
                    mark.sequence = beyond.remove(0);
                }
            }
        }
    }

    /// How far each stream has been seen without a gap.
    pub(crate) fn marks(&self) -> impl Iterator<Item = Mark> {
        self.streams.iter().map(|track| track.mark)
    }

    /// Every stream: how far it has been seen without a gap, and what is in beyond.
    pub(crate) fn tracks(&self) -> impl ExactSizeIterator<Item = (Mark, &[u32])> {
        self.streams.iter().map(|track| (track.mark, track.beyond.as_slice()))
    }

    /// Takes a stream in as [`Seen::tracks`] has told of it. Tells whether it can be: streams come in ascending order, and so does what is
    /// beyond the next of the mark.
    pub(crate) fn push_track(&mut self, mark: Mark, beyond: Vec<u32>) -> bool {
        let is_next = self.streams.last().is_none_or(|last| last.mark.stream < mark.stream);
        let first = mark.sequence.saturating_add(2);
        let ascends = beyond.windows(2).all(|pair| pair[0] < pair[1]);
        let is_sound = is_next && ascends && beyond.first().is_none_or(|next| *next >= first);
        if is_sound {
            self.streams.push(Track { mark, beyond });
        }
        is_sound && self.lives(mark.stream.origin).1 <= LIVES
    }

    fn find(&self, stream: Stream) -> Result<usize, usize> {
        self.streams.binary_search_by_key(&stream, |track| track.mark.stream)
    }

    /// Where a stream's track is, made if need be; none for a life too long ago.
    fn place(&mut self, stream: Stream) -> Option<usize> {
        let place = match self.find(stream) {
            Ok(place) => return Some(place),
            Err(place) => place,
        };
        if self.is_forgotten(stream) {
            return None;
        }
        let mark = Mark { stream, sequence: 0 };
        self.streams.insert(place, Track { mark, beyond: Vec::new() });
        let (first, lives) = self.lives(stream.origin);
        if lives > LIVES {
            self.streams.remove(first);
            return Some(place - 1);
        }
        Some(place)
    }

    /// Where the tracks of a member begin, and how many there are.
    fn lives(&self, origin: NodeId) -> (usize, usize) {
        let first = self.streams.partition_point(|track| track.mark.stream.origin < origin);
        let of_origin = |track: &&Track| track.mark.stream.origin == origin;
        (first, self.streams[first..].iter().take_while(of_origin).count())
    }

    fn is_forgotten(&self, stream: Stream) -> bool {
        let (first, lives) = self.lives(stream.origin);
        lives >= LIVES && stream < self.streams[first].mark.stream
    }
}

/// How far streams have come, as far as is known: an entry for each stream that has begun, in order, and of eight lives of a member at
/// most. With one life a member it is a vector clock of broadcasts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Marks(Vec<Mark>);

impl Marks {
    /// How far a stream has come.
    pub(crate) fn get(&self, stream: Stream) -> u32 {
        self.find(stream).map_or(0, |place| self.0[place].sequence)
    }

    /// Notes that a stream has come so far, if not farther.
    pub(crate) fn raise(&mut self, mark: Mark) {
        match self.find(mark.stream) {
            Ok(place) => self.0[place].sequence = self.0[place].sequence.max(mark.sequence),
            Err(place) => self.begin(place, mark),
        }
    }

    /// Whether a stream has come at least so far. Of one that was forgotten, all counts as done.
    pub(crate) fn covers(&self, mark: Mark) -> bool {
        self.get(mark.stream) >= mark.sequence || self.is_forgotten(mark.stream)
    }

    pub(crate) fn as_slice(&self) -> &[Mark] {
        &self.0
    }

    /// Adds a stream, and forgets the oldest life of its origin where it has had too many.
    fn begin(&mut self, place: usize, mark: Mark) {
        if self.is_forgotten(mark.stream) {
            return;
        }
        self.0.insert(place, mark);
        let (first, lives) = self.lives(mark.stream.origin);
        if lives > LIVES {
            self.0.remove(first);
        }
    }

    fn is_forgotten(&self, stream: Stream) -> bool {
        let (first, lives) = self.lives(stream.origin);
        lives >= LIVES && stream < self.0[first].stream
    }

    fn lives(&self, origin: NodeId) -> (usize, usize) {
        let first = self.0.partition_point(|mark| mark.stream.origin < origin);
        let of_origin = |mark: &&Mark| mark.stream.origin == origin;
        (first, self.0[first..].iter().take_while(of_origin).count())
    }

    fn find(&self, stream: Stream) -> Result<usize, usize> {
        self.0.binary_search_by_key(&stream, |mark| mark.stream)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(life: u32, sequence: u32) -> MessageId {
        MessageId::new(NodeId(1), life, sequence)
    }

    #[test]
    fn what_is_in_is_in_once_in_any_order() {
        let mut seen = Seen::default();
        for sequence in [3, 1, 5, 2, 4] {
            assert!(!seen.contains(id(1, sequence)));
            assert!(seen.insert(id(1, sequence)));
            assert!(!seen.insert(id(1, sequence)));
            assert!(seen.contains(id(1, sequence)));
        }
        assert_eq!(seen.marks().map(|mark| mark.sequence).collect::<Vec<_>>(), [5]);
        assert!(seen.streams[0].beyond.is_empty(), "a closed gap takes no memory");
    }

    #[test]
    fn the_last_number_of_a_stream_is_a_number_like_others() {
        let mut seen = Seen::default();
        assert!(seen.insert(id(1, u32::MAX)));
        assert!(!seen.insert(id(1, u32::MAX)));
        seen.streams[0].mark.sequence = u32::MAX - 2;
        assert!(seen.insert(id(1, u32::MAX - 1)));
        assert!(!seen.insert(id(1, u32::MAX)));
        assert_eq!(seen.streams[0].mark.sequence, u32::MAX);
    }

    #[test]
    fn what_is_missing_too_long_is_given_up() {
        let mut seen = Seen::default();
        for sequence in [1, 3, 4, 6, 7] {
            seen.insert(id(1, sequence));
        }
        seen.close_gaps(4);
        assert!(!seen.contains(id(1, 2)) && !seen.contains(id(1, 5)));
        seen.close_gaps(3);
        assert!(seen.contains(id(1, 2)) && !seen.contains(id(1, 5)));
        assert!(!seen.insert(id(1, 2)) && seen.insert(id(1, 5)));
        assert_eq!(seen.marks().map(|mark| mark.sequence).collect::<Vec<_>>(), [7]);
    }

    #[test]
    fn marks_only_rise_and_forget_lives_long_ago() {
        let mut marks = Marks::default();
        let mark = |life, sequence| Mark { stream: id(life, 1).stream(), sequence };
        marks.raise(mark(1, 5));
        marks.raise(mark(1, 3));
        assert_eq!(marks.get(id(1, 1).stream()), 5);
        assert!(marks.covers(mark(1, 5)) && !marks.covers(mark(1, 6)) && !marks.covers(mark(2, 1)));
        (2..=20).for_each(|life| marks.raise(mark(life, 1)));
        assert_eq!(marks.as_slice().len(), LIVES);
        assert!(marks.covers(mark(1, 6)), "nobody waits for a forgotten life");
    }

    #[test]
    fn lives_long_ago_are_forgotten_and_count_as_seen() {
        let mut seen = Seen::default();
        for life in 1..=20 {
            assert!(seen.insert(id(life, 1)));
        }
        assert_eq!(seen.streams.len(), LIVES);
        assert!(!seen.insert(id(12, 2)) && seen.contains(id(12, 2)));
        assert!(seen.insert(id(13, 2)));
    }
}
