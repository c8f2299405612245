//! What happens above Raft: its events are acted upon, committed entries are applied, and whoever waits for them is answered.

use seatrial_node::Io;
use seatrial_raft::{Committed, Event as RaftEvent};

use crate::node::Office;
use crate::replica::Replica;
use crate::{Event, Response, Service, StateMachine};

impl<S: StateMachine> Service<S> {
    /// Acts upon all that Raft has to tell, until it is silent.
    pub(crate) fn settle(&mut self, io: &mut Io<'_, Self>) {
        loop {
            let mut events = std::mem::take(&mut self.spare);
            std::mem::swap(&mut events, &mut self.heard.events);
            for event in events.drain(..) {
                self.hear(event, io);
            }
            self.spare = events;
            if self.halted {
                return self.leave_office(io);
            }
            self.apply_committed(io);
            self.answer_reads(io);
            if self.heard.events.is_empty() {
                return;
            }
        }
    }

    fn hear(&mut self, event: RaftEvent, io: &mut Io<'_, Self>) {
        match event {
            RaftEvent::Fact(fact) => io.announce(Event::Raft(fact)),
            RaftEvent::Leading { term } => {
                io.announce(Event::Leading { term });
                self.intake.lead(term);
                self.change_office(Office::Leading { term }, term, io);
            }
            RaftEvent::Following { term, leader } => {
                io.announce(Event::Following { term, leader });
                let office = match leader {
                    Some(leader) => Office::Following { leader, term },
                    None => Office::Vacant,
                };
                self.change_office(office, term, io);
            }
            RaftEvent::ReadReady { ticket, index } => self.desk.confirm(ticket, index),
            RaftEvent::ReadLost { ticket } => {
                if let Some(read) = self.desk.take_unconfirmed(ticket) {
                    Self::answer(read.waiter, Response::Unavailable, io);
                }
            }
            RaftEvent::Restore { index, snapshot, .. } => self.restore(index, &snapshot, io),
            // Committed entries are asked for after every input.
            _ => {}
        }
    }

    fn change_office(&mut self, office: Office, term: u64, io: &mut Io<'_, Self>) {
        if self.office != office {
            self.leave_office(io);
            self.office = office;
        }
        self.abandon_forwarded(term, io);
        self.release_parked(io);
    }

    /// Answers all that wait for this node as a leader. A proposal may still be committed by the next one.
    fn leave_office(&mut self, io: &mut Io<'_, Self>) {
        while let Some(waiter) = self.desk.abandoned_proposal() {
            Self::answer(waiter, Response::Unknown, io);
        }
        while let Some(waiter) = self.desk.abandoned_read() {
            Self::answer(waiter, Response::Unavailable, io);
        }
    }

    fn apply_committed(&mut self, io: &mut Io<'_, Self>) {
        while let Some(committed) = self.raft.next_committed() {
            let (index, digest) = (committed.index, committed.digest());
            let response =
                committed.command.as_deref().map(|entry| self.replica.apply(index, entry));
            if response.is_none() {
                self.replica.skip(index);
            }
            io.announce(Event::Applied { index, digest });
            self.answer_proposals(&committed, response, io);
            self.save_if_due(io);
        }
    }

    fn answer_proposals(
        &mut self,
        committed: &Committed,
        response: Option<Response<S::Output>>,
        io: &mut Io<'_, Self>,
    ) {
        while let Some((position, waiter)) = self.desk.applied(committed.index) {
            let is_it = (position.term, position.index) == (committed.term, committed.index);
            let known = response.clone().filter(|_| is_it);
            Self::answer(waiter, known.unwrap_or(Response::Unknown), io);
        }
    }

    fn answer_reads(&mut self, io: &mut Io<'_, Self>) {
        while let Some(read) = self.desk.readable(self.replica.applied) {
            let output = self.replica.query(&read.query);
            Self::answer(read.waiter, Response::Done(output), io);
        }
    }

    fn save_if_due(&mut self, io: &mut Io<'_, Self>) {
        let (applied, every) = (self.replica.applied, self.config.snapshot_every);
        let is_early = every > 0 && applied > self.saved && io.buggify("service: early snapshot");
        if is_early || (every > 0 && applied.saturating_sub(self.saved) >= every) {
            let snapshot = self.replica.snapshot();
            self.saved = applied;
            self.ask_raft(io, |raft, io| raft.compact(applied, snapshot, io));
        }
    }

    fn restore(&mut self, index: u64, snapshot: &[u8], io: &mut Io<'_, Self>) {
        match Replica::restore(&self.config, index, snapshot) {
            Ok(replica) => {
                self.replica = replica;
                self.saved = index;
                io.announce(Event::Restored { index });
            }
            Err(_) => {
                self.halted = true;
                io.announce(Event::Halted { index });
            }
        }
    }
}
