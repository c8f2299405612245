//! Cluster files, good ones and bad ones: each mistake is answered with its place and with what to write.

use std::path::Path;

use seatrial_node::{Duration, NodeId};

use super::*;

const GOOD: &str = r#"cluster = "harbour"

[[member]]
id = 2
peer = "127.0.0.1:7102"
client = "127.0.0.1:7202"

[[member]]
id = 1
peer = "127.0.0.1:7101"
client = "127.0.0.1:7201"
metrics = "127.0.0.1:7301"

[settings]
heartbeat = "20ms"
snapshot_every = 500
"#;

fn parse(text: &str, variables: &[(&str, &str)]) -> Result<ClusterFile, ConfigError> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let variables: Vec<_> = variables.iter().map(owned).collect();
    ClusterFile::parse(Path::new("etc/cluster.toml"), text, &variables)
}

fn refused(text: &str) -> String {
    parse(text, &[]).expect_err("it is wrong").to_string()
}

fn refused_with(name: &str, value: &str) -> String {
    parse(GOOD, &[(name, value)]).expect_err("it is wrong").to_string()
}

#[test]
fn a_cluster_file_tells_each_member_who_it_is_and_where() {
    let file = parse(GOOD, &[("PATH", "/bin"), ("SEATRIAL_LOG", "info")]).expect("it is good");
    let station = file.station(NodeId(1), false).expect("a member");
    assert_eq!(station.members.iter().map(|m| m.id.0).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(station.members[0].metrics.as_deref(), Some("127.0.0.1:7301"));
    assert_eq!(station.data, Path::new("etc/data/n1"), "relative to the file");
    assert!(station.durable && station.keys.is_none());
    let mut settings = file.settings;
    let usual = Duration::from_millis(100);
    assert_eq!(settings.take("heartbeat", usual), Ok(Duration::from_millis(20)));
    assert_eq!(settings.take("snapshot_every", 10_u64), Ok(500));
    assert_eq!(settings.take("other", 10_u64), Ok(10));
    assert_eq!(settings.end(&[]), Ok(()));
}

#[test]
fn every_member_has_keys_of_its_own_in_the_folder_of_keys() {
    let file = parse(&GOOD.replace("[settings]", "[tls]\nkeys = \"keys\"\n[settings]"), &[]);
    let file = file.expect("it is good");
    let keys = file.station(NodeId(2), false).expect("a member").keys.expect("keys");
    assert_eq!(keys.certificate, Path::new("etc/keys/n2.pem"));
    assert_eq!(file.client_keys().expect("keys").key, Path::new("etc/keys/client.key"));
}

#[test]
fn a_mistake_is_answered_with_its_line() {
    let twice = GOOD.replace("id = 1", "id = 2");
    let expected = "etc/cluster.toml:9: member 2 is listed twice; each has an id of its own";
    assert_eq!(refused(&twice), expected);
    let taken = GOOD.replace("7301", "7102");
    let expected = "etc/cluster.toml:12: 127.0.0.1:7102 is the `peer` of member 2 already";
    assert_eq!(refused(&taken), expected);
    let everywhere = GOOD.replace("127.0.0.1:7301", "0.0.0.0:7102");
    assert!(refused(&everywhere).contains("0.0.0.0:7102 is the `peer` of member 2 already"));
    for bad in ["127.0.0.1", "127.0.0.1:0", ":7301", "127.0.0.1:70000", ""] {
        let error = refused(&GOOD.replace("127.0.0.1:7301", bad));
        let expected = format!("etc/cluster.toml:12: `metrics`: {bad:?} is no address; write host");
        assert!(error.starts_with(&expected), "{error}");
    }
    let error = refused(&GOOD.replace("metrics", "metrisc"));
    assert!(error.starts_with("etc/cluster.toml:12: unknown field `metrisc`"), "{error}");
    let error = refused(&GOOD.replace("harbour", "my harbour"));
    assert!(error.starts_with("etc/cluster.toml:1: \"my harbour\" is no name"), "{error}");
    let error = refused(&GOOD.replace("peer = \"127.0.0.1:7101\"\n", ""));
    assert!(error.contains("missing field `peer`"), "{error}");
    assert!(refused("cluster = \"harbour\"").contains("there are no members"));
    assert!(refused("cluster = ").starts_with("etc/cluster.toml:1: "));
    let missing = parse(GOOD, &[]).expect("it is good").station(NodeId(7), false);
    let error = missing.expect_err("nobody").to_string();
    assert_eq!(error, "etc/cluster.toml: there is no member 7; there are 1, 2");
    let error = ClusterFile::read(Path::new("/no/such.toml")).expect_err("nothing").to_string();
    assert!(error.contains("/no/such.toml: cannot be read: No such file"), "{error}");
}

#[test]
fn a_setting_that_is_wrong_or_unknown_is_answered_with_its_line() {
    let mut settings = parse(GOOD, &[]).expect("it is good").settings;
    let error = settings.take("snapshot_every", Duration::ZERO).expect_err("no time").to_string();
    assert!(error.starts_with("etc/cluster.toml:16: `snapshot_every`: "), "{error}");
    let error = settings.mistake(&["beat", "heartbeat"], "`heartbeat` is too short").to_string();
    assert_eq!(error, "etc/cluster.toml:15: `heartbeat` is too short");
    let error = settings.end(&["tick", "tock"]).expect_err("nobody knows it").to_string();
    assert_eq!(error, "etc/cluster.toml:15: unknown setting `heartbeat`; there are tick, tock");
}

#[test]
fn the_environment_stands_above_the_file() {
    let variables = [
        ("SEATRIAL_SERVER_DATA", "/var/harbour"),
        ("SEATRIAL_SERVER_FSYNC", "false"),
        ("SEATRIAL_SERVER_MEMBER_1_PEER", "harbour-1:99"),
        ("SEATRIAL_SERVER_SETTINGS_HEARTBEAT", "soon"),
    ];
    let file = parse(GOOD, &variables).expect("it is good");
    let station = file.station(NodeId(1), false).expect("a member");
    assert_eq!(station.data, Path::new("/var/harbour/n1"));
    assert_eq!((station.durable, station.members[0].peer.as_str()), (false, "harbour-1:99"));
    let heartbeat = file.settings.clone().take("heartbeat", Duration::ZERO);
    let error = heartbeat.expect_err("no time").to_string();
    assert!(error.starts_with("the environment's SEATRIAL_SERVER_SETTINGS_HEARTBEAT: "), "{error}");
}

#[test]
fn a_variable_that_makes_no_sense_is_refused_by_name() {
    let error = refused_with("SEATRIAL_SERVER_DATUM", "x");
    let expected = "the environment's SEATRIAL_SERVER_DATUM: stands for nothing; there are DATA,";
    assert!(error.starts_with(expected), "{error}");
    assert!(refused_with("SEATRIAL_SERVER_FSYNC", "no").contains("neither true nor false"));
    assert!(
        refused_with("SEATRIAL_SERVER_MEMBER_9_PEER", "a:1").contains("no member has the id 9")
    );
    assert!(refused_with("SEATRIAL_SERVER_MEMBER_1_PORT", "a:1").contains("stands for nothing"));
    assert!(refused_with("SEATRIAL_SERVER_MEMBER_1_PEER", "a").contains("write host:port"));
}
