//! The one connection on which this member sends to another: made again whenever it ends, after a pause that grows up to a second.
//!
//! **When messages are dropped.** While there is no connection, and while 16 MiB wait to be written on it, a message is dropped and
//! counted, as a network loses one. A node has to live with losses in any case, and what is old when a link comes back helps nobody.

use std::sync::Arc;
use std::time::Duration;

use seatrial_node::NodeId;
use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, sleep, timeout};
use tracing::{debug, info, warn};

use super::hello::{HELLO_LIMIT, Hello, Refusal, Role, Welcome};
use super::lane::Lane;
use super::meter::{Meter, Peer};
use super::socket::{Broken, GREETING, Stream, halves};
use super::tls::Keys;
use crate::chance;
use crate::disk::Home;

/// How many bytes may wait for one member.
pub(crate) const LANE_LIMIT: usize = 16 << 20;

const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A connection that has lasted so long was a good one.
const LASTING: Duration = Duration::from_secs(5);

/// Another member, and how to reach it.
pub(crate) struct Reach {
    pub(crate) to: NodeId,
    pub(crate) address: String,
    pub(crate) hello: Hello,
    pub(crate) keys: Option<Arc<Keys>>,
    pub(crate) lane: Arc<Lane>,
    pub(crate) meter: Arc<Meter>,
    /// Is told where that member knows this one by another directory.
    pub(crate) disowned: UnboundedSender<NodeId>,
}

impl Reach {
    /// The greeting of `me`, who comes with this directory.
    pub(crate) fn greeting(
        cluster: &str,
        protocol: &str,
        (me, home): (NodeId, Home),
        to: NodeId,
    ) -> Hello {
        let role = Role::Member { from: me, to, home };
        Hello { cluster: cluster.to_owned(), protocol: protocol.to_owned(), role }
    }

    /// Sends what is on the lane, for ever.
    pub(crate) async fn keep(self) {
        let connected = self.meter.connected.get_or_create(&Peer { peer: self.to.0 }).clone();
        let mut pause = FIRST_PAUSE;
        let mut was_told = String::new();
        loop {
            let begun = Instant::now();
            let ended = self.converse(&connected).await;
            connected.set(0);
            self.lane.close();
            let why = ended.map_or_else(|broken| broken.to_string(), |()| "it ended".to_owned());
            let (peer, address) = (self.to, &self.address);
            // The same trouble again and again is told once.
            if why == was_told {
                debug!(%peer, %address, why, "no connection");
            } else {
                warn!(%peer, %address, why, "no connection; trying again");
            }
            was_told = why;
            if begun.elapsed() >= LASTING {
                pause = FIRST_PAUSE;
                was_told.clear();
            }
            let jitter = chance::choose(pause.as_micros() as u64 / 2 + 1);
            sleep(pause + Duration::from_micros(jitter)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// One connection, from its beginning to its end.
    async fn converse(
        &self,
        connected: &prometheus_client::metrics::gauge::Gauge,
    ) -> Result<(), Broken> {
        let stream = timeout(GREETING, self.connect());
        let stream = stream.await.unwrap_or(Err(Broken::Slow(GREETING)))?;
        let (mut reading, mut writing) = halves(stream, HELLO_LIMIT);
        writing.say(&self.hello).await?;
        match reading.greeting().await? {
            Welcome::Come(_) => {}
            Welcome::Refused(refusal) => {
                if refusal == Refusal::Directory {
                    // Where the node has stopped, that is all right.
                    let _ = self.disowned.send(self.to);
                }
                return Err(Broken::Refused(refusal));
            }
        }
        info!(peer = %self.to, address = %self.address, "connected");
        connected.set(1);
        self.lane.open();
        let write = async {
            let mut bytes = Vec::new();
            while self.lane.take(&mut bytes).await {
                writing.write(&bytes).await?;
            }
            Ok(())
        };
        // A member says nothing more here: whatever comes is the end.
        tokio::select! {
            ended = write => ended,
            end = reading.more() => end.map(drop),
        }
    }

    async fn connect(&self) -> Result<Box<dyn Stream>, Broken> {
        let stream = TcpStream::connect(&self.address).await?;
        stream.set_nodelay(true)?;
        match &self.keys {
            None => Ok(Box::new(stream)),
            Some(keys) => Ok(keys.connect(stream, self.to).await?),
        }
    }
}
