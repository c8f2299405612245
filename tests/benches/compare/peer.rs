//! What the workloads share of turmoil, whose nodes are async tasks with sockets.

use std::cell::Cell;
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::time::Duration;

use turmoil::net::UdpSocket;
use turmoil::{Builder, Sim};

pub(crate) const PORT: u16 = 9_000;

/// How many messages have arrived, at whatever node.
pub(crate) type Arrived = Rc<Cell<u64>>;

/// A simulation of messages that take so many milliseconds. turmoil draws from a clipped exponential, not evenly, and rounds up to
/// its tick of one millisecond.
pub(crate) fn sim(seed: u64, shortest: u64, longest: u64) -> Sim<'static> {
    Builder::new()
        .rng_seed(seed)
        .simulation_duration(Duration::MAX)
        .min_message_latency(Duration::from_millis(shortest))
        .max_message_latency(Duration::from_millis(longest))
        .udp_capacity(4_096)
        .build()
}

pub(crate) async fn bind() -> std::io::Result<UdpSocket> {
    UdpSocket::bind((IpAddr::from(Ipv4Addr::UNSPECIFIED), PORT)).await
}

/// Goes on until so many messages have arrived.
pub(crate) fn run(
    mut sim: Sim<'static>,
    arrived: &Arrived,
    messages: u64,
) -> crate::harness::Outcome {
    while arrived.get() < messages {
        sim.step().expect("no node of a benchmark fails");
    }
    let simulated = sim.elapsed();
    let amount = arrived.get();
    crate::harness::Outcome { amount, simulated, fingerprint: amount ^ simulated.as_nanos() as u64 }
}
