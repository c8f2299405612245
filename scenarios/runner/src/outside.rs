//! A scenario tried outside of a world: its own clients, its own judges, on a cluster of real processes that somebody else runs.
//!
//! The runner stays what it is, without clocks, threads and sockets. A host tells it what has happened and carries what clients say
//! ([`ClientHost`]); at the end it hands over all that was heard, and is given the run as a world's would be.

mod fits;
mod report;
mod service;

use std::fmt;

use seatrial_node::{Duration, Instant, NodeId};
use seatrial_sim::Tape;

pub use self::report::{Heard, OutsideReport};
pub(crate) use self::service::MakeCrew;
pub use self::service::{ServerSettings, Service};
use crate::draw::{ClientPlan, draw};
use crate::prepared::Prepared;
use crate::registry::Settings;
use crate::workload::{ClientHost, Crew};

/// What a run outside of a world is to be like.
#[derive(Clone, Debug)]
pub struct Terms {
    /// What clients do, and what is drawn for the servers, comes from this.
    pub seed: u64,
    /// The nodes, in ascending order.
    pub members: Vec<NodeId>,
}

/// One run outside of a world, under way.
pub struct Outside {
    prepared: Prepared,
    terms: Terms,
    service: Service,
    settings: ServerSettings,
    knobs: Vec<(String, String)>,
    clients: u32,
    progress_within: Duration,
    plan: ClientPlan,
    crew: Box<dyn Crew>,
}

/// A client waits so long for an answer, at least: scenarios have the times of a world in which an election takes tens of milliseconds,
/// and a real one takes ten times as long.
const TIMEOUT: Duration = Duration::from_millis(300);

/// It tries so long, at least: through an election.
const GIVE_UP: Duration = Duration::from_millis(2_000);

/// Progress is waited for so long, at least: members that have lost each other pause up to a second and a half before they try again, and a
/// connection that hangs is given up after five, on a machine that may have much to do besides.
const PROGRESS: Duration = Duration::from_secs(30);

impl Prepared {
    /// The same scenario for real processes, on these terms.
    ///
    /// # Errors
    /// Why it cannot be tried so.
    pub fn outside(&self, terms: Terms) -> Result<Outside, String> {
        let (service, maker) = fits::service(self)?;
        fits::check(self)?;
        let mut tape = Tape::seeded(terms.seed);
        let drawn = draw(self.scenario(), Some(self.trouble()), &mut tape);
        let settings = (service.settings)(&Settings::new(drawn.settings))?;
        let timeout = drawn.clients.timeout.max(TIMEOUT);
        let give_up = drawn.clients.give_up.max(GIVE_UP);
        let plan = ClientPlan { endless: true, timeout, give_up, ..drawn.clients };
        let clients = drawn.setup.clients;
        let progress_within = self.scenario().judge.progress_within.max(PROGRESS);
        let mut knobs = vec![("nodes".to_owned(), terms.members.len().to_string())];
        let settings_told = settings.iter();
        knobs
            .extend(settings_told.map(|(name, value)| (format!("settings.{name}"), value.clone())));
        let of_clients = |(name, _): &(String, String)| {
            let drawn_otherwise = ["clients.operations", "clients.timeout", "clients.give_up"]
                .contains(&name.as_str());
            !drawn_otherwise && (name.starts_with("clients.") || name.starts_with("workload."))
        };
        knobs.extend(drawn.knobs.into_iter().filter(of_clients));
        for (name, span) in [
            ("clients.timeout", timeout),
            ("clients.give_up", give_up),
            ("judge.progress_within", progress_within),
        ] {
            knobs.push((name.to_owned(), span.to_string()));
        }
        Ok(Outside {
            prepared: self.clone(),
            terms,
            service,
            settings,
            knobs,
            clients,
            progress_within,
            plan,
            crew: maker(tape),
        })
    }
}

impl Outside {
    /// How the servers are to serve.
    pub const fn service(&self) -> &Service {
        &self.service
    }

    /// The settings of their cluster file: names and values.
    pub fn settings(&self) -> &[(&'static str, String)] {
        &self.settings
    }

    /// The planted bug that they are to have.
    pub fn mutant(&self) -> Option<&'static str> {
        self.prepared.mutant().map(|mutant| mutant.name)
    }

    /// How many clients there are.
    pub const fn clients(&self) -> u32 {
        self.clients
    }

    /// How long, once the trouble is over, clients may take to finish.
    pub fn patience(&self) -> Duration {
        self.progress_within + self.plan.give_up * 2
    }

    /// Lets the clients begin. There is trouble until then.
    pub fn begin(&mut self, healed: Instant, host: &mut dyn ClientHost) {
        self.crew.begin(&self.plan, self.clients, &self.terms.members, healed);
        for client in 0..self.clients {
            self.crew.start(client, host);
        }
    }

    /// The client has slept as long as it wanted.
    pub fn wake(&mut self, client: u32, host: &mut dyn ClientHost) {
        self.crew.wake(client, host);
    }

    /// An answer to this attempt has arrived, perhaps a late one.
    pub fn answer(&mut self, client: u32, attempt: u64, body: &[u8], host: &mut dyn ClientHost) {
        self.crew.answer(client, attempt, body, host);
    }

    /// There will be no answer to this attempt. Where it was not `asked`, it has no effect; else nobody knows.
    pub fn unanswered(
        &mut self,
        client: u32,
        attempt: u64,
        asked: bool,
        host: &mut dyn ClientHost,
    ) {
        self.crew.unanswered(client, attempt, asked, host);
    }

    /// Whether every client has done all that it was to do.
    pub fn finished(&self) -> bool {
        self.crew.finished()
    }
}

impl fmt::Debug for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outside").field("terms", &self.terms).finish_non_exhaustive()
    }
}
