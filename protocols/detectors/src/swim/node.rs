//! The SWIM node itself.

use std::collections::VecDeque;

use seatrial_node::{Disk, Duration, Input, Instant, Io, Node, NodeId, OpenError, Status};

use super::config::SwimConfig;
use super::member::Member;
use super::message::{Standing, SwimMessage, Talk};
use super::probe::{Probing, RoundRobin};
use super::rumours::Rumours;
use crate::{Detector, Suspicion};

/// Detects failures with a load for each node that does not grow with the cluster, and keeps a membership that members join and leave.
///
/// In every period a node pings one other, in a round-robin over a random order (§4.3). If no answer comes in time it asks k others to
/// try. If still none comes it suspects the member, and tells everybody by gossip on the backs of pings and answers (§4.1). A suspected
/// member that hears of it refutes with a higher incarnation; one that does not is confirmed as failed (§4.2).
///
/// Who could be a member is fixed: [`Io::members`] of the configuration that the node boots with. What comes from or tells of others is
/// dropped and counted. Memory is bounded by that list: some dozens of bytes for each member, and queues with each in them at most once.
#[derive(Clone, Debug, Hash)]
pub struct Swim {
    pub(super) config: SwimConfig,
    phase: Phase,
    /// All that could be members, in ascending order.
    pub(super) members: Vec<Member>,
    pub(super) me: usize,
    round_robin: RoundRobin,
    pub(super) rumours: Rumours,
    probing: Option<Probing>,
    sequence: u64,
    periods: u32,
    /// When each suspected member's time to refute is over, first things first.
    pub(super) suspicions: VecDeque<(Instant, u32)>,
    /// The time to refute.
    pub(super) patience: Duration,
    /// How many members are confirmed as failed.
    pub(super) failed: usize,
    pub(super) strangers: u64,
    pub(super) outdated: u64,
}

/// How far a node takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Phase {
    /// It has not been let in yet.
    Outside,
    /// It is a member.
    Member,
    /// It has left and still spreads the news.
    Leaving,
    /// It has left and is silent.
    Gone,
}

/// The timers of a SWIM node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SwimTimer {
    /// The next protocol period begins.
    Period,
    /// The probed member should have answered by now.
    Ack,
    /// Somebody's time to refute may be over.
    Suspicion,
    /// It is time to ask to be let in.
    Join,
    /// It is time to leave.
    Leave,
}

impl Node for Swim {
    type Config = SwimConfig;
    type Message = SwimMessage;
    type Timer = SwimTimer;
    type Request = ();
    type Response = ();
    type Event = Suspicion;

    fn open(config: &SwimConfig, _: &mut Disk<'_>) -> Result<Self, OpenError> {
        config.check()?;
        Ok(Self {
            config: config.clone(),
            phase: Phase::Outside,
            members: Vec::new(),
            me: 0,
            round_robin: RoundRobin::default(),
            rumours: Rumours::default(),
            probing: None,
            sequence: 0,
            periods: 0,
            suspicions: VecDeque::new(),
            patience: Duration::ZERO,
            failed: 0,
            strangers: 0,
            outdated: 0,
        })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start => self.start(io),
            Input::Message { from, body } => self.hear(from, &body, io),
            Input::Timer(timer) => match timer {
                SwimTimer::Period => self.period(io),
                SwimTimer::Ack => self.ask_for_help(io),
                SwimTimer::Suspicion => self.confirm(io),
                SwimTimer::Join => self.ask_to_join(io),
                SwimTimer::Leave => self.leave(io),
            },
            _ => {}
        }
    }

    /// How many members it counts as active and as failed, its incarnation, and what it dropped: `strangers` (messages from nodes
    /// that are no members, or to a node that is none) and `outdated` (news that says no more than what is held).
    fn status(&self) -> Status {
        let active = self.members.iter().filter(|member| member.is_active()).count();
        let incarnation = self.members.get(self.me).map_or(0, |me| me.incarnation);
        Status::new()
            .with("active", active as u64)
            .with("suspected", self.suspicions.len() as u64)
            .with("failed", self.failed as u64)
            .with("incarnation", u64::from(incarnation))
            .with("rumours", self.rumours.len() as u64)
            .with("strangers", self.strangers)
            .with("outdated", self.outdated)
    }

    fn digest(message: &SwimMessage) -> u64 {
        message.digest()
    }
}

impl Detector for Swim {
    fn suspects(&self, node: NodeId) -> bool {
        let member = self.find(node).filter(|place| *place != self.me);
        member.is_some_and(|place| self.members[place].standing != Standing::Alive)
    }

    #[cfg(feature = "mutants")]
    fn planted(config: &SwimConfig) -> Option<crate::Mutant> {
        config.mutant
    }
}

impl Swim {
    /// What it holds a member to be; none of a node that cannot be one.
    pub fn standing(&self, node: NodeId) -> Option<Standing> {
        self.find(node).map(|place| self.members[place].standing)
    }

    /// Leaves of its own will: tells the others by gossip, and falls silent when that has been told often enough.
    pub fn leave(&mut self, io: &mut Io<'_, Self>) {
        if self.phase == Phase::Member {
            self.phase = Phase::Leaving;
            self.members[self.me].standing = Standing::Left;
            self.rumours.add(self.me);
            io.announce(Suspicion::Leave(io.me()));
        }
    }

    fn start(&mut self, io: &mut Io<'_, Self>) {
        let mut nodes = io.members().to_vec();
        nodes.push(io.me());
        nodes.sort_unstable();
        nodes.dedup();
        let standing = |node| match self.config.joins_after(node) {
            Some(_) => Standing::Absent,
            None => Standing::Alive,
        };
        let member = |node| Member { node, incarnation: 0, standing: standing(node) };
        self.members = nodes.into_iter().map(member).collect();
        self.me = self.find(io.me()).unwrap_or(0);

        let scale = (self.members.len() + 1).next_power_of_two().ilog2();
        self.rumours = Rumours::new(self.members.len(), self.config.retransmit * scale);
        self.patience = self.config.period * u64::from(self.config.suspicion * scale);
        self.round_robin = RoundRobin::new(self.members.len(), self.me);
        // Probes of different lives have different numbers.
        self.sequence = io.wall().as_unix_nanos();

        if let Some(after) = self.config.leaves_after(io.me()) {
            io.set_timer(SwimTimer::Leave, after);
        }
        if let Some(after) = self.config.joins_after(io.me()) {
            io.set_timer(SwimTimer::Join, after);
        } else {
            self.take_part(io);
        }
    }

    /// Begins the first period, at one of sixteen offsets, so that not all nodes probe at one instant.
    fn take_part(&mut self, io: &mut Io<'_, Self>) {
        self.phase = Phase::Member;
        let offset = io.choose("swim offset", 16);
        io.set_timer(
            SwimTimer::Period,
            Duration::from_nanos(self.config.period.as_nanos() / 16) * offset,
        );
    }

    fn period(&mut self, io: &mut Io<'_, Self>) {
        if let Some(probing) = self.probing.take()
            && !probing.answered
        {
            self.suspect(probing.target, io);
        }
        if self.phase == Phase::Leaving && self.rumours.is_spent(self.me) {
            self.fall_silent(io);
            return;
        }
        self.periods = self.periods.wrapping_add(1);
        self.sequence = self.sequence.wrapping_add(1);
        let members = &self.members;
        if let Some(target) = self.round_robin.next(|place| members[place].is_active(), io) {
            let sequence = self.sequence;
            self.probing = Some(Probing { target, sequence, answered: false });
            self.send(target, Talk::Ping { sequence }, io);
            io.set_timer(SwimTimer::Ack, self.config.ack_timeout);
        } else if self.phase == Phase::Leaving {
            self.fall_silent(io);
            return;
        }
        if self.failed > 0 && self.periods.is_multiple_of(self.config.reconnect) {
            self.reconnect(io);
        }
        io.set_timer(SwimTimer::Period, self.config.period);
    }

    /// Pings a member that was confirmed as failed. It hears so, and if it is there after all it refutes.
    fn reconnect(&mut self, io: &mut Io<'_, Self>) {
        let failed = |place: usize| self.members[place].standing == Standing::Failed;
        if let Some(place) = self.round_robin.any(failed, io) {
            self.send(place, Talk::Ping { sequence: self.sequence }, io);
        }
    }

    fn fall_silent(&mut self, io: &mut Io<'_, Self>) {
        self.phase = Phase::Gone;
        io.cancel_timer(&SwimTimer::Ack);
        io.cancel_timer(&SwimTimer::Suspicion);
    }

    /// Asks k others to try, where the probed member has not answered.
    fn ask_for_help(&mut self, io: &mut Io<'_, Self>) {
        let Some(Probing { target, sequence, answered: false }) = self.probing else { return };
        let mut asked = [usize::MAX; SwimConfig::MAX_HELPERS];
        for i in 0..self.config.helpers {
            let eligible = |place: usize| {
                let alive = self.members[place].standing == Standing::Alive;
                alive && place != target && !asked[..i].contains(&place)
            };
            let Some(helper) = self.round_robin.any(eligible, io) else { return };
            asked[i] = helper;
            let target = self.members[target].node;
            self.send(helper, Talk::PingRequest { sequence, target }, io);
        }
    }

    fn suspect(&mut self, place: usize, io: &mut Io<'_, Self>) {
        if self.phase == Phase::Member && self.members[place].standing == Standing::Alive {
            let incarnation = self.members[place].incarnation;
            self.change(place, incarnation, Standing::Suspect, io);
        }
    }

    /// Confirms the suspicion of those whose time to refute is over.
    fn confirm(&mut self, io: &mut Io<'_, Self>) {
        while let Some((_, place)) = self.suspicions.front().filter(|(due, _)| *due <= io.now()) {
            let place = *place as usize;
            let incarnation = self.members[place].incarnation;
            self.change(place, incarnation, Standing::Failed, io);
        }
        if let Some((due, _)) = self.suspicions.front() {
            io.set_timer(SwimTimer::Suspicion, due.since(io.now()));
        }
    }

    fn ask_to_join(&mut self, io: &mut Io<'_, Self>) {
        if self.phase != Phase::Outside {
            return;
        }
        let members = &self.members;
        if let Some(contact) = self.round_robin.any(|place| members[place].is_active(), io) {
            self.send(contact, Talk::Join, io);
        }
        io.set_timer(SwimTimer::Join, self.config.period);
    }

    fn hear(&mut self, from: NodeId, message: &SwimMessage, io: &mut Io<'_, Self>) {
        let place = self.find(from).filter(|place| *place != self.me);
        let welcome = matches!(message.talk, Talk::Welcome(_));
        let listens = match self.phase {
            Phase::Outside => welcome,
            Phase::Member | Phase::Leaving => true,
            Phase::Gone => false,
        };
        let (Some(place), true) = (place, listens) else {
            self.strangers += 1;
            return;
        };
        if welcome && self.phase == Phase::Outside {
            self.take_part(io);
            self.members[self.me].standing = Standing::Alive;
            io.announce(Suspicion::Join(io.me()));
        }
        for update in message.gossip.updates() {
            self.learn(update, io);
        }
        self.answer(place, &message.talk, io);
    }

    fn answer(&mut self, from: usize, talk: &Talk, io: &mut Io<'_, Self>) {
        match *talk {
            Talk::Ping { sequence } => self.send(from, Talk::Ack { sequence }, io),
            Talk::PingFor { sequence, prober } => {
                self.send(from, Talk::AckFor { sequence, prober }, io);
            }
            Talk::PingRequest { sequence, target } => {
                let prober = self.members[from].node;
                self.pass_on(target, Talk::PingFor { sequence, prober }, io);
            }
            Talk::AckFor { sequence, prober } => {
                let target = self.members[from].node;
                self.pass_on(prober, Talk::Vouch { sequence, target }, io);
            }
            Talk::Ack { sequence } => self.answered(from, sequence, io),
            Talk::Vouch { sequence, target } => match self.find(target) {
                Some(target) => self.answered(target, sequence, io),
                None => self.strangers += 1,
            },
            Talk::Join => self.let_in(from, io),
            Talk::Welcome(ref snapshot) => {
                for update in snapshot.iter() {
                    self.learn(update, io);
                }
            }
        }
    }

    fn answered(&mut self, target: usize, sequence: u64, io: &mut Io<'_, Self>) {
        if let Some(probing) = &mut self.probing
            && (probing.target, probing.sequence) == (target, sequence)
            && !std::mem::replace(&mut probing.answered, true)
        {
            io.cancel_timer(&SwimTimer::Ack);
        }
    }

    /// The place of a member. Most clusters number their nodes without gaps, so the first look is where it would be then: in a large
    /// cluster every further look waits for memory.
    pub(super) fn find(&self, node: NodeId) -> Option<usize> {
        let first = self.members.first()?.node;
        let guess = node.0.wrapping_sub(first.0) as usize;
        if self.members.get(guess).is_some_and(|member| member.node == node) {
            return Some(guess);
        }
        self.members.binary_search_by_key(&node, |member| member.node).ok()
    }
}
