//! The words that a seed gives to one site: a ChaCha8 stream for every source.
//!
//! What every draw touches, where a stream stands, is packed apart from the words themselves, so that a hundred nodes' streams
//! stay in the nearest cache.

use rand_chacha::ChaCha8Core;
use rand_core::SeedableRng;
use rand_core::block::Generator;

use super::WORLD;

/// ChaCha makes four blocks of sixteen words at a time.
const WORDS: usize = 64;

#[derive(Clone, Debug)]
pub(super) struct SiteStreams {
    pub(super) name: &'static str,
    key: u64,
    // These three by source, that of `WORLD` first.
    positions: Vec<Position>,
    words: Vec<[u32; WORDS]>,
    cores: Vec<ChaCha8Core>,
}

/// Where a stream stands.
#[derive(Clone, Copy, Debug)]
struct Position {
    /// A stream of another epoch than the tape's belongs to an earlier seed.
    epoch: u64,
    occurrences: u64,
    /// The next word.
    next: usize,
}

impl SiteStreams {
    pub(super) fn new(name: &'static str) -> Self {
        let (positions, words, cores) = (Vec::new(), Vec::new(), Vec::new());
        Self { name, key: name_key(name), positions, words, cores }
    }

    /// Another choice of this source: which one it is, from 0, and a word for it.
    #[inline(always)]
    pub(super) fn draw(&mut self, seed: u64, epoch: u64, source: u32) -> (u64, u32) {
        let index = place(source);
        if let (Some(position), Some(words)) =
            (self.positions.get_mut(index), self.words.get(index))
            && position.epoch == epoch
            && position.next < WORDS
        {
            let word = words[position.next];
            position.next += 1;
            position.occurrences += 1;
            return (position.occurrences - 1, word);
        }
        self.draw_first(seed, epoch, source)
    }

    /// One more word for the choice that has just been drawn.
    pub(super) fn draw_more(&mut self, source: u32) -> u32 {
        let index = place(source);
        if self.positions[index].next == WORDS {
            self.refill(index);
        }
        let position = &mut self.positions[index];
        position.next += 1;
        self.words[index][position.next - 1]
    }

    /// Another choice, where the stream has to be begun, or to make words, first.
    #[cold]
    #[inline(never)]
    fn draw_first(&mut self, seed: u64, epoch: u64, source: u32) -> (u64, u32) {
        let index = place(source);
        if self.positions.get(index).is_none_or(|position| position.epoch != epoch) {
            self.begin(seed, epoch, source);
        }
        self.positions[index].occurrences += 1;
        (self.positions[index].occurrences - 1, self.draw_more(source))
    }

    /// Begins a source's stream of this seed.
    fn begin(&mut self, seed: u64, epoch: u64, source: u32) {
        let core = ChaCha8Core::from_seed(stream_key(seed, self.key, source));
        let index = place(source);
        if index >= self.positions.len() {
            let unused = Position { epoch: 0, occurrences: 0, next: WORDS };
            self.positions.resize(index + 1, unused);
            self.words.resize(index + 1, [0; WORDS]);
            self.cores.resize(index + 1, core.clone());
        }
        self.positions[index] = Position { epoch, occurrences: 0, next: WORDS };
        self.cores[index] = core;
    }

    fn refill(&mut self, index: usize) {
        self.cores[index].generate(&mut self.words[index]);
        self.positions[index].next = 0;
    }
}

/// Where a source's stream is.
#[inline]
fn place(source: u32) -> usize {
    const { assert!(WORLD == u32::MAX, "the world's own stream wraps round to the first place") };
    source.wrapping_add(1) as usize
}

/// FNV-1a of the site's name: streams belong to names, so the order in which sites are first used does not matter.
fn name_key(name: &str) -> u64 {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    name.bytes().fold(0xcbf2_9ce4_8422_2325, mix)
}

fn stream_key(seed: u64, site: u64, source: u32) -> [u8; 32] {
    let mut key = *b"................seatrial tape 1 ";
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&site.to_le_bytes());
    key[28..].copy_from_slice(&source.to_le_bytes());
    key
}
