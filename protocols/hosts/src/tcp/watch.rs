//! Tells, in the log of the process, for what a node waits that cannot take its full part; and where so many members do that nobody serves,
//! that it is so, and what there is to do. A node sees no more than that nobody leads: so the others are asked for their statuses, as anybody may.

use std::fmt::Write as _;
use std::thread;
use std::time::Duration;

use seatrial_node::{NodeId, Status};
use tokio::time::Instant;
use tracing::{info, warn};

use super::call::{Callee, Caller};
use super::tls::Keys;
use crate::station::Station;

/// How often a node's status is looked at; first after as long.
const LOOK: Duration = Duration::from_secs(2);

/// How often the same is told again.
const AGAIN: Duration = Duration::from_secs(60);

/// How long another member may take to answer.
const ANSWER: Duration = Duration::from_secs(1);

/// Looks at a node from time to time.
pub(crate) struct Watch {
    others: Vec<Callee>,
    next: Instant,
    told: Option<(String, Instant)>,
}

/// How it stands with another member.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    Serves,
    /// It waits for this.
    Waits(String),
    Unreached,
}

impl Watch {
    pub(crate) fn new(station: &Station, keys: Option<&Keys>) -> Self {
        let others = station.members.iter().filter(|member| member.id != station.me);
        let others = others.map(|member| Callee {
            node: member.id,
            address: member.client.clone(),
            cluster: station.cluster.clone(),
            protocol: None,
            keys: keys.cloned(),
        });
        Self { others: others.collect(), next: Instant::now() + LOOK, told: None }
    }

    /// When to look again.
    pub(crate) const fn next(&self) -> Instant {
        self.next
    }

    /// Looks, and tells what is new, or was told long ago.
    pub(crate) fn look(&mut self, status: &Status) {
        let now = Instant::now();
        self.next = now + LOOK;
        let Some(what) = status.value(Status::WAITS_FOR).map(ToString::to_string) else {
            if self.told.take().is_some() {
                info!("this member takes its full part again");
            }
            return;
        };
        let is_old = |(told, when): &(String, Instant)| *told == what && now < *when + AGAIN;
        if self.told.as_ref().is_some_and(is_old) {
            return;
        }
        self.told = Some((what.clone(), now));
        let others = self.others.clone();
        // The answers take their time, and nobody waits for this thread.
        let asking = thread::Builder::new().name("watch".to_owned()).spawn(move || {
            let standings: Vec<_> =
                others.iter().map(|callee| (callee.node, standing(callee))).collect();
            tell(&what, &standings);
        });
        if let Err(error) = asking {
            warn!(%error, "no thread to ask the other members");
        }
    }
}

/// Asks a member how it stands with it.
fn standing(callee: &Callee) -> Standing {
    let asked = Caller::connect(callee, ANSWER).and_then(|mut caller| caller.status(ANSWER));
    asked.map_or(Standing::Unreached, |lines| read(&lines))
}

fn read(lines: &str) -> Standing {
    let value = |line: &str| Some(line.split_once('=')?.1.to_owned());
    let waits = lines.lines().find(|line| line.starts_with(Status::WAITS_FOR)).and_then(value);
    waits.map_or(Standing::Serves, Standing::Waits)
}

fn tell(what: &str, others: &[(NodeId, Standing)]) {
    let mut told = String::new();
    for (node, standing) in others {
        let gap = if told.is_empty() { "" } else { "; " };
        // Writing to a text does not fail.
        let _ = match standing {
            Standing::Serves => write!(told, "{gap}{node} serves"),
            Standing::Waits(what) => write!(told, "{gap}{node} waits for {what}"),
            Standing::Unreached => write!(told, "{gap}{node} is not reached"),
        };
    }
    warn!(others = told, "this member takes no full part yet: it waits for {what}");
    let (waiting, all) = (waiting(others), others.len() + 1);
    if 2 * waiting > all {
        warn!(
            "{waiting} of {all} members wait like that: unless one that serves has what they wait for, none can lead and nothing is done. Put \
             back the directory of one of them as it was last, not one from earlier; what a member has cut off a damaged file is beside that \
             file, as *.damaged-1"
        );
    }
}

/// How many wait, with this one.
fn waiting(others: &[(NodeId, Standing)]) -> usize {
    1 + others.iter().filter(|(_, standing)| matches!(standing, Standing::Waits(_))).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_waits_says_so_in_its_status() {
        assert_eq!(read("role=leader\nrecovering=no\n"), Standing::Serves);
        let waits = read("role=follower\nwaits_for=a leader whose log reaches entry 4\nterm=2\n");
        assert_eq!(waits, Standing::Waits("a leader whose log reaches entry 4".to_owned()));
    }
}
