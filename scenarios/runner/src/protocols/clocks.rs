//! Logical clocks: clients ask any member for events, and every event is stamped.

use seatrial_clocks::{Mutant, Stamper, StamperConfig, StamperRequest, StamperResponse};
use seatrial_node::NodeId;

use crate::registry::{MutantInfo, Protocol, Settings, WorkloadInfo};
use crate::workload::{Answer, Draw, Op, Session, Workload};

pub(super) fn protocol() -> Protocol {
    let info = WorkloadInfo {
        name: "events",
        about: "ask any member for an event, or to send a message to one of the first `keys` members",
        operations: &[],
    };
    let about = "stamps every event by a Lamport, a vector and a hybrid logical clock";
    let protocol = Protocol::new("logical-clocks", about)
        .with_roles(&[])
        .with_setting("tick", "how coarse wall clocks are")
        .with_setting("offset", "how far two wall clocks may be apart");
    let protocol = Mutant::ALL.iter().fold(protocol, |protocol, mutant| {
        protocol.with_mutant(MutantInfo {
            id: mutant.id(),
            name: mutant.name(),
            about: mutant.about(),
            class: 'E',
        })
    });
    protocol.with_workload::<Stamper, Events>(info, config, Events::default)
}

fn config(settings: &Settings, mutant: Option<&str>) -> Result<StamperConfig, String> {
    let default = StamperConfig::default();
    let config = StamperConfig {
        tick: settings.time("tick", default.tick)?,
        offset: settings.time("offset", default.offset)?,
        mutant: Mutant::ALL.iter().copied().find(|known| Some(known.id()) == mutant),
    };
    config.validate().map_err(|error| error.to_string())?;
    Ok(config)
}

/// Clients that ask for events, two of three of them sendings.
#[derive(Clone, Debug, Default)]
struct Events {
    receivers: u32,
}

impl Workload<Stamper> for Events {
    fn begin(&mut self, keys: u32, _: &[(String, u32)]) {
        self.receivers = keys.max(1);
    }

    fn next(&mut self, draw: &mut Draw<'_>) -> Op {
        if draw.below("event", 3) == 0 {
            return Op::bare("event");
        }
        let to = draw.below("receiver", u64::from(self.receivers)) as u32;
        Op::bare("send").on(NodeId(to).to_string())
    }

    fn last(&mut self, round: u32, _: &mut Draw<'_>) -> Option<Op> {
        (round == 0).then(|| Op::bare("event"))
    }

    fn request(&mut self, _: Session, op: &Op) -> StamperRequest {
        match op.key.as_text().and_then(|name| name.parse().ok()) {
            Some(to) => StamperRequest::Send { to },
            None => StamperRequest::Event,
        }
    }

    fn answer(&mut self, op: &Op, response: StamperResponse) -> Answer {
        match response {
            StamperResponse::Event(_) => Answer::Ok(op.value.clone()),
            StamperResponse::NotYet => Answer::Refused("not begun yet"),
            StamperResponse::Stopped => Answer::Refused("stopped"),
            StamperResponse::UnknownMember => Answer::Fail("no such member"),
            _ => Answer::Unknown("unknown"),
        }
    }
}
