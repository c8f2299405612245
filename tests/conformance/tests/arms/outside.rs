//! What can be wrong between a host and its clients, where no node could do it.

use seatrial_conformance::{Answer, Arm, Asked, Fault, Promises, Ticket};

/// A cluster that does its clients wrong.
pub(crate) struct WrongToClients {
    arm: Box<dyn Arm>,
    fault: Fault,
}

impl WrongToClients {
    pub(crate) fn new(arm: Box<dyn Arm>, fault: Fault) -> Self {
        Self { arm, fault }
    }
}

impl Arm for WrongToClients {
    fn promises(&self) -> Promises {
        self.arm.promises()
    }

    fn ask(&mut self, node: u32, ticket: Ticket, asked: Asked) {
        self.arm.ask(node, ticket, asked);
    }

    fn answers(&mut self) -> Result<Vec<(Ticket, Answer)>, String> {
        let answers = self.arm.answers()?;
        let copies = if self.fault == Fault::AnswersTwice { 2 } else { 1 };
        Ok(answers.into_iter().flat_map(|answer| vec![answer; copies]).collect())
    }

    fn kill(&mut self, node: u32) {
        self.arm.kill(node);
    }

    fn start(&mut self, node: u32) {
        self.arm.start(node);
    }

    fn hang_up(&mut self, node: u32) {
        self.arm.hang_up(node);
        if self.fault == Fault::DiesWithClients {
            self.arm.kill(node);
            if self.arm.promises().lives {
                self.arm.start(node);
            }
        }
    }

    fn told(&mut self, node: u32) -> Vec<u64> {
        self.arm.told(node)
    }
}
