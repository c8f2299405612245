//! Broadcasts: clients ask any member to broadcast numbers, each of them once.

mod gossip;
mod total_order;

use seatrial_broadcast::{
    AllAckUniform, Answer as WhenAnswered, BestEffort, CausalNoWaiting, CausalWaiting,
    DetectedConfig, EagerReliable, Fifo, Frame, LazyConfig, LazyReliable, LinkedConfig,
    MajorityAckUniform, Mutant, Numbered, OrderConfig, PastConfig, Process, ProcessConfig,
    Recovery, Request, Response, Timed, WithPast,
};
use seatrial_checkers::delivery::MESSAGES;
use seatrial_detectors::{Perfect as Detector, PerfectConfig as DetectorConfig};
use seatrial_links::{Perfect as Link, PerfectConfig as LinkConfig};
use seatrial_node::Node;

use super::{explored, marks};
use crate::registry::{MutantInfo, Protocol, Settings, WorkloadInfo};
use crate::workload::{Answer, Draw, Op, Session, Workload};

type LinkOf<P> = Link<Frame<P>>;
type Member<B> = Process<u64, B>;
type Eager<P> = EagerReliable<P, LinkOf<P>>;

/// All broadcasts.
pub(super) fn protocols() -> Vec<Protocol> {
    let mut all = vec![
        explored::best_effort(best_effort()),
        explored::reliable(reliable()),
        lazy_reliable(),
        explored::uniform(uniform()),
        explored::all_ack_uniform(all_ack_uniform()),
        explored::fifo(fifo()),
        explored::causal(causal()),
        no_waiting_causal(),
        gossip::protocol(),
    ];
    all.extend(total_order::protocols());
    all
}

fn best_effort() -> Protocol {
    let about = "sends a message to every member; if its source crashes, some may not get it";
    let bugs = [Mutant::PoisonPill, Mutant::StopsAtFirstUnreachable, Mutant::RestartResetsNumbers];
    with_member::<BestEffort<u64, LinkOf<u64>>>(
        protocol("best-effort-broadcast", about, &bugs).with_theory(&MESSAGES, "n", in_n),
        linked,
    )
}

fn reliable() -> Protocol {
    let about = "eager reliable broadcast: what one correct member delivers, all correct ones do";
    let bugs = [
        Mutant::NoRelay,
        Mutant::PoisonPill,
        Mutant::StopsAtFirstUnreachable,
        Mutant::RestartResetsNumbers,
    ];
    let protocol = protocol("reliable-broadcast", about, &bugs);
    with_member::<Eager<u64>>(protocol.with_theory(&MESSAGES, "n²", in_n_squared), linked)
}

fn lazy_reliable() -> Protocol {
    let about = "lazy reliable broadcast: relays what a crashed member has broadcast";
    let bugs = [Mutant::NoRelay, Mutant::LazyNoSecondRule, Mutant::RedistributionStorm];
    let protocol = detecting(protocol("lazy-reliable-broadcast", about, &bugs))
        .with_theory(&MESSAGES, "n", in_n)
        .with_setting("report_after", "how long after a delivery the others are told of it")
        .with_setting("report_every", "after how many deliveries they are told at the latest");
    type Stack = LazyReliable<u64, LinkOf<u64>, Detector>;
    with_member::<Stack>(protocol, |settings, mutant| {
        let default = LazyConfig::<(), ()>::default();
        Ok(LazyConfig {
            link: link(settings)?,
            detector: detector(settings)?,
            report_after: settings.time("report_after", default.report_after)?,
            report_every: settings
                .count("report_every", u64::from(default.report_every))?
                .try_into()
                .map_err(|_| "report_every is too many".to_owned())?,
            mutant,
        })
    })
}

const UNIFORM_BUGS: [Mutant; 3] = [Mutant::CallbackOnReceipt, Mutant::NoRelay, Mutant::UrbEarly];

fn uniform() -> Protocol {
    let about = "majority-ack uniform broadcast: what any member delivers, all correct ones do";
    type Stack = MajorityAckUniform<u64, LinkOf<u64>>;
    let protocol = protocol("uniform-broadcast", about, &UNIFORM_BUGS);
    with_member::<Stack>(protocol.with_theory(&MESSAGES, "n²", in_n_squared), linked)
}

fn all_ack_uniform() -> Protocol {
    let about = "all-ack uniform broadcast: waits for all that are not suspected";
    let bugs = [&UNIFORM_BUGS[..], &[Mutant::WaitsForTheDead]].concat();
    type Stack = AllAckUniform<u64, LinkOf<u64>, Detector>;
    let protocol = detecting(protocol("all-ack-uniform-broadcast", about, &bugs)).with_theory(
        &MESSAGES,
        "n²",
        in_n_squared,
    );
    with_member::<Stack>(protocol, |settings, mutant| {
        Ok(DetectedConfig { link: link(settings)?, detector: detector(settings)?, mutant })
    })
}

fn fifo() -> Protocol {
    let about = "FIFO order over eager reliable broadcast, by sequence numbers";
    type Stack = Fifo<u64, Eager<Numbered<u64>>>;
    let protocol = protocol("fifo-broadcast", about, &[Mutant::FifoGap]).with_theory(
        &MESSAGES,
        "n²",
        in_n_squared,
    );
    with_member::<Stack>(protocol, |settings, mutant| {
        Ok(OrderConfig { broadcast: linked(settings, None)?, mutant })
    })
}

fn causal() -> Protocol {
    let about = "causal order over eager reliable broadcast, by waiting with vector clocks";
    type Stack = CausalWaiting<u64, Eager<Timed<u64>>>;
    let protocol = protocol("causal-broadcast", about, &[Mutant::CausalNoWait]).with_theory(
        &MESSAGES,
        "n²",
        in_n_squared,
    );
    with_member::<Stack>(protocol, |settings, mutant| {
        Ok(OrderConfig { broadcast: linked(settings, None)?, mutant })
    })
}

fn no_waiting_causal() -> Protocol {
    let about = "causal order over eager reliable broadcast: a message brings its past along";
    type Stack = CausalNoWaiting<u64, Eager<WithPast<u64>>, Detector>;
    let protocol = protocol("no-waiting-causal-broadcast", about, &[Mutant::CausalNoWait])
        .with_theory(&MESSAGES, "n²", in_n_squared);
    with_member::<Stack>(detecting(protocol), |settings, mutant| {
        let broadcast = linked(settings, None)?;
        Ok(PastConfig { broadcast, detector: detector(settings)?, mutant, ..PastConfig::default() })
    })
}

/// One message to every member.
fn in_n(nodes: u64, _: &Settings) -> Option<u64> {
    Some(nodes)
}

/// One message from every member to every member.
fn in_n_squared(nodes: u64, _: &Settings) -> Option<u64> {
    nodes.checked_mul(nodes)
}

/// A broadcast over a link, without a workload.
fn protocol(name: &'static str, about: &'static str, bugs: &[Mutant]) -> Protocol {
    let protocol = Protocol::new(name, about).with_marks(&marks::BROADCAST).with_roles(&[]);
    of_process(linking(protocol), bugs)
}

/// The settings of the perfect link.
fn linking(protocol: Protocol) -> Protocol {
    protocol
        .with_setting("resend_after", "how long the link waits before it sends again")
        .with_setting("resend_at_most", "the longest wait between two sendings")
}

/// The settings of a process, and the bugs of its broadcast.
fn of_process(protocol: Protocol, bugs: &[Mutant]) -> Protocol {
    let protocol = protocol
        .with_setting(
            "when_delivered",
            "whether clients are answered at the delivery; else at once",
        )
        .with_setting("rejoin", "whether a crashed member takes part again; else it stays silent")
        .with_setting("max_in_flight", "how many broadcasts of its own a member has under way");
    bugs.iter().fold(protocol, |protocol, mutant| {
        protocol.with_mutant(MutantInfo {
            id: mutant.id(),
            name: mutant.name(),
            about: mutant.about(),
            class: mutant.class(),
        })
    })
}

/// The settings of the perfect failure detector.
fn detecting(protocol: Protocol) -> Protocol {
    protocol
        .with_setting("period", "how often the failure detector asks")
        .with_setting("delta", "the synchrony bound: how long a question and its answer may take")
}

/// Adds the workload, over a stack that is configured from the settings and the planted bug.
fn with_member<B>(
    protocol: Protocol,
    stack: impl Fn(&Settings, Option<Mutant>) -> Result<B::Config, String> + Send + Sync + 'static,
) -> Protocol
where
    B: seatrial_broadcast::Broadcast<u64> + 'static,
    B::Message: std::fmt::Debug,
    B::Timer: std::fmt::Debug,
{
    let info = WorkloadInfo {
        name: "broadcast",
        about: "ask any member to broadcast a number of one's own",
        operations: &[],
    };
    let config = move |settings: &Settings, mutant: Option<&str>| {
        let planted = Mutant::ALL.iter().copied().find(|known| Some(known.id()) == mutant);
        process(settings, stack(settings, planted)?)
    };
    protocol.with_workload::<Member<B>, Numbers>(info, config, Numbers::default)
}

fn process<C>(settings: &Settings, broadcast: C) -> Result<ProcessConfig<C, u64>, String> {
    let when_delivered = settings.flag("when_delivered", false)?;
    let rejoin = settings.flag("rejoin", false)?;
    Ok(ProcessConfig {
        broadcast,
        answer: if when_delivered { WhenAnswered::WhenDelivered } else { WhenAnswered::WhenSent },
        recovery: if rejoin { Recovery::Rejoin } else { Recovery::Stop },
        max_in_flight: settings.limit("max_in_flight", 10_000)?,
        on_deliver: None,
    })
}

fn linked(settings: &Settings, mutant: Option<Mutant>) -> Result<LinkedConfig<LinkConfig>, String> {
    Ok(LinkedConfig { link: link(settings)?, mutant })
}

fn link(settings: &Settings) -> Result<LinkConfig, String> {
    let default = LinkConfig::default();
    let config = LinkConfig {
        resend_after: settings.time("resend_after", default.resend_after)?,
        resend_at_most: settings.time("resend_at_most", default.resend_at_most)?,
        ..default
    };
    config.validate().map_err(|error| error.to_string())?;
    Ok(config)
}

fn detector(settings: &Settings) -> Result<DetectorConfig, String> {
    let default = DetectorConfig::default();
    Ok(DetectorConfig {
        period: settings.time("period", default.period)?,
        delta: settings.time("delta", default.delta)?,
        ..default
    })
}

/// Clients that broadcast the numbers from 1 on.
#[derive(Clone, Debug, Default)]
struct Numbers {
    last: i64,
}

impl<N> Workload<N> for Numbers
where
    N: Node<Request = Request<u64>, Response = Response>,
{
    fn begin(&mut self, _: u32, _: &[(String, u32)]) {
        self.last = 0;
    }

    fn next(&mut self, _: &mut Draw<'_>) -> Op {
        self.last += 1;
        Op::new("broadcast", self.last)
    }

    fn request(&mut self, _: Session, op: &Op) -> Request<u64> {
        Request::Broadcast(op.value.as_int().unwrap_or_default().unsigned_abs())
    }

    fn answer(&mut self, op: &Op, response: Response) -> Answer {
        match response {
            Response::Sent(_) | Response::Delivered(_) => Answer::Ok(op.value.clone()),
            Response::Busy => Answer::Refused("busy"),
            Response::Stopped => Answer::Refused("stopped"),
            _ => Answer::Unknown("unknown"),
        }
    }
}
