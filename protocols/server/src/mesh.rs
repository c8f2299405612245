//! A mesh: whatever any process delivers, every correct one delivers, whoever is killed meanwhile.
//!
//! It is all-ack uniform broadcast over perfect links and a perfect failure detector. What is delivered is written to the log, by a
//! callback of ours. The detector takes a member for dead for good that has not answered within `delta`, so all are to be started within
//! that time, and one that has died takes no part any more.
//!
//! **How long `say` waits.** Uniform means that what anybody has delivered, all deliver who live. So nothing is delivered before every member
//! has it, or is known to be dead; and after a kill that is known when `delta` is over, 10 s where the cluster file says nothing else.
//! Whatever is said in that time waits until then. A shorter `delta` waits less and takes more members for dead that are only slow.

use seatrial_broadcast::{
    AllAckUniform, Answer, DetectedConfig, Frame, OnDeliver, Process, ProcessConfig, Recovery,
    Request, Response,
};
use seatrial_detectors::{Perfect as Detector, PerfectConfig as DetectorConfig};
use seatrial_hosts::{ConfigError, Session, Settings, TextForm};
use seatrial_links::Perfect as Link;
use seatrial_node::{Disk, Duration, NoStorage, Node, OpenError};

/// A member of the mesh.
pub(crate) type Mesh = Process<String, AllAckUniform<String, Link<Frame<String>>, Detector>>;

/// `say TEXT`. Answers once it is delivered here.
pub(crate) const TEXT: TextForm<Mesh> = TextForm { read, write };

/// The configuration, as the cluster file says.
pub(crate) fn config(mut given: Settings) -> Result<<Mesh as Node>::Config, ConfigError> {
    let written = given.clone();
    let mut broadcast = DetectedConfig::<_, DetectorConfig>::default();
    broadcast.detector.period = given.take("period", Duration::from_millis(500))?;
    broadcast.detector.delta = given.take("delta", Duration::from_secs(10))?;
    given.end(&["period", "delta"])?;
    // It looks at its times only, and has nothing on the disk.
    let tried = Detector::open(&broadcast.detector, &mut Disk::new(&mut NoStorage));
    if let Err(OpenError::Config(why)) = tried {
        return Err(written.mistake(&["delta", "period"], why));
    }
    Ok(ProcessConfig {
        broadcast,
        answer: Answer::WhenDelivered,
        recovery: Recovery::Stop,
        on_deliver: Some(OnDeliver::new(|_, id, text: &String| {
            tracing::info!(from = %id.origin, text, "delivered");
        })),
        ..ProcessConfig::default()
    })
}

fn read(line: &str, _: Session) -> Result<Request<String>, String> {
    match line.trim().split_once(' ') {
        Some(("say", text)) => Ok(Request::Broadcast(text.to_owned())),
        _ => Err("write say TEXT".to_owned()),
    }
}

fn write(answer: &Response) -> String {
    match answer {
        Response::Sent(id) | Response::Delivered(id) => format!("delivered {id:?}"),
        Response::Busy => "error: too much is under way; ask again later".to_owned(),
        _ => "error: this member has died once, and takes no part any more".to_owned(),
    }
}
