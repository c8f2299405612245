//! Point-to-point links, each under a messenger: clients ask any member to send a letter to any member.

use std::sync::Arc;

use seatrial_links::{
    FairLoss, Fifo, FifoConfig, Letter, Link, Messenger, MessengerConfig, MessengerRequest,
    MessengerResponse, Mutant, Numbered, Perfect, PerfectConfig, Stubborn, StubbornConfig,
};
use seatrial_node::{Node, NodeId};

use crate::registry::{MutantInfo, Protocol, Settings, WorkloadInfo};
use crate::workload::{Answer, Draw, Op, Session, Workload};

/// All links.
pub(super) fn protocols() -> Vec<Protocol> {
    vec![fair_loss(), stubborn(), perfect(), fifo()]
}

fn fair_loss() -> Protocol {
    let about = "a link that may lose a letter, repeat it or bring it late, and makes none up";
    let protocol = Protocol::new("fair-loss-link", about).with_roles(&[]);
    with_messenger::<FairLoss<Letter>>(protocol, |_, _| Ok(()))
}

fn stubborn() -> Protocol {
    let about = "a link that sends every letter for ever, so that it arrives again and again";
    let protocol = resending("stubborn-link", about, &[Mutant::NoRetransmission]);
    with_messenger::<Stubborn<Letter>>(protocol, |settings, mutant| {
        let default = StubbornConfig::default();
        let config = StubbornConfig {
            resend_after: settings.time("resend_after", default.resend_after)?,
            resend_at_most: settings.time("resend_at_most", default.resend_at_most)?,
            capacity: settings.limit("capacity", default.capacity)?,
            mutant,
        };
        config.validate().map_err(|error| error.to_string())?;
        Ok(config)
    })
    .with_setting("capacity", "how many letters a member sends for ever at the same time")
}

fn perfect() -> Protocol {
    let about = "a link that delivers every letter once, over crashes of either end";
    let bugs = [Mutant::NoRetransmission, Mutant::RestartResetsNumbers, Mutant::ForgetDuplicates];
    let protocol = windowed("perfect-link", about, &bugs);
    with_messenger::<Perfect<Letter>>(protocol, perfect_config)
}

fn fifo() -> Protocol {
    let about = "a perfect link that also keeps the order of sending";
    let bugs = [Mutant::FifoGap, Mutant::NoRetransmission, Mutant::RestartResetsNumbers];
    let protocol = windowed("fifo-link", about, &bugs)
        .with_setting("hold", "how many letters of a member may wait for an earlier one");
    with_messenger::<Fifo<Letter, Perfect<Numbered<Letter>>>>(protocol, |settings, mutant| {
        let default = FifoConfig::<PerfectConfig>::default();
        let config = FifoConfig {
            link: perfect_config(settings, mutant)?,
            hold: settings.limit("hold", default.hold)?,
            mutant,
        };
        config.validate().map_err(|error| error.to_string())?;
        if config.hold < config.link.window {
            return Err(format!(
                "hold = {} is less than window = {}: what comes early would be dropped; set it to at least {}",
                config.hold, config.link.window, config.link.window
            ));
        }
        Ok(config)
    })
}

fn perfect_config(settings: &Settings, mutant: Option<Mutant>) -> Result<PerfectConfig, String> {
    let default = PerfectConfig::default();
    let config = PerfectConfig {
        resend_after: settings.time("resend_after", default.resend_after)?,
        resend_at_most: settings.time("resend_at_most", default.resend_at_most)?,
        window: settings.limit("window", default.window)?,
        queue: settings.limit("queue", default.queue)?,
        mutant,
    };
    config.validate().map_err(|error| error.to_string())?;
    Ok(config)
}

/// A link that sends again, without a workload.
fn resending(name: &'static str, about: &'static str, bugs: &[Mutant]) -> Protocol {
    let protocol = Protocol::new(name, about)
        .with_roles(&[])
        .with_setting("resend_after", "how long the link waits before it sends again")
        .with_setting("resend_at_most", "the longest wait between two sendings");
    bugs.iter().fold(protocol, |protocol, mutant| {
        protocol.with_mutant(MutantInfo {
            id: mutant.id(),
            name: mutant.name(),
            about: mutant.about(),
            class: 'E',
        })
    })
}

/// A link that sends again what is not acknowledged, without a workload.
fn windowed(name: &'static str, about: &'static str, bugs: &[Mutant]) -> Protocol {
    resending(name, about, bugs)
        .with_setting("window", "how many letters may be on their way to one member")
        .with_setting("queue", "how many more letters to one member wait for room")
}

/// Adds the workload, over a link that is configured from the settings and the planted bug.
fn with_messenger<L>(
    protocol: Protocol,
    link: impl Fn(&Settings, Option<Mutant>) -> Result<L::Config, String> + Send + Sync + 'static,
) -> Protocol
where
    L: Link<Letter> + 'static,
    L::Message: std::fmt::Debug,
    L::Timer: std::fmt::Debug,
{
    let info = WorkloadInfo {
        name: "letters",
        about: "ask any member to send a letter of one's own to one of the first `keys` members",
        operations: &[],
    };
    let config = move |settings: &Settings, mutant: Option<&str>| {
        let planted = Mutant::ALL.iter().copied().find(|known| Some(known.id()) == mutant);
        let retry_after = MessengerConfig::<()>::default().retry_after;
        Ok(MessengerConfig { link: link(settings, planted)?, retry_after })
    };
    protocol.with_workload::<Messenger<L>, Letters>(info, config, Letters::default)
}

/// Clients that send letters, no two with the same text.
#[derive(Clone, Debug, Default)]
struct Letters {
    written: i64,
    receivers: u32,
}

impl Letters {
    /// The key is the receiver.
    fn write(&mut self, to: NodeId) -> Op {
        self.written += 1;
        Op::new("send", format!("letter {}", self.written)).on(to.to_string())
    }
}

impl<L: Link<Letter>> Workload<Messenger<L>> for Letters {
    fn begin(&mut self, keys: u32, _: &[(String, u32)]) {
        *self = Self { written: 0, receivers: keys.max(1) };
    }

    fn next(&mut self, draw: &mut Draw<'_>) -> Op {
        let receiver = draw.below("receiver", u64::from(self.receivers));
        self.write(NodeId(receiver as u32))
    }

    /// A letter to a member that there always is.
    fn last(&mut self, round: u32, _: &mut Draw<'_>) -> Option<Op> {
        (round == 0).then(|| self.write(NodeId(0)))
    }

    fn request(&mut self, _: Session, op: &Op) -> MessengerRequest {
        let to = op.key.as_text().and_then(|name| name.parse().ok()).unwrap_or(NodeId(u32::MAX));
        let text: Arc<str> = op.value.as_text().unwrap_or_default().into();
        MessengerRequest::Send { to, text }
    }

    fn answer(&mut self, op: &Op, response: <Messenger<L> as Node>::Response) -> Answer {
        match response {
            MessengerResponse::Sent { .. } => Answer::Ok(op.value.clone()),
            MessengerResponse::Busy => Answer::Refused("busy"),
            MessengerResponse::UnknownMember => Answer::Fail("no such member"),
            _ => Answer::Unknown("unknown"),
        }
    }
}
