//! What a host counts, for Prometheus.

use std::collections::BTreeMap;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use seatrial_node::{Status, StatusValue};

/// Why something was counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Why {
    pub(crate) why: &'static str,
}

/// Which member something is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Peer {
    pub(crate) peer: u32,
}

/// One value of a node's status.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Field {
    name: String,
    value: String,
}

/// The counts of one process.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    /// Connections that were let in.
    pub(crate) accepted: Counter,
    /// Connections that were not, or that ended because of what came over them.
    pub(crate) refused: Family<Why, Counter>,
    /// Messages sent to each member.
    pub(crate) sent: Family<Peer, Counter>,
    /// Messages that were not sent.
    pub(crate) dropped: Family<Why, Counter>,
    /// Messages received from each member.
    pub(crate) received: Family<Peer, Counter>,
    /// Whether there is a connection to each member.
    pub(crate) connected: Family<Peer, Gauge>,
    /// Clients' requests.
    pub(crate) requests: Counter,
    /// Answers to them.
    pub(crate) answers: Counter,
    /// Syncs that the node asked for.
    pub(crate) syncs: Counter,
    /// Rounds of the disk that served them.
    pub(crate) sync_rounds: Counter,
}

impl Meter {
    /// Everything as text, with the node's status.
    pub(crate) fn text(&self, status: &Status) -> String {
        let mut registry = Registry::with_prefix("seatrial");
        let mut count = |name: &str, help: &str, counter: &Counter| {
            registry.register(name, help, counter.clone());
        };
        count("connections_accepted", "Connections let in", &self.accepted);
        count("requests", "Requests of clients", &self.requests);
        count("answers", "Answers to clients", &self.answers);
        count("disk_syncs", "Syncs that the node asked for", &self.syncs);
        count("disk_sync_rounds", "Rounds of the disk that served them", &self.sync_rounds);
        let refused = self.refused.clone();
        registry.register("connections_refused", "Connections refused or broken off", refused);
        registry.register("messages_sent", "Messages to members", self.sent.clone());
        registry.register("messages_dropped", "Messages not sent", self.dropped.clone());
        registry.register("messages_received", "Messages of members", self.received.clone());
        registry.register("peer_connected", "Whether a member is reached", self.connected.clone());
        let (numbers, words) =
            (Family::<Field, Gauge>::default(), Family::<Field, Gauge>::default());
        for (name, value) in distinct(status) {
            let (family, value, number) = match value {
                StatusValue::Number(number) => {
                    (&numbers, String::new(), i64::try_from(*number).unwrap_or(i64::MAX))
                }
                other => (&words, other.to_string(), 1),
            };
            family.get_or_create(&Field { name, value }).set(number);
        }
        registry.register("status_number", "Numbers of the node's status", numbers);
        registry.register("status", "Words of the node's status", words);
        let mut text = String::new();
        // Writing to a text does not fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &registry);
        text
    }

    pub(crate) fn refuse(&self, why: &'static str) {
        self.refused.get_or_create(&Why { why }).inc();
    }

    pub(crate) fn drop_message(&self, why: &'static str) {
        self.dropped.get_or_create(&Why { why }).inc();
    }
}

/// A status as text, a line for each value.
pub(crate) fn status_lines(status: &Status) -> String {
    distinct(status).map(|(name, value)| format!("{name}={value}\n")).collect()
}

/// A status with a name for each value: layers of a node may show the same name, and the second of them is `name_2` then.
fn distinct(status: &Status) -> impl Iterator<Item = (String, &StatusValue)> {
    let mut seen = BTreeMap::<&str, u32>::new();
    status.fields().iter().map(move |(name, value)| {
        let count = seen.entry(name).and_modify(|count| *count += 1).or_insert(1);
        let name = if *count == 1 { (*name).to_owned() } else { format!("{name}_{count}") };
        (name, value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_that_show_the_same_name_are_told_apart() {
        let status = Status::new().with("stale", 1).with("round", 5).with("stale", 2);
        let names: Vec<String> = distinct(&status).map(|(name, _)| name).collect();
        assert_eq!(names, ["stale", "round", "stale_2"]);
        let text = Meter::default().text(&status);
        assert!(text.contains("status_number{name=\"stale\",value=\"\"} 1\n"), "{text}");
        assert!(text.contains("status_number{name=\"stale_2\",value=\"\"} 2\n"), "{text}");
    }

    #[test]
    fn counts_are_told_in_the_form_of_prometheus() {
        let meter = Meter::default();
        meter.requests.inc_by(3);
        meter.refuse("cluster");
        meter.sent.get_or_create(&Peer { peer: 2 }).inc();
        let text = meter.text(&Status::new().with("role", "leader").with("term", 7));
        for line in [
            "seatrial_requests_total 3",
            "seatrial_connections_refused_total{why=\"cluster\"} 1",
            "seatrial_messages_sent_total{peer=\"2\"} 1",
            "seatrial_status{name=\"role\",value=\"leader\"} 1",
            "seatrial_status_number{name=\"term\",value=\"\"} 7",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }
}
