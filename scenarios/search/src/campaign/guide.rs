//! Runs by what former runs came past: coverage, with states in the place of branches.
//!
//! A run that came past a state that none had come past before is kept. Later ones go on from such a state: they repeat the kept run up to
//! there, which costs nothing but time as the same seeds give the same events, and then another seed decides (*first return, then explore*:
//! A. Ecoffet and others, Nature 590, 2021). Seldom met states are chosen more often (M. Böhme, V.-T. Pham and A. Roychoudhury,
//! *Coverage-based Greybox Fuzzing as Markov Chain*, CCS 2016), and as every run through a state counts as a meeting, those that have been
//! gone on from often lose their claim by themselves. Some runs are changed in the midst, crossed with others, or made shorter by a turn.
//!
//! What is gone on from is mostly an *outline*: there are so many states that most of those of a rare kind are never gone on from, while of
//! a few hundred outlines each gets its turn, and so what needs several rare things in a row is reached from one to the next, as in rare
//! event simulation by splitting (M. Villén-Altamirano and J. Villén-Altamirano, *RESTART: a method for accelerating rare event simulations*,
//! 1991). And mostly trouble strikes there too: a run that went on under its parent's plan could differ in the timing of messages only, and
//! the crash that counts would be at the right moment by chance alone. So from there on the child has the faults of another seed, most of them
//! soon ([`Storm`]).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use seatrial_node::Duration;
use seatrial_sim::{Site, Tape, Turn, WORLD};

use super::{Grain, Recipe, Seen, Storm};

/// More states than this are not told apart: what comes later is guided by these.
const MOST_STATES: usize = 1 << 20;

/// A run is not changed more often than this.
const MOST_TURNS: usize = 64;

/// One in so many runs is by its seed alone, so that something new can come in.
const FRESH_ONE_IN: u64 = 5;

/// In one of so many runs that go on from another, the trouble stays as it was.
const CALM_ONE_IN: u64 = 10;

/// Of so many runs that go on from a state, so many go on from an outline, and of the rest so many from a trail.
const CASES: u64 = 20;
const OUTLINES: u64 = 15;
const TRAILS: u64 = 2;

/// Of so many states, drawn by chance, the one that was met least is gone on from.
const DRAWN: u64 = 12;

#[derive(Clone, Debug)]
pub(super) struct Guide {
    tape: Tape,
    sites: Sites,
    /// Each known state's place among the meetings.
    places: BTreeMap<u64, u32>,
    meetings: Vec<Meeting>,
    /// Which of these are told apart coarsely.
    outlines: Vec<u32>,
    trails: Vec<u32>,
    /// The runs that some state is gone on from.
    kept: Vec<Recipe>,
}

/// A state, how it was reached, and how often it was met.
#[derive(Clone, Copy, Debug)]
struct Meeting {
    /// Which of the kept runs was in it: the first, or the first that was not steered.
    run: u32,
    met: u32,
    /// After how many events.
    step: u64,
    /// After how long.
    at: Duration,
}

/// Where the guide makes choices of its own.
#[derive(Clone, Copy, Debug)]
struct Sites {
    how: Site,
    state: Site,
    span: Site,
}

impl Guide {
    pub(super) fn new(seed: u64) -> Self {
        let mut tape = Tape::seeded(seed);
        let sites = Sites {
            how: tape.site("guide: how"),
            state: tape.site("guide: state"),
            span: tape.site("guide: span"),
        };
        let (places, meetings, outlines, trails, kept) = Default::default();
        Self { tape, sites, places, meetings, outlines, trails, kept }
    }

    /// Takes in what a run came past, and says how many states of it no run had come past before, and how many of these are coarse ones.
    pub(super) fn learn(&mut self, recipe: &Recipe, seen: &[Seen]) -> (u64, u64) {
        let before = self.meetings.len();
        let coarse = self.outlines.len() + self.trails.len();
        let run = self.kept.len() as u32;
        let mut serves = false;
        for Seen { state, step, at, grain } in seen {
            let room = self.places.len() < MOST_STATES;
            match self.places.entry(*state) {
                Entry::Occupied(place) => {
                    let meeting = &mut self.meetings[*place.get() as usize];
                    meeting.met = meeting.met.saturating_add(1);
                    // What goes on from a steered run is steered too, all the way: one that is not serves better.
                    let first = self.kept.get(meeting.run as usize);
                    if recipe.order.is_none() && first.is_some_and(|run| run.order.is_some()) {
                        (meeting.run, meeting.step, meeting.at) = (run, *step, *at);
                        serves = true;
                    }
                }
                Entry::Vacant(place) if room => {
                    let here = self.meetings.len() as u32;
                    place.insert(here);
                    match grain {
                        Grain::Fine => {}
                        Grain::Trail => self.trails.push(here),
                        Grain::Outline => self.outlines.push(here),
                    }
                    self.meetings.push(Meeting { run, met: 1, step: *step, at: *at });
                }
                Entry::Vacant(_) => {}
            }
        }
        let fresh = self.meetings.len() - before;
        if fresh > 0 || serves {
            self.kept.push(recipe.clone());
        }
        (fresh as u64, (self.outlines.len() + self.trails.len() - coarse) as u64)
    }

    /// A run that nobody has made, which takes from others what is worth it.
    pub(super) fn propose(&mut self, number: u64) -> Recipe {
        let fresh = self.draw(self.sites.how, FRESH_ONE_IN) == 0;
        if self.meetings.is_empty() || fresh {
            return Recipe::plain(number, None);
        }
        let Meeting { run, step, at, .. } = self.seldom_met();
        let mut parent = self.kept[run as usize].clone();
        if self.draw(self.sites.how, CALM_ONE_IN) > 0 {
            parent = parent.struck(at, number);
        }
        let child = match self.draw(self.sites.how, 20) {
            // What follows is another: the usual case.
            0..=12 => parent.until(step).turned(step, number),
            // A while is another, and then the parent's choices come back.
            13..=15 => {
                let until = step + 1 + self.draw(self.sites.span, 1 << 8);
                let (after, rest) = (parent.seed_at(until), parent.from(until));
                let changed = parent.until(step).turned(step, number).turned(until, after);
                changed.followed(rest)
            }
            // What follows is what another run was at this point.
            16 | 17 => {
                let other = self.seldom_met();
                let other = self.kept[other.run as usize].clone();
                let (seed, rest) = (other.seed_at(step), other.from(step));
                // Of the same two, this is done once: what comes after is new.
                let past = step + 1 + self.draw(self.sites.span, 1 << 10);
                parent
                    .until(step)
                    .turned(step, seed)
                    .followed(rest)
                    .until(past)
                    .turned(past, number)
            }
            // The same world and the same trouble, and everything else anew.
            18 => parent.until(0).turned(0, number),
            // One of its turns does not happen.
            _ => {
                let mut shorter = parent.clone();
                if !shorter.turns.is_empty() {
                    let one = self.draw(self.sites.span, shorter.turns.len() as u64);
                    shorter.turns.remove(one as usize);
                }
                let past = step + 1;
                shorter.until(past).turned(past, number)
            }
        };
        if child.turns.len() > MOST_TURNS { parent.until(0).turned(0, number) } else { child }
    }

    /// Of some states, the one that was met least.
    fn seldom_met(&mut self) -> Meeting {
        let among = match self.draw(self.sites.how, CASES) {
            case if case < OUTLINES && !self.outlines.is_empty() => Some(&self.outlines),
            case if case < OUTLINES + TRAILS && !self.trails.is_empty() => Some(&self.trails),
            _ => None,
        };
        let count = among.map_or(self.meetings.len(), Vec::len) as u64;
        let drawn = (0..DRAWN).map(|_| {
            let place = self.tape.choose(self.sites.state, WORLD, count) as usize;
            self.meetings[among.map_or(place, |coarse| coarse[place] as usize)]
        });
        drawn.min_by_key(|meeting| meeting.met).expect("some were drawn")
    }

    fn draw(&mut self, site: Site, bound: u64) -> u64 {
        self.tape.choose(site, WORLD, bound)
    }
}

impl Recipe {
    /// Without the turns from this step on.
    fn until(&self, step: u64) -> Self {
        let before = self.turns.iter().filter(|turn| turn.step < step);
        Self { turns: before.copied().collect(), ..self.clone() }
    }

    /// And from this moment on the trouble is another.
    fn struck(mut self, after: Duration, seed: u64) -> Self {
        self.storms.retain(|storm| storm.after < after);
        self.storms.push(Storm { after, seed });
        self
    }

    /// Its turns after this step.
    fn from(&self, step: u64) -> Vec<Turn> {
        self.turns.iter().filter(|turn| turn.step > step).copied().collect()
    }

    /// And at this step another seed takes over.
    fn turned(mut self, step: u64, seed: u64) -> Self {
        self.turns.push(Turn { step, seed });
        self
    }

    fn followed(mut self, turns: Vec<Turn>) -> Self {
        self.turns.extend(turns);
        self
    }

    /// The seed that decides at this step.
    fn seed_at(&self, step: u64) -> u64 {
        let last = self.turns.iter().rev().find(|turn| turn.step <= step);
        last.map_or(self.seed, |turn| turn.seed)
    }
}
