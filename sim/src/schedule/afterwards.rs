//! What comes after a schedule that ends where the world heals: from there on time decides.
//!
//! A schedule may starve whomever it likes, so it can show what must never happen, and not that something good never will: to that, any
//! protocol can be driven. Here a schedule leads to where nothing good comes any more, and what follows is fair to everybody: what is under
//! way arrives in time, or is lost before the world heals where the protocol promises to bear that; disks and timers are done when they are
//! due; who is down starts again. Such a run has a beginning that is chosen and an end like any other (B. Alpern and F. Schneider, *Defining
//! Liveness*, 1985: a liveness property can still be had after any beginning).

use seatrial_history::{DropCause, Observer};
use seatrial_node::Node;

use crate::client::Driver;
use crate::event::Event;
use crate::queue::Lane;
use crate::tape::Simple;
use crate::world::World;

/// What becomes of those that a schedule has left as they are, when the world heals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Afterwards {
    /// What is still under way is lost, as what a network may lose is. Otherwise it was late, and arrives.
    pub loses: bool,
    /// Nodes that a step has brought down start again. Otherwise they are gone for good.
    pub restarts: bool,
}

impl<N: Node> World<N> {
    /// Heals a world that has [performed](World::perform) a schedule. From now on events happen by time, and the seed makes all choices:
    /// [`World::run`] goes on.
    pub fn heal_afterwards<D: Driver<N>, O: Observer>(
        &mut self,
        afterwards: Afterwards,
        driver: &mut D,
        observer: &mut O,
    ) {
        if self.incident.is_some() {
            return;
        }
        let healed = self.guarded(driver, observer, |world, driver, observer| {
            world.core.tape.simplify(Simple::Nothing);
            let heals = world.pending_where(|event| matches!(event, Event::Heal));
            let heals = heals.and_then(|number| world.core.queue.take(number));
            world.forget_the_plan();
            if afterwards.loses {
                world.lose_what_is_under_way();
            }
            world.core.queue.go_by_time(world.core.now.as_nanos());
            world.instant_began = world.core.step;
            if let Some((_, slot)) = heals {
                world.happen(slot, driver, observer);
            }
            if afterwards.restarts {
                world.start_the_fallen();
            }
            Ok(())
        });
        healed.expect("healing has nothing to find");
    }

    /// What of the plan has no step in the schedule never was.
    fn forget_the_plan(&mut self) {
        for (number, slot) in self.pending_of(|_, lane| lane == Lane::Plan) {
            self.core.queue.take(number);
            self.core.events.release(slot);
        }
    }

    fn lose_what_is_under_way(&mut self) {
        for (number, slot) in self.pending_of(|slot, _| self.core.under_way(slot).is_some()) {
            self.core.queue.take(number);
            self.core.discard(slot, DropCause::Loss);
        }
    }

    fn pending_of(&self, is_meant: impl Fn(u32, Lane) -> bool) -> Vec<(u64, u32)> {
        let pending = self.core.queue.pending().filter(|(_, slot, lane)| is_meant(*slot, *lane));
        pending.map(|(number, slot, _)| (number, slot)).collect()
    }
}
