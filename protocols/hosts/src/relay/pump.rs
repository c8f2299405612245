//! The connections from one member to another, and the bytes on them.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

use super::way::Way;

/// How many bytes are taken at once.
const PIECE: usize = 16 << 10;

/// How many pieces wait at most for their time; then the sender waits.
const HELD: usize = 64;

/// How much is let through at a time where a way is slow.
const SIP: usize = 256;

/// Where one member is told that another is.
pub(super) struct Link {
    pub(super) listener: TcpListener,
    pub(super) target: String,
    /// From who connects to who is connected to.
    pub(super) there: Arc<Way>,
    pub(super) back: Arc<Way>,
}

impl Link {
    /// Carries all connections that are made here, for ever.
    pub(super) async fn serve(self) {
        let link = Arc::new(self);
        loop {
            match link.listener.accept().await {
                Ok((stream, _)) => {
                    let link = Arc::clone(&link);
                    tokio::spawn(async move { link.carry(stream).await });
                }
                // Too many open files, as a rule: some will close.
                Err(_) => sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// Carries one connection from its beginning to its end. However it ends, both ends are told so by theirs ending.
    async fn carry(&self, mut near: TcpStream) {
        let mut connection = self.there.connection();
        let mut far = tokio::select! {
            far = self.connect() => match far {
                Ok(far) => far,
                Err(_) => return,
            },
            () = connection.broken() => return abort(&near),
        };
        if near.set_nodelay(true).and_then(|()| far.set_nodelay(true)).is_err() {
            return;
        }
        let is_broken = {
            let (from_near, to_near) = near.split();
            let (from_far, to_far) = far.split();
            let both = async {
                tokio::join!(
                    pump(from_near, to_far, &self.there),
                    pump(from_far, to_near, &self.back)
                )
            };
            tokio::select! {
                _ = both => false,
                () = connection.broken() => true,
            }
        };
        if is_broken {
            abort(&near);
            abort(&far);
        }
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        self.there.passable().await;
        TcpStream::connect(&self.target).await
    }
}

/// Has the connection end with a reset when it is dropped.
fn abort(stream: &TcpStream) {
    // Where that cannot be asked for it ends in order, which is an end as well.
    let _ = stream.set_zero_linger();
}

/// Some bytes, and when they came.
type Piece = (Instant, Vec<u8>);

/// Carries one way what is said on one connection, until it ends or breaks; then says so.
async fn pump(from: ReadHalf<'_>, mut to: WriteHalf<'_>, way: &Way) {
    let (held, pieces) = mpsc::channel(HELD);
    let (_, ended) = tokio::join!(take(from, held, way), give(pieces, &mut to, way));
    if ended.is_ok() {
        // The end is carried as all else was.
        let _ = to.shutdown().await;
    }
}

async fn take(mut from: ReadHalf<'_>, held: mpsc::Sender<Piece>, way: &Way) {
    loop {
        let mut bytes = Vec::with_capacity(PIECE);
        match from.read_buf(&mut bytes).await {
            Ok(1..) => {}
            _ => return,
        }
        // Counted as they come, and not as they pass: whoever mends the way asks at once what has been withheld.
        if way.trouble().cut {
            count(&way.withheld, &bytes);
        }
        if held.send((Instant::now(), bytes)).await.is_err() {
            return;
        }
    }
}

async fn give(
    mut pieces: mpsc::Receiver<Piece>,
    to: &mut WriteHalf<'_>,
    way: &Way,
) -> io::Result<()> {
    while let Some((came, bytes)) = pieces.recv().await {
        let delay = way.trouble().delay;
        if delay > Duration::ZERO {
            count(&way.delayed, &bytes);
            sleep_until(came + delay).await;
        }
        for sip in bytes.chunks(SIP) {
            way.passable().await;
            let rate = way.trouble().rate;
            if rate > 0 {
                count(&way.slowed, sip);
                sleep(
                    Duration::from_secs(sip.len() as u64) / u32::try_from(rate).unwrap_or(u32::MAX),
                )
                .await;
                // What was cut meanwhile is withheld as well.
                way.passable().await;
            }
            to.write_all(sip).await?;
            count(&way.carried, sip);
        }
    }
    // An end is not told through a cut either.
    way.passable().await;
    Ok(())
}

fn count(what: &AtomicU64, bytes: &[u8]) {
    what.fetch_add(bytes.len() as u64, Relaxed);
}
