//! A connection, whatever it goes through, and what is read from it: frames, one after the other.

use std::io;
use std::time::Duration;

use seatrial_node::{Wire, WireError, seal};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::watch;
use tokio::time::timeout;

use super::frames::{FrameError, Frames};
use super::hello::Refusal;

/// What a connection is made of.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// How long a greeting may take.
pub(crate) const GREETING: Duration = Duration::from_secs(5);

/// How long nothing may come of what was on its way, before it is taken for all there was.
pub(crate) const QUIET: Duration = Duration::from_millis(200);

/// How long somebody who goes on sending is listened to, though nobody heeds it.
const LINGER: Duration = Duration::from_secs(1);

/// How long a write may take before the connection is given up.
pub(crate) const WRITE: Duration = Duration::from_secs(10);

/// Why a connection ends.
#[derive(Debug, Error)]
pub(crate) enum Broken {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("{0}")]
    Frame(#[from] FrameError),
    #[error("{0}")]
    Wire(#[from] WireError),
    #[error("it ended within a frame")]
    Cut,
    #[error("it took longer than {} s", .0.as_secs())]
    Slow(Duration),
    #[error("refused: {0}")]
    Refused(Refusal),
    #[error("it was silent longest, and made room for another")]
    Displaced,
    #[error(
        "the caller speaks TLS, and this cluster has no keys: there is no [tls] in this member's cluster file"
    )]
    Tls,
}

/// With what TLS begins: a record of a handshake.
pub(crate) const TLS: u8 = 0x16;

impl Broken {
    /// One word for it, for counting.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Io(_) => "io",
            Self::Frame(FrameError::TooLong { .. }) => "too long",
            Self::Frame(FrameError::Wire(WireError::Version { .. }))
            | Self::Wire(WireError::Version { .. }) => "version",
            Self::Frame(FrameError::Wire(WireError::Checksum { .. })) => "checksum",
            Self::Frame(_) | Self::Wire(_) => "malformed",
            Self::Cut => "cut",
            Self::Slow(_) => "slow",
            Self::Refused(refusal) => refusal.word(),
            Self::Displaced => "displaced",
            Self::Tls => "tls",
        }
    }
}

/// The half of a connection that is read.
pub(crate) struct Reading {
    half: ReadHalf<Box<dyn Stream>>,
    frames: Frames,
}

/// The half that is written.
pub(crate) struct Writing {
    half: WriteHalf<Box<dyn Stream>>,
}

/// Both halves of a connection, on which frames have so many bytes at most.
pub(crate) fn halves(stream: Box<dyn Stream>, limit: usize) -> (Reading, Writing) {
    let (reading, writing) = tokio::io::split(stream);
    (Reading { half: reading, frames: Frames::new(limit) }, Writing { half: writing })
}

impl Reading {
    /// Accepts frames of so many bytes from now on.
    pub(crate) const fn set_limit(&mut self, limit: usize) {
        self.frames.set_limit(limit);
    }

    /// Bytes that came before anybody read frames.
    pub(crate) fn begin_with(&mut self, bytes: &[u8]) {
        self.frames.room().extend_from_slice(bytes);
    }

    /// Waits for some bytes. Returns whether there were any, or the stream has ended between frames.
    pub(crate) async fn more(&mut self) -> Result<bool, Broken> {
        match self.half.read_buf(self.frames.room()).await? {
            0 if self.frames.is_within() => Err(Broken::Cut),
            count => Ok(count > 0),
        }
    }

    /// The same; once the member stops, only for those that were on their way.
    pub(crate) async fn more_before(
        &mut self,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<bool, Broken> {
        tokio::select! {
            more = self.more() => return more,
            () = stopping(stop) => {}
        }
        timeout(QUIET, self.more()).await.unwrap_or(Ok(false))
    }

    /// Reads and forgets what still comes, for a while.
    pub(crate) async fn linger(&mut self) {
        linger(&mut self.half).await;
    }

    /// The next frame that has come as a whole.
    pub(crate) fn next(&mut self) -> Result<Option<&[u8]>, Broken> {
        Ok(self.frames.take()?)
    }

    /// Waits for one value, for a greeting's while.
    pub(crate) async fn greeting<T: Wire>(&mut self) -> Result<T, Broken> {
        let wait = async {
            loop {
                if let Some(frame) = self.frames.take()? {
                    return Ok(T::decode(frame)?);
                }
                if !self.more().await? {
                    return Err(Broken::Cut);
                }
            }
        };
        timeout(GREETING, wait).await.unwrap_or(Err(Broken::Slow(GREETING)))
    }
}

impl Writing {
    /// Writes all of this, within a bounded time.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        let write = async {
            self.half.write_all(bytes).await?;
            self.half.flush().await
        };
        match timeout(WRITE, write).await {
            Ok(written) => Ok(written?),
            Err(_) => Err(Broken::Slow(WRITE)),
        }
    }

    /// Writes one value's frame.
    pub(crate) async fn say<T: Wire>(&mut self, value: &T) -> Result<(), Broken> {
        let mut frame = Vec::new();
        seal(value, &mut frame);
        self.write(&frame).await
    }

    /// Says that nothing more will come.
    pub(crate) async fn end(&mut self) {
        // Whoever has gone already needs no word.
        let _ = timeout(GREETING, self.half.shutdown()).await;
    }
}

/// Waits until the member stops.
pub(crate) async fn stopping(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|is_stopping| *is_stopping).await.is_err() {
        // Nobody is left who could say so.
        std::future::pending::<()>().await;
    }
}

/// Reads and forgets what still comes, until the other side ends it or falls silent. A system that has bytes which nobody has read when a
/// connection is closed resets it, and takes back answers that are on their way.
pub(crate) async fn linger(stream: &mut (impl AsyncRead + Unpin)) {
    let mut forgotten = vec![0; 16 << 10];
    let rest =
        async { while let Ok(Ok(1..)) = timeout(QUIET, stream.read(&mut forgotten)).await {} };
    // Whoever goes on for longer does not wait for an answer.
    let _ = timeout(LINGER, rest).await;
}
