//! How fast it went: what the machine decides and no seed does.

use seatrial_node::Duration;

use crate::numbers::{count, of, span};

/// Seeds, events and virtual time, each by the second of wall time, in a line.
pub fn speed(seeds: u64, events: u64, virtual_time: Duration, wall: std::time::Duration) -> String {
    let seconds = wall.as_secs_f64().max(1e-9);
    let rate = |number: u64| count((number as f64 / seconds) as u64);
    let ratio = count((virtual_time.as_nanos() as f64 / 1e9 / seconds) as u64);
    let wall = span(wall.into());
    let each = match seeds {
        1 => String::new(),
        _ => format!("{} seeds/s, ", rate(seeds)),
    };
    let (seeds, events_s) = (of(seeds, "seed", "seeds"), rate(events));
    format!("{seeds} in {wall}: {each}{events_s} events/s, virtual:wall {ratio}:1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speed_is_told_by_the_second_of_wall_time() {
        let speed = |seeds| {
            let wall = std::time::Duration::from_millis(500);
            speed(seeds, 1_000_000, Duration::from_secs(600), wall)
        };
        let many = "1,000 seeds in 500ms: 2,000 seeds/s, 2,000,000 events/s, virtual:wall 1,200:1";
        assert_eq!(speed(1_000), many);
        assert_eq!(speed(1), "1 seed in 500ms: 2,000,000 events/s, virtual:wall 1,200:1");
    }
}
