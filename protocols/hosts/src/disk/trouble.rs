//! A disk that refuses what it is asked: told once when it begins and once when it is over, and left in peace for longer and longer.
//!
//! A node that cannot write tries again at the pace of its own timers, ten times a second and more, and each time with all that it has to
//! say. A disk that is full does not get emptier by that, and the log of the process, which may be on the same disk, gets longer.

use std::fmt;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use tracing::{debug, info, warn};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How often trouble that goes on is told again.
const AGAIN: Duration = Duration::from_secs(30);

/// How the disk is doing.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    now: Option<Now>,
}

/// Trouble that is not over.
#[derive(Debug)]
struct Now {
    since: Instant,
    told: Instant,
    failures: u64,
    /// How long the disk is left in peace after the next failed round.
    pause: Duration,
}

impl Trouble {
    /// The system has refused something.
    pub(super) fn failed(&mut self, path: &Path, what: fmt::Arguments<'_>, error: &io::Error) {
        let path = path.display();
        let begun = Instant::now();
        match &mut self.now {
            None => {
                warn!(%path, %error, "{what} failed; trying again, and telling no more of it than twice a minute");
                let (since, told, failures, pause) = (begun, begun, 1, FIRST_PAUSE);
                self.now = Some(Now { since, told, failures, pause });
            }
            Some(now) => {
                now.failures += 1;
                if begun.duration_since(now.told) < AGAIN {
                    debug!(%path, %error, "{what} failed again");
                } else {
                    now.told = begun;
                    warn!(%path, %error, failures = now.failures, "{what} fails still");
                }
            }
        }
    }

    /// A round of jobs is done; of the syncs in it, some failed or all are well. Returns how long the disk is to be left in peace.
    pub(super) fn after(&mut self, has_failed: bool, has_synced: bool) -> Duration {
        match &mut self.now {
            Some(now) if has_failed => {
                let pause = now.pause;
                now.pause = (pause * 2).min(LONGEST_PAUSE);
                pause
            }
            Some(now) if has_synced => {
                let (failures, seconds) = (now.failures, now.since.elapsed().as_secs());
                info!(failures, seconds, "the disk works again");
                self.now = None;
                Duration::ZERO
            }
            _ => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_in_trouble_is_left_in_peace_for_longer_and_longer_until_it_works() {
        let mut trouble = Trouble::default();
        let error = io::Error::from(io::ErrorKind::StorageFull);
        let fail = |trouble: &mut Trouble| {
            trouble.failed(Path::new("log"), format_args!("a write"), &error);
            trouble.after(true, false)
        };
        assert_eq!(trouble.after(false, true), Duration::ZERO);
        let pauses: Vec<u128> = (0..7).map(|_| fail(&mut trouble).as_millis()).collect();
        assert_eq!(pauses, [100, 200, 400, 800, 1_600, 2_000, 2_000]);
        assert_eq!(trouble.after(false, false), Duration::ZERO, "nothing was tried");
        assert!(trouble.now.is_some());
        assert_eq!(trouble.after(false, true), Duration::ZERO);
        assert!(trouble.now.is_none());
        assert_eq!(fail(&mut trouble), FIRST_PAUSE);
    }
}
