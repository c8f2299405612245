//! The sequential objects at work: a state is one word, so that configurations are small and compared fast.
//!
//! What does not fit into a word is kept here once and named by its number. Two states have the same word exactly where nothing
//! that the history asks can tell them apart; that is what lets a search remember where it has been.

use super::problem::{Op, Problem, Step, Tables};
use super::table::{Key, Table, mix};

/// Turns states into states.
#[derive(Clone, Debug)]
pub(crate) enum Machine {
    /// The state is the number of the value.
    Register,
    /// The state is the count.
    Counter,
    /// The state is the length: what a list holds is known from the longest list that was read, and beyond that nobody looks.
    List(Vec<u32>),
    /// The state is the number of a text.
    Texts(Texts),
    /// The state is the number of the contents.
    Queue(Queue),
    /// The state is a node of a tree whose edges are pushes, plus one; zero is empty.
    Stack(Table<(u32, u32)>),
}

impl Machine {
    /// The machine for these operations, and its initial state.
    pub(crate) fn new(ops: &[Op], tables: &Tables) -> (Self, u64) {
        use super::model::Model;
        match tables.model {
            Model::Register | Model::CasRegister | Model::Kv | Model::Mutex | Model::Set => {
                (Self::Register, 0)
            }
            Model::Counter => (Self::Counter, tables.zero as u64),
            Model::AppendList => {
                let (chain, len) = Problem::longest_list(ops);
                (Self::List(tables.list(chain, len).to_vec()), 0)
            }
            Model::KvString => {
                let (texts, first) = Texts::new(ops, tables);
                (Self::Texts(texts), first)
            }
            Model::Queue => (Self::Queue(Queue::new()), 0),
            Model::Stack => (Self::Stack(Table::new()), 0),
        }
    }

    /// The state after the operation; nothing where it cannot take effect in this state.
    pub(crate) fn step(&mut self, state: u64, step: Step) -> Option<u64> {
        match self {
            Self::Register => register(state, step),
            Self::Counter => match step {
                Step::Add(more) => Some((state as i64).saturating_add(more) as u64),
                Step::Total(total) => (state as i64 == total).then_some(state),
                _ => None,
            },
            Self::List(longest) => match step {
                Step::Length(len) => (state == u64::from(len)).then_some(state),
                Step::Append(value) => match longest.get(state as usize) {
                    Some(next) => (*next == value).then_some(state + 1),
                    None => Some(longest.len() as u64 + 1),
                },
                _ => None,
            },
            Self::Texts(texts) => texts.step(state, step),
            Self::Queue(queue) => queue.step(state, step),
            Self::Stack(nodes) => stack(nodes, state, step),
        }
    }

    /// Bytes of states remembered.
    pub(crate) const fn bytes(&self) -> usize {
        match self {
            Self::Register | Self::Counter | Self::List(_) => 0,
            Self::Texts(texts) => texts.bytes,
            Self::Queue(queue) => queue.contents.bytes(),
            Self::Stack(nodes) => nodes.bytes(),
        }
    }

    /// Whether all values that a queue or a stack holds are of that kind.
    pub(crate) fn holds_only(&self, state: u64, is: impl Fn(u32) -> bool) -> bool {
        match self {
            Self::Queue(queue) => queue.contents.get(state).iter().all(|value| is(*value)),
            Self::Stack(nodes) => {
                let below = |node: &u32| {
                    Some(nodes.entries()[*node as usize - 1].0).filter(|node| *node != 0)
                };
                let top = Some(state as u32).filter(|node| *node != 0);
                std::iter::successors(top, below)
                    .all(|node| is(nodes.entries()[node as usize - 1].1))
            }
            _ => true,
        }
    }

    /// The numbers of the values that the state holds, oldest first: of a queue or a stack.
    pub(crate) fn contents(&self, state: u64) -> Vec<u32> {
        match self {
            Self::Queue(queue) => queue.contents.get(state).to_vec(),
            Self::Stack(nodes) => {
                let mut node = state as u32;
                let mut values = Vec::new();
                while node != 0 {
                    let (below, value) = nodes.entries()[node as usize - 1];
                    values.push(value);
                    node = below;
                }
                values.reverse();
                values
            }
            Self::List(longest) => longest[..(state as usize).min(longest.len())].to_vec(),
            Self::Register | Self::Counter | Self::Texts(_) => Vec::new(),
        }
    }
}

fn register(state: u64, step: Step) -> Option<u64> {
    match step {
        Step::Write(value) => Some(u64::from(value)),
        Step::Read(value) => (state == u64::from(value)).then_some(state),
        Step::Cas(from, to) => (state == u64::from(from)).then_some(u64::from(to)),
        Step::Not(value) => (state != u64::from(value)).then_some(state),
        _ => None,
    }
}

fn stack(nodes: &mut Table<(u32, u32)>, state: u64, step: Step) -> Option<u64> {
    let top = state.checked_sub(1).map(|node| nodes.entries()[node as usize]);
    match (step, top) {
        (Step::Insert(value), _) => Some(nodes.insert((state as u32, value)).0 as u64 + 1),
        (Step::Take(value), Some((below, top))) => (value == top).then_some(u64::from(below)),
        (Step::TakeAny, Some((below, _))) => Some(u64::from(below)),
        (Step::TakeAny | Step::TakeNothing, None) => Some(0),
        _ => None,
    }
}

/// The states of a text: of all texts only those matter that some `get` returned, and their beginnings. Every other text is one
/// state, [`Texts::LOST`], from which only a `put` leads back.
#[derive(Clone, Debug)]
pub(crate) struct Texts {
    /// What operations put and append, by number.
    pieces: Vec<String>,
    /// What some `get` returned, sorted, with its number.
    seen: Vec<(String, u32)>,
    /// The texts that are states, and the number that `get` gives each, if one does.
    states: Vec<(String, Option<u32>)>,
    /// The states by where they sort among `seen` and their length.
    known: Table<(u32, u32)>,
    /// What was tried already: a state and a piece; [`Texts::ANY`] for the state of a `put`.
    tried: Table<(u32, u32)>,
    led_to: Vec<u64>,
    bytes: usize,
}

impl Texts {
    const LOST: u64 = u64::MAX;
    const ANY: u32 = u32::MAX;

    fn new(ops: &[Op], tables: &Tables) -> (Self, u64) {
        let text = |value: &seatrial_history::Value| value.as_text().unwrap_or_default().to_owned();
        let pieces: Vec<String> = tables.values.iter().map(text).collect();
        let gets = ops.iter().filter_map(|op| match op.step {
            Step::Get(value) => Some((pieces[value as usize].clone(), value)),
            _ => None,
        });
        let mut seen: Vec<_> = gets.collect();
        seen.sort();
        seen.dedup();
        let mut texts = Self {
            pieces,
            seen,
            states: Vec::new(),
            known: Table::new(),
            tried: Table::new(),
            led_to: Vec::new(),
            bytes: 0,
        };
        let first = texts.pieces.first().cloned().unwrap_or_default();
        let state = texts.state(first);
        (texts, state)
    }

    fn step(&mut self, state: u64, step: Step) -> Option<u64> {
        match step {
            Step::Get(value) => {
                let told = self.states.get(state as usize).and_then(|(_, told)| *told);
                (told == Some(value)).then_some(state)
            }
            Step::Put(value) => Some(self.lead(Self::ANY, value)),
            Step::Extend(_) if state == Self::LOST => Some(state),
            Step::Extend(value) => Some(self.lead(state as u32, value)),
            _ => None,
        }
    }

    fn lead(&mut self, from: u32, piece: u32) -> u64 {
        let (number, new) = self.tried.insert((from, piece));
        if new {
            let mut text = match self.states.get(from as usize) {
                Some((text, _)) => text.clone(),
                None => String::new(),
            };
            text.push_str(&self.pieces[piece as usize]);
            let state = self.state(text);
            self.led_to.push(state);
            self.bytes = self.bytes.max(self.tried.bytes()) + size_of::<u64>();
        }
        self.led_to[number]
    }

    fn state(&mut self, text: String) -> u64 {
        let at = self.seen.partition_point(|(seen, _)| *seen < text);
        let Some((seen, number)) = self.seen.get(at).filter(|(seen, _)| seen.starts_with(&text))
        else {
            return Self::LOST;
        };
        // Beginnings of what was seen are equal where they are equally long and sort at the same place.
        let (number_of_state, new) = self.known.insert((at as u32, text.len() as u32));
        if !new {
            return number_of_state as u64;
        }
        let told = (*seen == text).then_some(*number);
        self.bytes += text.len() + size_of::<(String, Option<u32>)>();
        self.states.push((text, told));
        self.states.len() as u64 - 1
    }

    /// The text of a state; nothing where it is one that nobody saw.
    pub(crate) fn text(&self, state: u64) -> Option<&str> {
        self.states.get(state as usize).map(|(text, _)| text.as_str())
    }
}

/// The contents of queues, oldest first.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    contents: Sequences,
    scratch: Vec<u32>,
}

impl Queue {
    fn new() -> Self {
        let mut contents = Sequences::new();
        assert_eq!(contents.insert(&[]), 0, "the empty queue is state zero");
        Self { contents, scratch: Vec::new() }
    }

    fn step(&mut self, state: u64, step: Step) -> Option<u64> {
        let held = self.contents.get(state);
        self.scratch.clear();
        match (step, held.first()) {
            (Step::Insert(value), _) => {
                self.scratch.extend_from_slice(held);
                self.scratch.push(value);
            }
            (Step::Take(value), Some(first)) if value == *first => {
                self.scratch.extend_from_slice(&held[1..]);
            }
            (Step::TakeAny, Some(_)) => self.scratch.extend_from_slice(&held[1..]),
            (Step::TakeAny | Step::TakeNothing, None) => return Some(state),
            _ => return None,
        }
        Some(self.contents.insert(&self.scratch))
    }
}

/// Sequences of numbers, each kept once.
#[derive(Clone, Debug)]
struct Sequences {
    words: Vec<u32>,
    /// Where each sequence ends, and its hash.
    ends: Vec<(u32, u64)>,
    /// The first sequence with a hash, by the hash.
    first: Table<Hash>,
    /// For each hash the newest sequence that has it; for each sequence the one before.
    newest: Vec<u32>,
    before: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Hash(u64);

impl Key for Hash {
    fn mixed(&self) -> u64 {
        self.0
    }
}

impl Sequences {
    const NONE: u32 = u32::MAX;

    const fn new() -> Self {
        Self {
            words: Vec::new(),
            ends: Vec::new(),
            first: Table::new(),
            newest: Vec::new(),
            before: Vec::new(),
        }
    }

    fn get(&self, number: u64) -> &[u32] {
        let number = number as usize;
        let begin = if number == 0 { 0 } else { self.ends[number - 1].0 };
        &self.words[begin as usize..self.ends[number].0 as usize]
    }

    fn insert(&mut self, sequence: &[u32]) -> u64 {
        let hash = sequence.iter().fold(7, |hash, &word| mix(hash, u64::from(word) + 1));
        let (bucket, new) = self.first.insert(Hash(hash));
        if new {
            self.newest.push(Self::NONE);
        }
        let mut number = self.newest[bucket];
        while number != Self::NONE {
            if self.get(u64::from(number)) == sequence {
                return u64::from(number);
            }
            number = self.before[number as usize];
        }
        let number = self.ends.len() as u32;
        self.words.extend_from_slice(sequence);
        self.ends.push((self.words.len() as u32, hash));
        self.before.push(self.newest[bucket]);
        self.newest[bucket] = number;
        u64::from(number)
    }

    const fn bytes(&self) -> usize {
        self.words.capacity() * 4
            + self.ends.capacity() * 16
            + self.first.bytes()
            + self.before.capacity() * 8
    }
}
