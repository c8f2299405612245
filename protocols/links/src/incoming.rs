//! What a receiver remembers of one sender's numbers: constant memory, however many payloads come.

/// How far ahead of the lowest number that is missing a payload is let in.
pub(crate) const RECEIVE_WINDOW: usize = u64::BITS as usize;

/// Which numbers have come: all up to one, and some of the next 64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Incoming {
    /// All numbers up to this one have come; they begin at 1.
    pub(crate) up_to: u64,
    /// Bit `i` is set where `up_to + 1 + i` has come.
    pub(crate) beyond: u64,
}

/// What a number is to its receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// It has not come before.
    New,
    /// It has.
    Duplicate,
    /// No sender that keeps to its window has sent it.
    Outside,
}

impl Incoming {
    /// Takes in a number.
    pub(crate) fn accept(&mut self, number: u64) -> Arrival {
        if number == 0 {
            return Arrival::Outside;
        }
        if number <= self.up_to {
            return Arrival::Duplicate;
        }
        let ahead = number - self.up_to - 1;
        if ahead >= RECEIVE_WINDOW as u64 {
            return Arrival::Outside;
        }
        let bit = 1 << ahead;
        if self.beyond & bit != 0 {
            return Arrival::Duplicate;
        }
        self.beyond |= bit;
        let run = self.beyond.trailing_ones();
        self.up_to += u64::from(run);
        self.beyond = self.beyond.checked_shr(run).unwrap_or(0);
        Arrival::New
    }

    /// Whether this number has come.
    pub(crate) fn has(&self, number: u64) -> bool {
        match number.checked_sub(self.up_to) {
            None | Some(0) => true,
            Some(ahead) => ahead <= RECEIVE_WINDOW as u64 && self.beyond >> (ahead - 1) & 1 == 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_new_once_in_any_order() {
        let mut incoming = Incoming::default();
        for number in [2, 64, 1, 3, 65, 66] {
            assert!(!incoming.has(number));
            assert_eq!(incoming.accept(number), Arrival::New, "{number}");
            assert!(incoming.has(number));
            assert_eq!(incoming.accept(number), Arrival::Duplicate, "{number}");
        }
        assert_eq!(incoming, Incoming { up_to: 3, beyond: 0b111 << 60 });
    }

    #[test]
    fn a_full_window_closes() {
        let mut incoming = Incoming::default();
        for number in (1..=64).rev() {
            assert_eq!(incoming.accept(number), Arrival::New);
        }
        assert_eq!(incoming, Incoming { up_to: 64, beyond: 0 });
    }

    #[test]
    fn numbers_outside_of_the_window_are_not_let_in() {
        let mut incoming = Incoming::default();
        for number in [0, 65, u64::MAX] {
            assert_eq!(incoming.accept(number), Arrival::Outside, "{number}");
        }
        assert_eq!(incoming, Incoming::default());
    }
}
