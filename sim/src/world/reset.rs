//! A world begins another run.

use seatrial_node::{Boot, Node, NodeId};

use super::World;
use crate::setup::{Setup, SetupError};
use crate::tape::Tape;

impl<N: Node> World<N> {
    /// Begins another run: these nodes, this chance, this configuration for each node. Nothing happens before [`World::run`].
    ///
    /// # Panics
    /// Where no world can be made of the setup; [`World::try_reset`] says so instead.
    pub fn reset(
        &mut self,
        setup: &Setup,
        tape: Tape,
        mut config: impl FnMut(NodeId) -> N::Config,
    ) {
        self.reset_with(setup, tape, |boot| config(boot.node));
    }

    /// The same, with a configuration for each way in which the plan may have a node begin a life: with another version, or with a disk
    /// in place of one that is gone. All are made here, so that nothing is made while the world runs.
    ///
    /// # Panics
    /// Where no world can be made of the setup; [`World::try_reset_with`] says so instead.
    pub fn reset_with(&mut self, setup: &Setup, tape: Tape, config: impl FnMut(Boot) -> N::Config) {
        if let Err(error) = self.try_reset_with(setup, tape, config) {
            panic!("no world can be made of this setup: {error}");
        }
    }

    /// [`World::reset`] for a setup that comes from outside.
    ///
    /// # Errors
    /// Where no world can be made of the setup (see [`Setup::check`]). The world is as it was, and the tape is lost.
    pub fn try_reset(
        &mut self,
        setup: &Setup,
        tape: Tape,
        mut config: impl FnMut(NodeId) -> N::Config,
    ) -> Result<(), SetupError> {
        self.try_reset_with(setup, tape, |boot| config(boot.node))
    }

    /// [`World::reset_with`] for a setup that comes from outside.
    ///
    /// # Errors
    /// Where no world can be made of the setup (see [`Setup::check`]). The world is as it was, and the tape is lost.
    pub fn try_reset_with(
        &mut self,
        setup: &Setup,
        tape: Tape,
        mut config: impl FnMut(Boot) -> N::Config,
    ) -> Result<(), SetupError> {
        setup.check()?;
        self.nodes.clear();
        self.nodes.resize_with(setup.members.len(), || None);
        self.configs.clear();
        self.configs.extend(setup.members.iter().map(|node| config(Boot::first(*node))));
        self.others.clear();
        if setup.plan.has_other_boots() {
            for (slot, node) in (0..).zip(&setup.members) {
                let boots = setup.plan.other_boots(*node).into_iter();
                let key = |boot: Boot| (slot, boot.version, boot.replaced_disk);
                self.others.extend(boots.map(|boot| (key(boot), config(boot))));
            }
        }
        self.roster.clone_from(&setup.members);
        self.core.reset(setup);
        self.core.tape = tape;
        self.nemesis.reset(&setup.plan, &setup.members);
        self.instant_limit = setup.instant_limit;
        self.event_limit = setup.event_limit;
        self.hand.reset(&setup.touches);
        self.goes_on();
        self.instant_began = 0;
        self.started = false;
        self.acting = None;
        self.incident = None;
        self.shown.clear();
        self.shown.resize(setup.members.len(), None);
        Ok(())
    }
}
