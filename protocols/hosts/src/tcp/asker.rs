//! The connections of many clients to all members, for callers that wait for nobody: what is heard comes over a channel, when it comes.

use std::collections::BTreeMap;
use std::io;
use std::sync::mpsc as blocking;
use std::thread::JoinHandle;
use std::time::Duration;

use seatrial_node::{NodeId, Wire, seal};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::ask::{Ask, Told};
use super::call::{ANSWER_LIMIT, Callee};
use super::hello::{Hello, Role, Welcome};
use super::socket::{Broken, Reading, Stream, Writing, halves};

/// How long connecting may take, without the greeting.
const CONNECT: Duration = Duration::from_secs(1);

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The protocol's answer, in its own form.
    Answer {
        /// Whose request.
        client: u32,
        /// Which of its requests.
        attempt: u64,
        /// The answer.
        body: Vec<u8>,
    },
    /// **Definite**: the node was not asked, and will not be.
    NotAsked {
        /// Whose request.
        client: u32,
        /// Which of its requests.
        attempt: u64,
    },
    /// **Not definite**: the connection ended, and nobody knows.
    Lost {
        /// Whose request.
        client: u32,
        /// Which of its requests.
        attempt: u64,
    },
}

/// Asks members on behalf of clients, each on connections of its own, in a thread of its own, until it is dropped.
#[derive(Debug)]
pub struct Asker {
    lanes: BTreeMap<(u32, NodeId), mpsc::UnboundedSender<Request>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The number of an attempt, and what is asked.
type Request = (u64, Vec<u8>);

impl Asker {
    /// An asker for so many clients, and where it tells what it hears. Nobody connects before something is asked.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn begin(
        clients: u32,
        callees: &[Callee],
    ) -> io::Result<(Self, blocking::Receiver<Heard>)> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (tell, heard) = blocking::channel();
        let (mut lanes, mut lines) = (BTreeMap::new(), Vec::new());
        for client in 0..clients {
            for callee in callees {
                let (ask, requests) = mpsc::unbounded_channel();
                lanes.insert((client, callee.node), ask);
                let (callee, tell) = (callee.clone(), tell.clone());
                lines.push(Line { client, callee, requests, tell, asked: Vec::new() });
            }
        }
        let (stop, stopped) = oneshot::channel();
        let work = move || {
            runtime.block_on(async {
                for line in lines {
                    tokio::spawn(line.keep());
                }
                // Told or dropped: either way it is over.
                let _ = stopped.await;
            });
        };
        let thread = std::thread::Builder::new().name("asker".to_owned()).spawn(work)?;
        Ok((Self { lanes, stop: Some(stop), thread: Some(thread) }, heard))
    }

    /// Asks a member. Attempts of a client have numbers of their own.
    ///
    /// # Panics
    /// Where there is no such client or no such member.
    pub fn ask(&self, client: u32, to: NodeId, attempt: u64, body: Vec<u8>) {
        let lane = &self.lanes[&(client, to)];
        lane.send((attempt, body)).expect("lines last as long as their asker");
    }
}

impl Drop for Asker {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It has no way to panic that would be news here.
            let _ = thread.join();
        }
    }
}

/// One client's line to one member.
struct Line {
    client: u32,
    callee: Callee,
    requests: mpsc::UnboundedReceiver<Request>,
    tell: blocking::Sender<Heard>,
    /// Attempts that were sent and are not answered.
    asked: Vec<u64>,
}

impl Line {
    /// Asks what is to be asked, on one connection after the other.
    async fn keep(mut self) {
        while let Some(request) = self.requests.recv().await {
            match self.connect().await {
                Ok((reading, writing)) => {
                    // However it ends, what was asked on it is lost, and the next request makes another.
                    let _ = self.converse(request, reading, writing).await;
                    let client = self.client;
                    for attempt in std::mem::take(&mut self.asked) {
                        self.tell(Heard::Lost { client, attempt });
                    }
                }
                Err(_) => self.tell(Heard::NotAsked { client: self.client, attempt: request.0 }),
            }
        }
    }

    fn tell(&self, heard: Heard) {
        // Where nobody listens any more, nobody has to know.
        let _ = self.tell.send(heard);
    }

    async fn connect(&self) -> Result<(Reading, Writing), Broken> {
        let callee = &self.callee;
        let stream = timeout(CONNECT, TcpStream::connect(&callee.address));
        let stream = stream.await.unwrap_or(Err(io::ErrorKind::TimedOut.into()))?;
        stream.set_nodelay(true)?;
        let stream: Box<dyn Stream> = match &callee.keys {
            None => Box::new(stream),
            Some(keys) => keys.connect(stream, callee.node).await?,
        };
        let (mut reading, mut writing) = halves(stream, ANSWER_LIMIT);
        let protocol = callee.protocol.clone().unwrap_or_default();
        let hello = Hello { cluster: callee.cluster.clone(), protocol, role: Role::Client };
        writing.say(&hello).await?;
        match reading.greeting().await? {
            Welcome::Come(_) => Ok((reading, writing)),
            Welcome::Refused(refusal) => Err(Broken::Refused(refusal)),
        }
    }

    /// One connection, from its first request to its end.
    async fn converse(
        &mut self,
        first: Request,
        mut reading: Reading,
        mut writing: Writing,
    ) -> Result<(), Broken> {
        self.say(first, &mut writing).await?;
        loop {
            while let Some(frame) = reading.next()? {
                let told = Told::decode(frame)?;
                self.told(told);
            }
            tokio::select! {
                more = reading.more() => if !more? { return Ok(()) },
                request = self.requests.recv() => match request {
                    Some(request) => self.say(request, &mut writing).await?,
                    None => return Ok(()),
                },
            }
        }
    }

    async fn say(&mut self, (attempt, body): Request, writing: &mut Writing) -> Result<(), Broken> {
        let mut frame = Vec::new();
        seal(&Ask::Request { number: attempt, body }, &mut frame);
        self.asked.push(attempt);
        writing.write(&frame).await
    }

    fn told(&mut self, told: Told) {
        let client = self.client;
        let (attempt, heard) = match told {
            Told::Answer { number, body } => {
                (number, Heard::Answer { client, attempt: number, body })
            }
            Told::Refused { number, .. } => (number, Heard::NotAsked { client, attempt: number }),
            // Nobody has asked for one.
            Told::Status { .. } => return,
        };
        self.asked.retain(|asked| *asked != attempt);
        self.tell(heard);
    }
}
