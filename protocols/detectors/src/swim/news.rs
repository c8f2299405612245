//! How news of members is taken in, told to the parent, and passed on (§4.1 and §4.2 of the paper).

use std::sync::Arc;

use seatrial_node::{Io, NodeId};

use super::member::{INCARNATION_LIMIT, Member, told};
use super::message::{Gossip, Standing, SwimMessage, Talk, Update};
use super::{Swim, SwimTimer};
use crate::Suspicion;
use crate::mutant::planted;

impl Swim {
    /// Lets a node in, or in again with an incarnation above all that is known of it, and tells it what is known of all.
    pub(super) fn let_in(&mut self, place: usize, io: &mut Io<'_, Self>) {
        let Member { incarnation, standing, .. } = self.members[place];
        match standing {
            Standing::Alive => {}
            Standing::Absent => self.change(place, incarnation, Standing::Alive, io),
            Standing::Suspect | Standing::Failed | Standing::Left => {
                self.change(place, incarnation.saturating_add(1), Standing::Alive, io);
            }
        }
        let known = self.members.iter().filter(|member| member.standing != Standing::Absent);
        let snapshot: Arc<[Update]> = known.map(Member::update).collect();
        self.send(place, Talk::Welcome(snapshot), io);
    }

    pub(super) fn learn(&mut self, update: &Update, io: &mut Io<'_, Self>) {
        let Some(place) = self.find(update.node) else {
            self.strangers += 1;
            return;
        };
        let member = &self.members[place];
        if update.incarnation >= INCARNATION_LIMIT {
            self.outdated += 1;
        } else if place == self.me {
            self.hear_of_myself(update);
        } else if !member.is_overridden_by(update)
            || update.standing == Standing::Absent
            || self.keeps_suspecting(place, update)
        {
            self.outdated += 1;
        } else {
            self.change(place, update.incarnation, update.standing, io);
        }
    }

    /// A planted bug: what is suspected stays so.
    fn keeps_suspecting(&self, place: usize, update: &Update) -> bool {
        let suspected =
            matches!(self.members[place].standing, Standing::Suspect | Standing::Failed);
        planted!(self.config, FdNoUnsuspect) && suspected && update.standing == Standing::Alive
    }

    /// Refutes what others hold of this node, where it is not so. Who holds something older than the truth, after a restart or because
    /// it has missed that this node has joined, is to hear the truth again.
    fn hear_of_myself(&mut self, update: &Update) {
        let me = &mut self.members[self.me];
        if update.standing == me.standing {
            me.incarnation = me.incarnation.max(update.incarnation);
            return;
        }
        if me.is_overridden_by(update) {
            me.incarnation = update.incarnation + 1;
        }
        self.rumours.add(self.me);
    }

    /// Makes a member what it is held to be from now on, tells the parent, and the others by gossip.
    pub(super) fn change(
        &mut self,
        place: usize,
        incarnation: u32,
        new: Standing,
        io: &mut Io<'_, Self>,
    ) {
        let member = &mut self.members[place];
        let node = member.node;
        let old = std::mem::replace(&mut member.standing, new);
        member.incarnation = incarnation;
        self.rumours.add(place);
        self.failed += usize::from(new == Standing::Failed);
        self.failed -= usize::from(old == Standing::Failed);
        if old == Standing::Suspect {
            self.suspicions.retain(|(_, suspected)| *suspected as usize != place);
        }
        if new == Standing::Suspect {
            if self.suspicions.is_empty() {
                io.set_timer(SwimTimer::Suspicion, self.patience);
            }
            self.suspicions.push_back((io.now() + self.patience, place as u32));
        }
        for event in told(node, old, new).into_iter().flatten() {
            let silent =
                matches!(event, Suspicion::Restore(_)) && planted!(self.config, SilentRestore);
            if !silent {
                io.announce(event);
            }
        }
    }

    /// Sends a message to a node that another has named.
    pub(super) fn pass_on(&mut self, to: NodeId, talk: Talk, io: &mut Io<'_, Self>) {
        match self.find(to).filter(|place| *place != self.me) {
            Some(place) => self.send(place, talk, io),
            None => self.strangers += 1,
        }
    }

    /// Sends a message with as much news as it can carry. What the receiver could refute goes first.
    pub(super) fn send(&mut self, to: usize, talk: Talk, io: &mut Io<'_, Self>) {
        let mut gossip = Gossip::new();
        let receiver = &self.members[to];
        if receiver.standing != Standing::Alive {
            gossip.push(receiver.update());
        }
        let members = &self.members;
        let room = gossip.room();
        self.rumours.tell::<{ Gossip::MAX }>(room, |place| gossip.push(members[place].update()));
        io.send(receiver.node, SwimMessage { talk, gossip });
    }
}
