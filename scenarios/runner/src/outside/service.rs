//! How protocols are served by real processes, and who their clients are.

use seatrial_node::{Node, Wire};
use seatrial_sim::Tape;

use crate::registry::{Protocol, Settings};
use crate::workload::{Crew, Party, Workload};

/// How a protocol is served by real processes.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// The name under which `seatrial-server` serves it.
    pub name: &'static str,
    /// The workload whose clients can ask such servers.
    pub workload: &'static str,
    /// What a scenario's settings come to in the servers' cluster file: names and values.
    ///
    /// # Errors
    /// Why servers cannot be set so.
    pub settings: fn(&Settings) -> Result<ServerSettings, String>,
}

/// Settings of servers in their cluster file: names and values.
pub type ServerSettings = Vec<(&'static str, String)>;

/// Makes clients of real servers, who make their choices by this tape.
pub(crate) type MakeCrew = dyn Fn(Tape) -> Box<dyn Crew> + Send + Sync;

impl Protocol {
    /// Says that real processes serve it, with these clients, so that a scenario of it can be tried live.
    #[must_use]
    pub fn with_service<N, W>(
        mut self,
        service: Service,
        workload: impl Fn() -> W + Send + Sync + 'static,
    ) -> Self
    where
        N: Node<Request: Wire, Response: Wire> + 'static,
        W: Workload<N> + 'static,
    {
        let make = move |tape| Box::new(Party::<N, W>::new(workload(), tape)) as Box<dyn Crew>;
        self.services.push((service, Box::new(make)));
        self
    }

    /// How it is served with this workload, and who makes the clients, if it is.
    pub(crate) fn service(&self, workload: &str) -> Option<(Service, &MakeCrew)> {
        let served = self.services.iter().find(|(service, _)| service.workload == workload)?;
        Some((served.0, &*served.1))
    }
}
