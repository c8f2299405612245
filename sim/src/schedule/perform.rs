//! The world performs a schedule.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use seatrial_history::{Endpoint, Observer};
use seatrial_node::{Instant, Node, NodeId};

use super::open::{Flight, Sayings, delivery, shape_of, word_of};
use super::step::Step;
use super::stuck::Stuck;
use crate::client::Driver;
use crate::counts::FaultKind;
use crate::event::{Event, Marks};
use crate::incident::{Incident, Stop};
use crate::tape::site;
use crate::world::{Kind, World};

/// A step of a run that was made, with what was said in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wish {
    /// The step.
    pub step: Step,
    /// The whole of what the message, request, answer or timer says, in its `Debug` form; empty for what says nothing. Whoever makes a run
    /// small has as many copies of it as it makes runs.
    pub says: Arc<str>,
    /// The name of what arrives, as traces have it; zero for all else.
    pub name: u64,
}

impl Wish {
    /// This very step, of which nothing else is known.
    pub fn by_the_letter(step: Step) -> Self {
        Self { step, says: Arc::default(), name: 0 }
    }
}

/// A disk does no more than this between two steps: a node may ask it again and again, without end.
const AT_ONCE: u32 = 1_000;

/// The fate of a write that is lost, at the site that asks for it.
const LOST: u64 = 1;

impl<N: Node> World<N> {
    /// Performs the steps of a schedule from the beginning, until the observer is done, something happens that must not, or the steps are over; then the
    /// world is idle. Messages and timers have words only where the world knows how to [describe](World::describe_with) them.
    ///
    /// # Errors
    /// Where a step cannot happen. What came before it has happened.
    ///
    /// # Panics
    /// Where the world's setup does not say [`Order::Chosen`](crate::Order::Chosen).
    pub fn perform<D: Driver<N>, O: Observer>(
        &mut self,
        steps: &[Step],
        driver: &mut D,
        observer: &mut O,
    ) -> Result<Stop, Stuck> {
        self.begin_schedule(driver, observer);
        let mut said = Sayings::default();
        for (index, step) in steps.iter().enumerate() {
            self.touch_between(driver, observer);
            if let Some(stop) = self.schedule_is_over(observer) {
                return Ok(stop);
            }
            let went = self.find(step, &mut said).and_then(|number| {
                self.guarded(driver, observer, |world, driver, observer| {
                    world.act(step, number, driver, observer)
                })
            });
            if let Err(why) = went {
                let instead = self.open().into_iter().map(|open| open.step).collect();
                return Err(Stuck { index, step: step.clone(), why, instead });
            }
        }
        self.touch_between(driver, observer);
        Ok(self.schedule_is_over(observer).unwrap_or(Stop::Idle))
    }

    /// Performs of these wishes what can happen, and leaves out what cannot. What is wished is found by what it says, or else it is the
    /// latest that says the same but for numbers, or the latest of its kind; where it says nothing, its step is taken by the letter. The disks of these nodes are done at once with all
    /// that they have to do, whatever is wished of them. Returns what was done, as a schedule that can be performed from the beginning.
    ///
    /// # Panics
    /// As [`World::perform`].
    pub fn perform_what_can<D: Driver<N>, O: Observer>(
        &mut self,
        wishes: &[Wish],
        at_once: &[NodeId],
        driver: &mut D,
        observer: &mut O,
    ) -> (Stop, Vec<Wish>) {
        self.begin_schedule(driver, observer);
        let (mut done, mut said) = (Vec::new(), Sayings::default());
        for wish in wishes {
            self.finish_disks(at_once, &mut done, driver, observer);
            self.touch_between(driver, observer);
            if let Some(stop) = self.schedule_is_over(observer) {
                return (stop, done);
            }
            let Some((number, wish)) = self.come_near(wish, &mut said) else { continue };
            let went = self.guarded(driver, observer, |world, driver, observer| {
                world.act(&wish.step, number, driver, observer)
            });
            if went.is_ok() {
                done.push(wish);
            }
        }
        self.finish_disks(at_once, &mut done, driver, observer);
        self.touch_between(driver, observer);
        (self.schedule_is_over(observer).unwrap_or(Stop::Idle), done)
    }

    /// Lets these nodes' disks do all that they have to do.
    fn finish_disks<D: Driver<N>, O: Observer>(
        &mut self,
        nodes: &[NodeId],
        done: &mut Vec<Wish>,
        driver: &mut D,
        observer: &mut O,
    ) {
        for node in nodes {
            for _ in 0..AT_ONCE {
                let Some(number) = self.next_of_disk(*node) else { break };
                if self.schedule_is_over(observer).is_some() {
                    return;
                }
                let step = Step::Disk { node: *node };
                let went = self.guarded(driver, observer, |world, driver, observer| {
                    world.act(&step, number, driver, observer)
                });
                if went.is_ok() {
                    done.push(Wish::by_the_letter(step));
                }
            }
        }
    }

    fn begin_schedule<D: Driver<N>, O: Observer>(&mut self, driver: &mut D, observer: &mut O) {
        self.listen(observer);
        let _ = self.core.queue.pending();
        if !self.started && self.incident.is_none() {
            let started = self.guarded(driver, observer, |world, driver, observer| {
                world.start(driver, observer);
                Ok(())
            });
            started.expect("a start has nothing to find");
        }
    }

    fn schedule_is_over<O: Observer>(&self, observer: &O) -> Option<Stop> {
        match &self.incident {
            Some(incident) => Some(Stop::Broken(incident.clone())),
            None if observer.done() => Some(Stop::Done),
            None => (self.core.step >= self.event_limit).then_some(Stop::Events),
        }
    }

    /// Does what is to be done by hand before the next step.
    fn touch_between<D: Driver<N>, O: Observer>(&mut self, driver: &mut D, observer: &mut O) {
        while self.is_to_be_touched() && self.schedule_is_over(observer).is_none() {
            let went = self.guarded(driver, observer, |world, driver, observer| {
                world.touch(driver, observer);
                Ok(())
            });
            went.expect("what could not be done by hand is kept elsewhere");
        }
    }

    /// Lets something happen, and sees whether a node panics.
    pub(super) fn guarded<D: Driver<N>, O: Observer>(
        &mut self,
        driver: &mut D,
        observer: &mut O,
        act: impl FnOnce(&mut Self, &mut D, &mut O) -> Result<(), String>,
    ) -> Result<(), String> {
        let went = catch_unwind(AssertUnwindSafe(|| act(self, driver, observer)));
        let went = went.unwrap_or_else(|payload| {
            // Only a node's own panic is the node's fault.
            let Some(node) = self.acting.take() else {
                resume_unwind(payload);
            };
            self.incident = Some(Incident::panic(node, &*payload, self.core.moment()));
            Ok(())
        });
        self.core.tape.insist(None);
        self.flush(observer);
        went
    }

    /// The number of the pending event that a step is about; zero, where it is about none.
    fn find(&self, step: &Step, said: &mut Sayings) -> Result<u64, String> {
        match step {
            Step::Deliver { from, to, word, nth, .. } => {
                let all = self.under_way(*from, *to, said);
                let is_meant = |flight: &&Flight| word.is_empty() || flight.saying.word == *word;
                let meant: Vec<&Flight> = all.iter().filter(is_meant).collect();
                match meant.get(*nth as usize - 1) {
                    Some(flight) => Ok(flight.number),
                    None if meant.is_empty() => {
                        let what = if word.is_empty() { "nothing" } else { &format!("no {word}") };
                        let mut why = format!("{what} is under way from {from} to {to}");
                        if let Endpoint::Node(node) = *to
                            && self.node(node).is_none()
                        {
                            why += &format!(", and {}", self.absent(node));
                        }
                        Err(why)
                    }
                    None => Err(format!("of these only {} are under way", meant.len())),
                }
            }
            Step::Timer { node, word } => {
                let next = self.next_timers(*node);
                let mut meant =
                    next.iter().filter(|open| word.is_empty() || word_of(&open.says) == word);
                meant.next().map(|open| open.number).ok_or_else(|| match next.first() {
                    None if self.node(*node).is_none() => self.absent(*node),
                    None => format!("{node} has set no timer"),
                    Some(first) => {
                        format!("the next timer of {node} is {}", word_of(&first.says))
                    }
                })
            }
            Step::Disk { node } => self.next_of_disk(*node).ok_or_else(|| match self.node(*node) {
                Some(_) => format!("the disk of {node} has nothing to do"),
                None => self.absent(*node),
            }),
            Step::Wake { client } => {
                self.wake_of(*client).ok_or_else(|| format!("c{client} does not want to wake"))
            }
            Step::Begin { kind, nth } => self.planned(*kind, *nth, false),
            Step::End { kind, nth } => self.planned(*kind, *nth, true),
            Step::Heal => {
                let heals = |event: &Event| matches!(event, Event::Heal);
                self.pending_where(heals).ok_or_else(|| "the world has healed".to_owned())
            }
            Step::Crash { node, .. } => match self.node(*node) {
                Some(_) => Ok(0),
                None => Err(self.absent(*node)),
            },
            Step::Restart { node } => match (self.core.slot(*node), self.node(*node)) {
                (Some(_), None) => Ok(0),
                (None, _) => Err(self.absent(*node)),
                _ => Err(format!("{node} is up")),
            },
        }
    }

    /// What comes nearest to a wish, and which pending event that is.
    fn come_near(&self, wish: &Wish, said: &mut Sayings) -> Option<(u64, Wish)> {
        let Step::Deliver { from, to, copy, .. } = &wish.step else {
            let number = self.find(&wish.step, said).ok()?;
            return Some((number, wish.clone()));
        };
        if wish.says.is_empty() {
            let number = self.find(&wish.step, said).ok()?;
            let all = self.under_way(*from, *to, said);
            let Flight { saying, name, .. } = all.iter().find(|flight| flight.number == number)?;
            let wish =
                Wish { step: wish.step.clone(), says: Arc::clone(&saying.says), name: *name };
            return Some((number, wish));
        }
        let all = self.under_way(*from, *to, said);
        let time = |place: usize| self.core.queue.look(all[place].number).map(|(time, _)| time);
        let same = (0..all.len()).filter(|place| all[*place].saying.says == wish.says);
        // Of several that say the same it is the one of that name, or else the one that would be there first.
        let same = same.min_by_key(|place| (all[*place].name != wish.name, time(*place)));
        let alike = || all.iter().rposition(|f| shape_of(&f.saying.says).eq(shape_of(&wish.says)));
        let of_kind = || {
            let word = word_of(&wish.says);
            all.iter().rposition(|flight| flight.saying.word == word)
        };
        let place = same.or_else(alike).or_else(of_kind)?;
        let Flight { number, saying, name } = &all[place];
        let step = delivery(&all, place, (*from, *to), *copy);
        Some((*number, Wish { step, says: Arc::clone(&saying.says), name: *name }))
    }

    /// Lets a step happen that was found.
    fn act<D: Driver<N>, O: Observer>(
        &mut self,
        step: &Step,
        number: u64,
        driver: &mut D,
        observer: &mut O,
    ) -> Result<(), String> {
        match step {
            Step::Crash { node, losing } => {
                let slot = self.core.slot(*node).expect("a node that is up is a member");
                self.core.tape.insist(losing.then_some((site::CRASH_WRITE, LOST)));
                self.count(Kind::Fault, slot, 0, 0);
                let counts = &mut self.core.counts;
                counts.asked(FaultKind::Crash);
                counts.bit(FaultKind::Crash);
                counts.effect(FaultKind::Crash);
                self.bring_down(slot);
            }
            Step::Restart { node } => {
                let slot = self.core.slot(*node).expect("a node that is down is a member");
                self.count(Kind::FaultOver, slot, 0, 0);
                self.come_back(slot as usize);
            }
            Step::Deliver { copy: true, .. } => {
                let (time, slot) = self.copy_of(number);
                self.go_to(time, slot);
                self.happen(slot, driver, observer);
            }
            _ => {
                let taken = self.core.queue.take(number);
                let (time, slot) = taken.expect("what was found is pending");
                self.go_to(time, slot);
                self.happen(slot, driver, observer);
            }
        }
        Ok(())
    }

    /// Moves the clock on to where an event can happen. A fault has no time of its own here.
    fn go_to(&mut self, time: u64, slot: u32) {
        let at = match *self.core.events.peek(slot) {
            Event::Timer { node, timer } => {
                let due = self.core.bodies[node as usize].timers.due(timer);
                let due = due.expect("only timers that are set are found");
                match self.core.clocks.skewed {
                    true => self.core.clocks.comes_to(node, due, self.core.now).unwrap_or(due),
                    false => due,
                }
            }
            Event::Fault { .. } | Event::FaultOver { .. } | Event::Heal => return,
            _ => Instant::from_nanos(time),
        };
        self.core.now = self.core.now.max(at);
    }

    /// Another copy of a message that is under way, of the same name, so that it shifts no names. Returns its time and its place.
    fn copy_of(&mut self, number: u64) -> (u64, u32) {
        let (time, slot) = self.core.queue.look(number).expect("what was found is pending");
        let Event::Message { from, to, id, .. } = *self.core.events.peek(slot) else {
            unreachable!("only messages have copies")
        };
        let body = self.core.events.peek_message(slot).clone();
        self.core.counts.asked(FaultKind::Duplicate);
        self.core.counts.bit(FaultKind::Duplicate);
        (time, self.core.events.keep_message(from, to, id, Marks::NONE, body))
    }
}
