//! The words that a seed gives to one site: a ChaCha8 stream for every source.
//!
//! What every draw touches, where a stream stands, is one small number apart from everything else, so that a hundred nodes' streams
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
    /// The place of each stream's next word among all words. At the first place, before it is begun, and one beyond its last there is
    /// nothing to take.
    cursors: Vec<u32>,
    words: Vec<u32>,
    streams: Vec<Stream>,
}

/// What a stream needs when its words are used up.
#[derive(Clone, Debug)]
struct Stream {
    /// A stream of another epoch than the tape's belongs to an earlier seed.
    epoch: u64,
    core: ChaCha8Core,
    /// How many times all its words were used up.
    blocks: u64,
    /// How many of those taken were the second one of a choice.
    seconds: u64,
}

impl SiteStreams {
    pub(super) fn new(name: &'static str) -> Self {
        let (cursors, words, streams) = (Vec::new(), Vec::new(), Vec::new());
        Self { name, key: name_key(name), cursors, words, streams }
    }

    /// Forgets what is left of every stream: another seed begins.
    pub(super) fn reset(&mut self) {
        for (index, cursor) in self.cursors.iter_mut().enumerate() {
            *cursor = first_place(index);
        }
    }

    /// Goes on with the words of another seed, at the places where the streams stand.
    pub(super) fn turn(&mut self, seed: u64, epoch: u64) {
        for (index, stream) in self.streams.iter_mut().enumerate() {
            if stream.epoch != epoch {
                continue;
            }
            let source = (index as u32).wrapping_sub(1);
            stream.core = ChaCha8Core::from_seed(stream_key(seed, self.key, source));
            let words = &mut self.words[first_place(index) as usize..][..WORDS];
            let words: &mut [u32; WORDS] = words.try_into().expect("so many words are a block");
            for _ in 0..=stream.blocks {
                stream.core.generate(words);
            }
        }
    }

    /// A word for another choice of this source.
    #[inline(always)]
    pub(super) fn draw(&mut self, seed: u64, epoch: u64, source: u32) -> u32 {
        match self.draw_at_once(source) {
            Some(word) => word,
            None => self.draw_first(seed, epoch, source),
        }
    }

    /// The same, where there is a word left.
    #[inline(always)]
    pub(super) fn draw_at_once(&mut self, source: u32) -> Option<u32> {
        let cursor = self.cursors.get_mut(place(source))?;
        if (*cursor as usize).is_multiple_of(WORDS) {
            return None;
        }
        let word = self.words.get(*cursor as usize)?;
        *cursor += 1;
        Some(*word)
    }

    /// One more word for the choice that has just been drawn.
    pub(super) fn draw_second(&mut self, seed: u64, epoch: u64, source: u32) -> u32 {
        self.streams[place(source)].seconds += 1;
        self.draw(seed, epoch, source)
    }

    /// How many choices of this source have been drawn.
    pub(super) fn occurrences(&self, epoch: u64, source: u32) -> u64 {
        let index = place(source);
        let Some(stream) = self.streams.get(index).filter(|stream| stream.epoch == epoch) else {
            return 0;
        };
        let taken = u64::from(self.cursors[index] - first_place(index));
        stream.blocks * WORDS as u64 + taken - stream.seconds
    }

    /// A word, where the stream has to be begun, or to make words, first.
    #[cold]
    #[inline(never)]
    fn draw_first(&mut self, seed: u64, epoch: u64, source: u32) -> u32 {
        let index = place(source);
        if self.streams.get(index).is_none_or(|stream| stream.epoch != epoch) {
            self.begin(seed, epoch, index, source);
        }
        let first = first_place(index);
        let stream = &mut self.streams[index];
        let words = &mut self.words[first as usize..][..WORDS];
        stream.core.generate(words.try_into().expect("so many words are a block"));
        stream.blocks += u64::from(self.cursors[index] != first);
        self.cursors[index] = first + 1;
        self.words[first as usize]
    }

    /// Begins a source's stream of this seed.
    fn begin(&mut self, seed: u64, epoch: u64, index: usize, source: u32) {
        let core = ChaCha8Core::from_seed(stream_key(seed, self.key, source));
        let stream = Stream { epoch, core, blocks: 0, seconds: 0 };
        while self.streams.len() <= index {
            self.cursors.push(first_place(self.streams.len()));
            self.words.extend([0; WORDS]);
            self.streams.push(Stream { epoch: 0, ..stream.clone() });
        }
        self.streams[index] = stream;
    }
}

/// Where the words of a stream begin.
#[inline]
fn first_place(index: usize) -> u32 {
    u32::try_from(index * WORDS).expect("fewer than 67 million sources make choices")
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
