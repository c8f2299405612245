//! A relay between the members of a cluster, through which all that they send each other goes, and which does to it what networks do: for
//! trials of real processes.
//!
//! Each ordered pair of members has an address of its own: `from` is told that `to` is there. What is done is done to a *way*, from one
//! member to another, on whichever connection the bytes go: with the way from n1 to n2 cut, n1's messages do not come, nor what n1 says on
//! the connections that n2 has made; what n2 says comes. A relay looks into no byte.
//!
//! **A cut withholds, and loses nothing by itself**, as TCP does below a partition: it sends again until the partition is over or an end
//! gives up. What is held is bounded; then the sender waits. To lose what is under way, [reset](Relay::reset) the connections.

mod pump;
#[cfg(test)]
mod tests;
mod way;

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;

use seatrial_node::NodeId;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use self::way::Way;
pub use self::way::{Felt, Trouble};

/// A relay at work, in a thread of its own, until it is dropped.
#[derive(Debug)]
pub struct Relay {
    ways: BTreeMap<(NodeId, NodeId), Arc<Way>>,
    addresses: BTreeMap<(NodeId, NodeId), SocketAddr>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Relay {
    /// Begins to carry, between all of these members, each of which listens there for the others. All ways are in order.
    ///
    /// # Errors
    /// Where the system gives no port of loopback, or no thread.
    pub fn begin(members: &[(NodeId, String)]) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let pairs = || {
            members.iter().flat_map(|(from, _)| {
                let others = members.iter().filter(move |(to, _)| to != from);
                others.map(|(to, target)| ((*from, *to), target))
            })
        };
        let ways: BTreeMap<_, _> = pairs().map(|(pair, _)| (pair, Arc::default())).collect();
        let (mut addresses, mut doors) = (BTreeMap::new(), Vec::new());
        for ((from, to), target) in pairs() {
            let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
            addresses.insert((from, to), listener.local_addr()?);
            let (there, back) = (Arc::clone(&ways[&(from, to)]), Arc::clone(&ways[&(to, from)]));
            doors.push(pump::Link { listener, target: target.clone(), there, back });
        }
        let (stop, stopped) = oneshot::channel();
        let work = move || {
            runtime.block_on(async {
                for door in doors {
                    tokio::spawn(door.serve());
                }
                // Told or dropped: either way it is over.
                let _ = stopped.await;
            });
        };
        let thread = std::thread::Builder::new().name("relay".to_owned()).spawn(work)?;
        Ok(Self { ways, addresses, stop: Some(stop), thread: Some(thread) })
    }

    /// Where `from` is to look for `to`.
    ///
    /// # Panics
    /// Where one is no member, or both are the same.
    pub fn address(&self, from: NodeId, to: NodeId) -> SocketAddr {
        self.addresses[&(from, to)]
    }

    /// From now on this is done to what goes from one to the other.
    ///
    /// # Panics
    /// As [`Relay::address`].
    pub fn set(&self, from: NodeId, to: NodeId, trouble: Trouble) {
        self.ways[&(from, to)].set(trouble);
    }

    /// Breaks the connections that `from` has made to `to`, as it is told on both ends; what was under way on them is lost. Returns how
    /// many there were.
    ///
    /// # Panics
    /// As [`Relay::address`].
    pub fn reset(&self, from: NodeId, to: NodeId) -> u64 {
        self.ways[&(from, to)].reset()
    }

    /// What has been done so far to what goes from one to the other.
    ///
    /// # Panics
    /// As [`Relay::address`].
    pub fn felt(&self, from: NodeId, to: NodeId) -> Felt {
        self.ways[&(from, to)].felt()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It has no way to panic that would be news here.
            let _ = thread.join();
        }
    }
}
