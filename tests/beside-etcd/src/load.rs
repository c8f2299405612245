//! The clients: each writes, waits for the answer, and writes again.

use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

/// Somebody who can write to a cluster.
pub(crate) trait Writes {
    /// Writes a value, and waits until it is acknowledged.
    async fn put(&mut self, key: &str, value: &str) -> Result<(), String>;
}

/// What clients do.
pub(crate) struct Load {
    pub(crate) clients: usize,
    pub(crate) value: String,
    pub(crate) warm_up: Duration,
    pub(crate) measured: Duration,
    /// Whom they ask, in turns.
    pub(crate) asked: Vec<SocketAddr>,
}

/// What a turn has shown.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Measured {
    /// Acknowledged writes a second.
    pub(crate) rate: u64,
    /// How long one took, in microseconds.
    pub(crate) p50: u64,
    pub(crate) p99: u64,
    /// Writes that failed and were tried again.
    pub(crate) failed: u64,
    /// What the servers took of the processors, from their start on, in seconds.
    pub(crate) server_cpu: f64,
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rate, p50, p99, failed, server_cpu } = self;
        write!(f, "{rate:7} writes/s  p50 {p50:6} us  p99 {p99:6} us  failed {failed}")?;
        write!(f, "  servers' CPU {server_cpu:.1} s")
    }
}

impl Measured {
    /// Each figure's median.
    pub(crate) fn median(turns: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> u64| {
            let mut figures: Vec<u64> = turns.iter().map(figure).collect();
            figures.sort_unstable();
            figures.get(figures.len() / 2).copied().unwrap_or(0)
        };
        let cpu = of(|turn| (turn.server_cpu * 1_000.0) as u64) as f64 / 1_000.0;
        Self {
            rate: of(|turn| turn.rate),
            p50: of(|turn| turn.p50),
            p99: of(|turn| turn.p99),
            failed: of(|turn| turn.failed),
            server_cpu: cpu,
        }
    }
}

/// How long a cluster may take until it acknowledges a first write.
const READY: Duration = Duration::from_secs(30);

/// How long to wait after a failure.
const PAUSE: Duration = Duration::from_millis(20);

impl Load {
    /// Lets all clients write, each over a connection of its own.
    pub(crate) async fn run<C, F>(
        &self,
        connect: impl Fn(SocketAddr) -> F,
    ) -> Result<Measured, String>
    where
        C: Writes + 'static,
        F: Future<Output = Result<C, String>>,
    {
        let mut ready = Vec::new();
        for number in 0..self.clients {
            ready.push(self.ready(number, &connect).await?);
        }
        let begin = Instant::now() + self.warm_up;
        let end = begin + self.measured;
        let tasks = tokio::task::LocalSet::new();
        let work = async {
            let begun: Vec<_> = (0..)
                .zip(ready)
                .map(|(number, client)| {
                    let value = self.value.clone();
                    tokio::task::spawn_local(write_until(end, begin, number, client, value))
                })
                .collect();
            let mut all = Histogram::<u64>::new(3).map_err(|error| error.to_string())?;
            let mut failed = 0;
            for client in begun {
                let (micros, failures) = client.await.map_err(|error| error.to_string())??;
                all.add(&micros).map_err(|error| error.to_string())?;
                failed += failures;
            }
            Ok(Measured {
                rate: all.len() / self.measured.as_secs().max(1),
                p50: all.value_at_quantile(0.5),
                p99: all.value_at_quantile(0.99),
                failed,
                server_cpu: 0.0,
            })
        };
        tasks.run_until(work).await
    }

    /// A client that has had its first write acknowledged.
    async fn ready<C: Writes, F: Future<Output = Result<C, String>>>(
        &self,
        number: usize,
        connect: &impl Fn(SocketAddr) -> F,
    ) -> Result<C, String> {
        let address = self.asked[number % self.asked.len()];
        let begun = Instant::now();
        loop {
            let tried = async {
                let mut client = connect(address).await?;
                client.put("ready", &self.value).await.map(|()| client)
            };
            match tried.await {
                Ok(client) => return Ok(client),
                Err(why) if begun.elapsed() > READY => return Err(format!("{address}: {why}")),
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }
}

/// Writes until then, and says how long each write took that began in the time that is measured.
async fn write_until<C: Writes>(
    end: Instant,
    measured_from: Instant,
    client_number: usize,
    mut client: C,
    value: String,
) -> Result<(Histogram<u64>, u64), String> {
    let mut micros = Histogram::<u64>::new(3).map_err(|error| error.to_string())?;
    let mut failed = 0;
    for number in 0_u64.. {
        let begun = Instant::now();
        if begun >= end {
            break;
        }
        let key = format!("{client_number}-{}", number % 1_000);
        if client.put(&key, &value).await.is_err() {
            failed += 1;
            tokio::time::sleep(PAUSE).await;
        } else if begun >= measured_from {
            let took = begun.elapsed().as_micros().max(1) as u64;
            micros.record(took).map_err(|error| error.to_string())?;
        }
    }
    Ok((micros, failed))
}
