//! Where a host is tried: a cluster on one kind of host, and somebody who asks it things.

use crate::act::{Act, Answer, Asked, Seen, What};

/// Names a request among all that were asked at one arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// What a kind of host promises beyond the contract, and what it can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promises {
    /// Messages from one node to another arrive in the order in which they were sent, each once, while nothing fails.
    pub in_order: bool,
    /// A node can be killed and started again with the disk that it had.
    pub lives: bool,
}

/// A cluster of subjects, `n1` to `n3`, on one kind of host.
pub trait Arm {
    /// What this kind of host promises.
    fn promises(&self) -> Promises;

    /// A client asks a node.
    fn ask(&mut self, node: u32, ticket: Ticket, asked: Asked);

    /// Lets things happen for a little while. Returns the answers that have come to clients.
    ///
    /// # Errors
    /// Where the host has ended, or says what makes no sense.
    fn answers(&mut self) -> Result<Vec<(Ticket, Answer)>, String>;

    /// Ends a node at once, as a failure of power ends it.
    fn kill(&mut self, node: u32);

    /// Starts a node that was killed.
    fn start(&mut self, node: u32);

    /// The client of a node goes away, and another one comes.
    fn hang_up(&mut self, node: u32);

    /// What a node has announced, oldest first, as its host tells it.
    fn told(&mut self, node: u32) -> Vec<u64>;
}

/// The nodes of every cluster.
pub(crate) const NODES: std::ops::RangeInclusive<u32> = 1..=3;

/// How often an arm is waited for a little while before something is said not to come.
const PATIENCE: usize = 3_000;

/// Somebody who asks subjects things, and remembers what came back.
pub struct Bench {
    arm: Box<dyn Arm>,
    patience: usize,
    tickets: u64,
    /// Every answer that has come, in order.
    answers: Vec<(Ticket, Answer)>,
}

impl std::fmt::Debug for Bench {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bench").field("tickets", &self.tickets).finish_non_exhaustive()
    }
}

impl Bench {
    /// A bench at a host that is believed to be right: what does not come is waited for.
    pub fn new(arm: Box<dyn Arm>) -> Self {
        Self { arm, patience: PATIENCE, tickets: 0, answers: Vec::new() }
    }

    /// A bench at a host that is known to be wrong: nobody waits long for it.
    pub fn impatient(arm: Box<dyn Arm>) -> Self {
        Self { patience: PATIENCE / 30, ..Self::new(arm) }
    }

    /// What this host promises.
    pub fn promises(&self) -> Promises {
        self.arm.promises()
    }

    /// Waits until every node hears every other.
    pub(crate) fn settle(&mut self) -> Result<(), String> {
        for node in NODES {
            for peer in NODES.filter(|peer| *peer != node) {
                self.link(node, peer)?;
            }
        }
        Ok(())
    }

    /// Waits until one node's messages reach another.
    fn link(&mut self, from: u32, to: u32) -> Result<(), String> {
        for _ in 0..PATIENCE / 3 {
            self.ask(from, vec![Act::Send { to, note: 0 }]);
            let hears = |seen: &Seen| matches!(seen.what, What::Note { from: heard, note: 0 } if heard == from);
            if self.show(to)?.iter().any(hears) {
                return Ok(());
            }
            self.pass()?;
        }
        Err(format!("n{to} never heard n{from}"))
    }

    /// Asks a node, and does not wait.
    pub(crate) fn ask(&mut self, node: u32, acts: Vec<Act>) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.arm.ask(node, ticket, Asked(acts));
        ticket
    }

    /// Asks a node, and waits for the answer.
    pub(crate) fn call(&mut self, node: u32, acts: Vec<Act>) -> Result<Answer, String> {
        let ticket = self.ask(node, acts);
        self.answer(ticket)
    }

    /// Waits for an answer.
    pub(crate) fn answer(&mut self, ticket: Ticket) -> Result<Answer, String> {
        for _ in 0..self.patience {
            if let Some((_, answer)) = self.answers.iter().find(|(of, _)| *of == ticket) {
                return Ok(answer.clone());
            }
            self.pass()?;
        }
        Err("a request was never answered".to_owned())
    }

    /// Lets things happen for a little while.
    pub(crate) fn pass(&mut self) -> Result<(), String> {
        let answers = self.arm.answers()?;
        self.answers.extend(answers);
        Ok(())
    }

    /// All that a node has seen in its present life. On an arm that promises so, it has seen all that was asked of it before.
    pub(crate) fn show(&mut self, node: u32) -> Result<Vec<Seen>, String> {
        Ok(self.call(node, vec![Act::Show])?.seen)
    }

    /// Waits until a node has seen enough.
    pub(crate) fn until(
        &mut self,
        node: u32,
        what: &str,
        is_enough: impl Fn(&[Seen]) -> bool,
    ) -> Result<Vec<Seen>, String> {
        for _ in 0..self.patience {
            let seen = self.show(node)?;
            if is_enough(&seen) {
                return Ok(seen);
            }
            self.pass()?;
        }
        Err(format!("n{node} never saw {what}"))
    }

    /// Waits until a sync of this label has been told to a node.
    pub(crate) fn until_synced(&mut self, node: u32, label: u64) -> Result<(), String> {
        let is_told =
            |seen: &Seen| matches!(seen.what, What::Synced { label: told, .. } if told == label);
        self.until(node, "its sync", |seen| seen.iter().any(is_told)).map(drop)
    }

    /// Kills a node and starts it again.
    pub(crate) fn restart(&mut self, node: u32) {
        self.arm.kill(node);
        self.arm.start(node);
    }

    pub(crate) fn hang_up(&mut self, node: u32) {
        self.arm.hang_up(node);
    }

    pub(crate) fn told(&mut self, node: u32) -> Vec<u64> {
        self.arm.told(node)
    }

    /// All answers that have come to a request.
    pub(crate) fn answers_to(&self, ticket: Ticket) -> Vec<&str> {
        let to = self.answers.iter().filter(|(of, _)| *of == ticket);
        to.map(|(_, answer)| answer.text.as_str()).collect()
    }
}
