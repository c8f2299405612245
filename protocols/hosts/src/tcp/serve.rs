//! One member of a cluster as a process: its node, its disk, its ports, from the first line of its log to the last.
//!
//! One task drives the node. Connections have tasks of their own, which read frames and write what has gathered; the disk has a thread.
//! All tasks share one thread, so a batch of messages costs no switch between threads.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use seatrial_node::{MembersError, Node, NodeId, Wire};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tracing::{info, warn};

use super::accept::{self, Door, Room};
use super::client_port;
use super::lane::Lane;
use super::meter::{Meter, Peer};
use super::metrics_port;
use super::peer::{LANE_LIMIT, Reach};
use super::places::Places;
use super::tls::Keys;
use super::watch::Watch;
use super::wires::{Event, Way, Wires};
use crate::disk::{Done, Home, Keeper};
use crate::engine::Engine;
use crate::station::{Member, Opened, ServeError, Served, Station};

/// How long clients and the disk are waited for when a member is asked to stop.
const DRAIN: Duration = Duration::from_secs(5);

/// How many events of connections may wait for the node. Then connections wait.
const EVENTS: usize = 4_096;

/// Serves until the process is told to stop (`SIGTERM` or `SIGINT`): new requests are refused then, and those under way are answered.
///
/// # Errors
/// Where this process cannot be that member. It has then told nobody that it is.
pub fn serve<N: Node>(station: &Station, served: Served<N>) -> Result<(), ServeError>
where
    N::Message: Wire,
    N::Request: Wire,
    N::Response: Wire,
{
    let keys = station.keys.as_ref().map(|files| Keys::of_member(files, station.me));
    let keys = keys.transpose()?.map(Arc::new);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Ports first: who cannot have them leaves the directory as it is.
        let ports = Ports::bind(station).await?;
        let protocol = served.name;
        let Opened { engine, files, text, home, met } = Opened::new(station, served)?;
        let meter = Arc::new(Meter::default());
        let (events, heard) = mpsc::channel(EVENTS);
        let (stop, stopped) = watch::channel(false);
        let clients = Places::new(Room::Clients as u32, true);
        let door = Door {
            cluster: station.cluster.clone(),
            protocol,
            me: station.me,
            members: engine.life().members.clone(),
            keys,
            meter: meter.clone(),
            met: Arc::new(Mutex::new(met)),
            events,
            stop: stopped,
        };
        let (told, disk) = mpsc::unbounded_channel();
        // Where the node has stopped, nobody waits for the disk.
        let tell = move |done| _ = told.send(done);
        let keeper = Keeper::start(files, tell)?;
        let (disown, disowned) = mpsc::unbounded_channel();
        let ways = reach(station, &door, home, &disown);
        let watch = Watch::new(station, door.keys.as_deref());
        let wires = Wires {
            ways,
            text,
            meter: meter.clone(),
            waiting: BTreeMap::new(),
            lines: Vec::new(),
            is_closing: false,
        };
        ports.open(Arc::new(door), clients.clone());
        let path = station.data.clone();
        Drive { engine, wires, heard, disk, keeper, meter, stop, clients, watch, disowned, path }
            .run()
            .await
    })
}

/// The ports of a member.
struct Ports {
    peer: TcpListener,
    client: TcpListener,
    metrics: Option<TcpListener>,
}

impl Ports {
    async fn bind(station: &Station) -> Result<Self, ServeError> {
        let me = station.members.iter().find(|member| member.id == station.me);
        let me = me.ok_or(MembersError::Missing(station.me))?;
        let peer = bind(&me.peer, "members").await?;
        let client = bind(&me.client, "clients").await?;
        let metrics = match &me.metrics {
            Some(address) => Some(bind(address, "metrics").await?),
            None => None,
        };
        Ok(Self { peer, client, metrics })
    }

    fn open(self, door: Arc<Door>, clients: Arc<Places>) {
        // A greeting and a question have little time there.
        let places = |room: Room| Places::new(room as u32, false);
        let members = places(Room::Members);
        tokio::spawn(accept::listen(door.clone(), self.peer, members, accept::member));
        if let Some(listener) = self.metrics {
            tokio::spawn(accept::listen(
                door.clone(),
                listener,
                places(Room::Metrics),
                metrics_port::scrape,
            ));
        }
        tokio::spawn(accept::listen(door, self.client, clients, client_port::client));
    }
}

async fn bind(address: &str, what: &'static str) -> Result<TcpListener, ServeError> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|error| ServeError::Port { address: address.to_owned(), what, error })
}

/// Begins to reach for all other members.
fn reach(
    station: &Station,
    door: &Door,
    home: Home,
    disown: &mpsc::UnboundedSender<NodeId>,
) -> BTreeMap<NodeId, Way> {
    let others = station.members.iter().filter(|member| member.id != station.me);
    let begin = |member: &Member| {
        let lane = Arc::new(Lane::new(LANE_LIMIT));
        let reach = Reach {
            to: member.id,
            address: member.peer.clone(),
            hello: Reach::greeting(&door.cluster, door.protocol, (door.me, home), member.id),
            keys: door.keys.clone(),
            lane: lane.clone(),
            meter: door.meter.clone(),
            disowned: disown.clone(),
        };
        tokio::spawn(reach.keep());
        let sent = door.meter.sent.get_or_create(&Peer { peer: member.id.0 }).clone();
        (member.id, Way { lane, sent })
    };
    others.map(begin).collect()
}

/// The node's own task.
struct Drive<N: Node> {
    engine: Engine<N>,
    wires: Wires<N>,
    heard: mpsc::Receiver<Event>,
    disk: mpsc::UnboundedReceiver<Vec<Done>>,
    keeper: Keeper,
    meter: Arc<Meter>,
    stop: watch::Sender<bool>,
    /// The places of clients: all of them are free when no client is connected.
    clients: Arc<Places>,
    watch: Watch,
    /// Members that know this one by another directory.
    disowned: mpsc::UnboundedReceiver<NodeId>,
    /// This one's.
    path: PathBuf,
}

impl<N: Node> Drive<N>
where
    N::Message: Wire,
    N::Request: Wire,
    N::Response: Wire,
{
    async fn run(mut self) -> Result<(), ServeError> {
        let (mut term, mut int) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let mut until = None;
        loop {
            while self.turn()? {
                tokio::task::yield_now().await;
            }
            if self.wires.is_closing && self.wires.is_idle() && self.engine.is_settled() {
                break;
            }
            let due = self.engine.until_due();
            tokio::select! {
                Some(event) = self.heard.recv() => self.wires.take(event, &mut self.engine),
                Some(done) = self.disk.recv() => self.done(done),
                Some(by) = self.disowned.recv() => {
                    return Err(ServeError::Disowned { path: self.path, by });
                }
                () = sleep(due.unwrap_or_default()), if due.is_some() => {}
                () = sleep_until(self.watch.next()) => self.watch.look(&self.engine.node().status()),
                _ = term.recv(), if until.is_none() => until = Some(self.close()),
                _ = int.recv(), if until.is_none() => until = Some(self.close()),
                () = sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() => {
                    warn!(requests = self.wires.waiting.len(), "stopping with requests unanswered");
                    break;
                }
            }
        }
        self.finish().await;
        info!("stopped");
        Ok(())
    }

    /// Lets the node act on what has come, and hands over what it asks of its disk. Returns whether there is more to do at once.
    fn turn(&mut self) -> io::Result<bool> {
        while let Ok(done) = self.disk.try_recv() {
            self.done(done);
        }
        for _ in 0..EVENTS {
            let Ok(event) = self.heard.try_recv() else { break };
            self.wires.take(event, &mut self.engine);
        }
        let more = self.engine.turn(&mut self.wires);
        // No other task and no disk job goes on before this is done.
        self.engine.write_facts()?;
        self.wires.speak(self.engine.node());
        let jobs = self.engine.take_jobs();
        if !jobs.is_empty() {
            self.keeper.ask(jobs);
        }
        Ok(more)
    }

    fn done(&mut self, done: Vec<Done>) {
        self.meter.sync_rounds.inc();
        self.meter.syncs.inc_by(done.len() as u64);
        for done in done {
            self.engine.done(done);
        }
    }

    /// Refuses new requests from now on. Returns until when those under way are waited for.
    fn close(&mut self) -> Instant {
        info!(requests = self.wires.waiting.len(), "asked to stop");
        self.wires.is_closing = true;
        Instant::now() + DRAIN
    }

    /// Lets clients hear the answers to all that they have said, which is from now on that it comes too late, and what waits on the lanes be
    /// written.
    async fn finish(&mut self) {
        self.wires.give_up();
        // Where nobody is connected, nobody has to know.
        let _ = self.stop.send(true);
        let clients = self.clients.clone();
        let gone = timeout(DRAIN, clients.empty());
        tokio::pin!(gone);
        loop {
            tokio::select! {
                _ = &mut gone => break,
                Some(event) = self.heard.recv() => self.wires.take(event, &mut self.engine),
            }
        }
        let written = async {
            while !self.wires.ways.values().all(|way| way.lane.is_empty()) {
                sleep(Duration::from_millis(5)).await;
            }
            // What was taken from a lane last, and clients' answers, are being written.
            sleep(Duration::from_millis(50)).await;
        };
        let _ = timeout(DRAIN, written).await;
    }
}

/// Whether two texts name the same port on every machine that they could name.
pub(crate) fn is_same_port(a: &str, b: &str) -> bool {
    match (a.parse::<SocketAddr>(), b.parse::<SocketAddr>()) {
        (Ok(a), Ok(b)) => {
            let anywhere = a.ip().is_unspecified() || b.ip().is_unspecified();
            a.port() == b.port() && (a.ip() == b.ip() || anywhere)
        }
        _ => a == b,
    }
}
