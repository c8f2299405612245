//! The one door for chance: every decision that a run does not compute is a choice on its tape.
//!
//! A choice is named by its *site* ("latency", "election timeout"), the *source* on whose behalf it is made (a node or a client,
//! by slot) and its *occurrence*: the how-manieth choice of that site and source it is. A seed gives every (site, source) a ChaCha8
//! stream of its own, so a choice at one place never shifts those at another, and a choice can be overridden by name in a case
//! file that survives changes of the code around it.
//!
//! The way from a seed to a value is part of the format of case files: it is ours, it uses no library's distributions, and golden
//! tests hold it.

mod overrides;
mod streams;

use serde::{Deserialize, Serialize};

pub use overrides::{Override, Overrides};
use streams::SiteStreams;

/// One in a million: the unit of all rates, so that no fraction is ever rounded.
pub const MILLION: u32 = 1_000_000;

/// The source of choices that belong to no node and no client.
pub const WORLD: u32 = u32::MAX;

/// A place where choices are made, as an index that is quick to use. Made from a name by [`Tape::site`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Site(u16);

/// The sites of the world itself; [`Tape::new`] knows them by these numbers.
pub(crate) mod site {
    use super::Site;

    pub(crate) const TIE: Site = Site(0);
    pub(crate) const LATENCY: Site = Site(1);
    pub(crate) const LATENCY_MODE: Site = Site(2);
    pub(crate) const LOSS: Site = Site(3);
    pub(crate) const DUPLICATE: Site = Site(4);
    pub(crate) const REORDER: Site = Site(5);
    pub(crate) const REORDER_DELAY: Site = Site(6);
    pub(crate) const DISK_WRITE: Site = Site(7);
    pub(crate) const DISK_SYNC: Site = Site(8);
    pub(crate) const DISK_READ: Site = Site(9);
    pub(crate) const CRASH_WRITE: Site = Site(10);
    pub(crate) const CRASH_SECTOR: Site = Site(11);
    pub(crate) const SCHEDULE: Site = Site(12);
    pub(crate) const TARGET: Site = Site(13);
    pub(crate) const BURST: Site = Site(14);
    pub(crate) const BURST_LOSS: Site = Site(15);
    pub(crate) const SLOW_TAIL: Site = Site(16);
    pub(crate) const SLOW_TAIL_TIME: Site = Site(17);
    pub(crate) const EVICTION: Site = Site(18);
    pub(crate) const CORRUPTION: Site = Site(19);
    pub(crate) const CORRUPT_BYTE: Site = Site(20);
    pub(crate) const CORRUPT_BITS: Site = Site(21);
    pub(crate) const PRIORITY: Site = Site(22);
    pub(crate) const CHANGE_POINT: Site = Site(23);
    pub(crate) const DELAY_POINT: Site = Site(24);
    pub(crate) const DELAY: Site = Site(25);

    pub(super) const NAMES: [&str; 26] = [
        "tie",
        "latency",
        "latency mode",
        "loss",
        "duplicate",
        "reorder",
        "reorder delay",
        "disk write time",
        "disk sync time",
        "disk read time",
        "crash: fate of a write",
        "crash: fate of a sector",
        "schedule",
        "fault target",
        "loss burst",
        "loss burst: loss",
        "slow tail",
        "slow tail time",
        "throttle: eviction",
        "corruption",
        "corruption: byte",
        "corruption: bits",
        "strategy: priority",
        "strategy: change point",
        "strategy: delay point",
        "strategy: delay",
    ];
}

/// One choice that was made, as a recording tape keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The site's name.
    pub site: &'static str,
    /// On whose behalf.
    pub source: u32,
    /// Which choice of that site and source, from 0.
    pub occurrence: u64,
    /// There were this many possibilities.
    pub bound: u64,
    /// What was chosen, below the bound.
    pub value: u64,
}

/// A point of a run from which on another seed decides. What was chosen before stays, and every stream of choices goes on where it stands,
/// so that a run that turns away from its seed and back again makes the choices of that seed once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// After how many events. At 0, the world that was drawn and its plan stay, and all that happens is another.
    pub step: u64,
    /// The seed that decides from there on.
    pub seed: u64,
}

/// All the chance of one run. Zero is the simplest value of every choice: no loss, the shortest latency, the first in line.
///
/// ```
/// use seatrial_sim::{Tape, WORLD};
///
/// let (mut tape, mut again) = (Tape::seeded(42), Tape::seeded(42));
/// let dice = tape.site("dice");
/// let other = again.site("another site altogether");
/// again.choose(other, WORLD, 6);
/// let dice_again = again.site("dice");
/// assert_eq!(tape.choose(dice, WORLD, 6), again.choose(dice_again, WORLD, 6));
/// ```
#[derive(Clone, Debug)]
pub struct Tape {
    seed: u64,
    /// Instead of what the seed gives: these, in the order in which they are asked for, then zero for ever.
    script: Option<std::vec::IntoIter<u64>>,
    /// Streams that were used with another epoch belong to an earlier seed.
    epoch: u64,
    sites: Vec<SiteStreams>,
    /// The site that was last looked up: a node mostly asks for the same one again.
    last: (&'static str, Site),
    /// Neither overridden, recorded nor scripted: the seed alone decides.
    plain: bool,
    overrides: Overrides,
    /// Those to come, the last one first.
    turns: Vec<Turn>,
    simple: Simple,
    /// What every choice at a site is for a moment, before anything else.
    insisted: Option<(Site, u64)>,
    record: Option<Vec<Choice>>,
}

/// Which choices take their simplest value, whatever the seed gives. Overrides go before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Simple {
    /// None: the seed decides.
    #[default]
    Nothing,
    /// Those at the sites of these names.
    Sites(Vec<String>),
    /// All: the seed does not matter.
    Everything,
}

impl Simple {
    fn has(&self, site: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Sites(names) => names.iter().any(|name| name == site),
            Self::Everything => true,
        }
    }
}

impl Tape {
    /// The tape that this seed gives.
    pub fn seeded(seed: u64) -> Self {
        Self::new(seed)
    }

    /// A tape of these choices, taken in the order in which they are asked for, whatever the site; each is cut down to what is
    /// possible, and when they are used up all choices are zero. For enumerating a small world and for feeding bytes of other
    /// tools.
    pub fn scripted(values: Vec<u64>) -> Self {
        Self { plain: false, script: Some(values.into_iter()), ..Self::new(0) }
    }

    /// A tape on which every choice is the simplest one.
    pub fn simple() -> Self {
        let mut tape = Self::new(0);
        tape.simplify(Simple::Everything);
        tape
    }

    fn new(seed: u64) -> Self {
        let sites = site::NAMES.iter().map(|name| SiteStreams::new(name)).collect();
        let last = (site::NAMES[0], site::TIE);
        Self {
            seed,
            script: None,
            epoch: 1,
            sites,
            last,
            plain: true,
            overrides: Overrides::default(),
            turns: Vec::new(),
            simple: Simple::Nothing,
            insisted: None,
            record: None,
        }
    }

    /// Begins another seed, keeping memory and sites. Overrides, turns, simple choices and recording end.
    pub fn reseed(&mut self, seed: u64) {
        self.seed = seed;
        self.script = None;
        self.epoch += 1;
        self.sites.iter_mut().for_each(SiteStreams::reset);
        self.plain = true;
        self.overrides = Overrides::default();
        self.turns.clear();
        self.simple = Simple::Nothing;
        self.insisted = None;
        self.record = None;
    }

    /// Makes these choices instead of what the seed would give. All others stay as they are.
    pub fn set_overrides(&mut self, overrides: impl Into<Overrides>) {
        let overrides = overrides.into();
        self.plain &= overrides.is_empty();
        self.overrides = overrides;
    }

    /// Lets other seeds decide from these points of the run on, which are in ascending order.
    pub fn set_turns(&mut self, turns: &[Turn]) {
        debug_assert!(turns.is_sorted_by_key(|turn| turn.step), "turns come in order");
        self.turns.clear();
        self.turns.extend(turns.iter().rev());
    }

    /// After how many events the next turn is.
    pub(crate) fn next_turn(&self) -> Option<u64> {
        self.turns.last().map(|turn| turn.step)
    }

    /// Takes the turns that are due after so many events.
    pub(crate) fn turn(&mut self, step: u64) {
        while let Some(turn) = self.turns.pop_if(|turn| turn.step <= step) {
            self.seed = turn.seed;
            let (seed, epoch) = (self.seed, self.epoch);
            self.sites.iter_mut().for_each(|site| site.turn(seed, epoch));
        }
    }

    /// Gives these choices their simplest value, which is zero, but for those that are overridden.
    pub fn simplify(&mut self, simple: Simple) {
        self.plain &= simple == Simple::Nothing;
        self.simple = simple;
    }

    /// Until told otherwise, every choice at this site is so.
    pub(crate) fn insist(&mut self, choice: Option<(Site, u64)>) {
        self.plain &= choice.is_none();
        self.insisted = choice;
    }

    /// Keeps every choice from here on; see [`Tape::recorded`].
    pub fn record(&mut self) {
        self.plain = false;
        self.record = Some(Vec::new());
    }

    /// Makes these choices from here on, as [`Tape::scripted`] does, and keeps every choice from here on.
    pub fn rescript(&mut self, values: Vec<u64>) {
        self.plain = false;
        self.script = Some(values.into_iter());
        self.record.get_or_insert_default().clear();
    }

    /// The names of the sites that are known: those of the world, and those that somebody has come past.
    pub fn sites(&self) -> impl Iterator<Item = &'static str> {
        self.sites.iter().map(|site| site.name)
    }

    /// The choices made since [`Tape::record`] or [`Tape::rescript`].
    pub fn recorded(&self) -> &[Choice] {
        self.record.as_deref().unwrap_or_default()
    }

    /// The site of this name. The name is what counts: another tape may know it by another number.
    #[inline]
    pub fn site(&mut self, name: &'static str) -> Site {
        if !std::ptr::eq(name, self.last.0) {
            self.last = (name, self.find_site(name));
        }
        self.last.1
    }

    #[cold]
    #[inline(never)]
    fn find_site(&mut self, name: &'static str) -> Site {
        let known = self.sites.iter().position(|site| site.name == name);
        let index = known.unwrap_or_else(|| {
            self.sites.push(SiteStreams::new(name));
            self.sites.len() - 1
        });
        Site(u16::try_from(index).expect("a program names fewer than 65,536 sites"))
    }

    /// A number below `bound`, which is not zero.
    #[inline]
    pub fn choose(&mut self, site: Site, source: u32, bound: u64) -> u64 {
        debug_assert!(bound > 0, "nothing to choose from");
        if self.plain {
            return self.draw(site, source, bound);
        }
        self.choose_with_care(site, source, bound)
    }

    /// The same for a site by its name, where nothing has to be done first: the site is the last one that was asked for, its stream has
    /// words left, and the seed alone decides.
    #[inline(always)]
    pub(crate) fn choose_at_once(
        &mut self,
        name: &'static str,
        source: u32,
        bound: u64,
    ) -> Option<u64> {
        let small = u32::try_from(bound).ok()?;
        if !self.plain || !std::ptr::eq(name, self.last.0) {
            return None;
        }
        let word = self.sites[usize::from(self.last.1.0)].draw_at_once(source)?;
        Some((u64::from(word) * u64::from(small)) >> 32)
    }

    /// True in `rate` of a million cases; the choice zero is "no".
    #[inline]
    pub fn chance(&mut self, site: Site, source: u32, rate: u32) -> bool {
        self.choose(site, source, u64::from(MILLION)) >= u64::from(MILLION.saturating_sub(rate))
    }

    /// What the seed gives.
    ///
    /// One word a choice is scaled down to `0..bound`, or two for a large bound. With no rejection, the occurrences of a stream
    /// can be counted; the bias is below one in 2^32 for every bound that the world uses.
    #[inline(always)]
    fn draw(&mut self, site: Site, source: u32, bound: u64) -> u64 {
        let streams = &mut self.sites[usize::from(site.0)];
        let low = u64::from(streams.draw(self.seed, self.epoch, source));
        if let Ok(small) = u32::try_from(bound) {
            return (low * u64::from(small)) >> 32;
        }
        self.draw_wide(site, source, bound, low)
    }

    /// The rest of a draw that needs a second word.
    #[cold]
    #[inline(never)]
    fn draw_wide(&mut self, site: Site, source: u32, bound: u64, low: u64) -> u64 {
        let streams = &mut self.sites[usize::from(site.0)];
        let wide = u64::from(streams.draw_second(self.seed, self.epoch, source)) << 32 | low;
        ((u128::from(wide) * u128::from(bound)) >> 64) as u64
    }

    #[cold]
    #[inline(never)]
    fn choose_with_care(&mut self, site: Site, source: u32, bound: u64) -> u64 {
        let occurrence = self.sites[usize::from(site.0)].occurrences(self.epoch, source);
        let drawn = self.draw(site, source, bound);
        let drawn = self.script.as_mut().map_or(drawn, |values| values.next().unwrap_or(0));
        let name = self.sites[usize::from(site.0)].name;
        let drawn = if self.simple.has(name) { 0 } else { drawn };
        let wanted = self.overrides.value(name, source, occurrence).unwrap_or(drawn);
        let insisted = self.insisted.filter(|(at, _)| *at == site);
        let value = insisted.map_or(wanted, |(_, value)| value).min(bound - 1);
        if let Some(record) = &mut self.record {
            record.push(Choice { site: name, source, occurrence, bound, value });
        }
        value
    }
}

#[cfg(test)]
mod tests;
