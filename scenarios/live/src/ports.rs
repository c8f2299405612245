//! Ports of loopback for servers: free now, and not among those that the system gives to whoever connects, so that they are still free
//! when a server that was killed wants its own again.

use std::net::TcpListener;
use std::ops::Range;

use crate::TrialError;

/// Above those of well-known services, below those that Linux gives out.
pub(crate) const RANGE: Range<u16> = 10_000..30_000;

/// So many free ports of this range. The search begins at a place of its own each time, so that trials side by side do not meet.
pub(crate) fn free(count: usize, range: Range<u16>) -> Result<Vec<u16>, TrialError> {
    let span = u64::from(range.end - range.start);
    let first = seatrial_hosts::random() % span;
    let place = |step| range.start + ((first + step) % span) as u16;
    // Held until all are found, so that none is found twice.
    let bind = |port| TcpListener::bind(("127.0.0.1", port)).ok().map(|held| (port, held));
    let found: Vec<_> = (0..span).map(place).filter_map(bind).take(count).collect();
    if found.len() < count {
        return Err(TrialError::Ports { wanted: count, found: found.len(), range });
    }
    Ok(found.into_iter().map(|(port, _)| port).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_free_and_differ() {
        let mut ports = free(12, RANGE).expect("a machine has free ports");
        assert!(ports.iter().all(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()));
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 12);
    }

    #[test]
    fn where_too_few_are_free_it_is_told_what_to_do() {
        let held = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = held.local_addr().expect("an address").port();
        let error = free(1, port..port + 1).expect_err("it is held").to_string();
        let range = format!("{port} to {port}");
        assert!(error.contains("1 free port") && error.contains(&range), "{error}");
        assert!(error.contains("stop what holds them"), "{error}");
    }
}
