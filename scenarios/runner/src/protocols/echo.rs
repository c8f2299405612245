//! Echo: clients say texts of their own and expect them back.

use std::sync::Arc;

use seatrial_echo::{Config, Echo, Mutant};
use seatrial_history::Value;

use super::explored;
use crate::registry::{MutantInfo, Protocol, Settings, WorkloadInfo};
use crate::workload::{Answer, Draw, Op, Session, Workload};

pub(super) fn protocol() -> Protocol {
    let info = WorkloadInfo {
        name: "echo",
        about: "say a text of one's own and expect it back",
        operations: &[],
    };
    let echo = Protocol::new("echo", "says back what it is told, by way of a neighbour");
    explored::echo::with(echo)
        .with_roles(&[])
        .with_setting("retry_after", "how long a node waits for its neighbour before it asks again")
        .with_mutant(MutantInfo {
            id: "E1",
            name: "answer-oldest",
            about: "gives an answer to whoever has waited longest",
            class: 'E',
        })
        .with_wire::<Echo>()
        .with_workload::<Echo, EchoWorkload>(info, config, EchoWorkload::default)
}

fn config(settings: &Settings, mutant: Option<&str>) -> Result<Config, String> {
    let default = Config::default();
    Ok(Config {
        retry_after: settings.time("retry_after", default.retry_after)?,
        mutant: match mutant {
            Some("E1") => Some(Mutant::AnswerOldest),
            _ => None,
        },
    })
}

/// Clients that say texts.
#[derive(Clone, Debug, Default)]
struct EchoWorkload {
    said: u64,
}

impl EchoWorkload {
    fn say(&mut self) -> Op {
        self.said += 1;
        let text = format!("ahoy {}", self.said);
        Op { f: "echo", key: Value::Null, value: Value::from(text) }
    }
}

impl Workload<Echo> for EchoWorkload {
    fn begin(&mut self, _: u32, _: &[(String, u32)]) {
        self.said = 0;
    }

    fn next(&mut self, _: &mut Draw<'_>) -> Op {
        self.say()
    }

    fn last(&mut self, round: u32, _: &mut Draw<'_>) -> Option<Op> {
        (round == 0).then(|| self.say())
    }

    fn request(&mut self, _: Session, op: &Op) -> Arc<str> {
        op.value.as_text().unwrap_or_default().into()
    }

    fn answer(&mut self, _: &Op, response: Arc<str>) -> Answer {
        Answer::Ok(Value::Text(response))
    }
}
