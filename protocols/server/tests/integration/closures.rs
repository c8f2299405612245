//! Services in closures, as processes: one that keeps all its writes, and one that saves its state.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::path::Path;
use std::process::Command;

use super::support::{Cluster, Port};

/// A cluster of this example, which Cargo builds before it runs these tests, with these settings.
fn started(name: &'static str, settings: &str) -> Cluster {
    let mut cluster = Cluster::new("counter", settings);
    cluster.launch_by(launch(name));
    for id in 1..=3 {
        cluster.start(id);
    }
    cluster.leader();
    cluster
}

fn launch(name: &'static str) -> impl Fn(&Cluster, usize) -> Command + Send {
    move |cluster, id| {
        let mut command = example(name);
        command.arg(cluster.path("cluster.toml")).arg(id.to_string());
        command
    }
}

fn example(name: &str) -> Command {
    let server = Path::new(env!("CARGO_BIN_EXE_seatrial-server"));
    Command::new(server.with_file_name("examples").join(name))
}

/// What a member answers to these lines.
fn say(cluster: &Cluster, id: usize, text: &str) -> String {
    let mut stream = cluster.port(id, Port::Client);
    stream.write_all(text.as_bytes()).expect("it is sent");
    stream.shutdown(Shutdown::Write).expect("no more");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

fn restart(cluster: &mut Cluster) {
    for id in 1..=3 {
        cluster.kill(id);
    }
    for id in 1..=3 {
        cluster.start(id);
    }
    cluster.leader();
}

#[test]
fn a_service_of_three_closures_is_replicated_and_replayed() {
    let mut cluster = started("tally", "");
    assert_eq!(say(&cluster, 1, "incr\nincr\nget\n"), "1\n2\n2\n");
    assert_eq!(say(&cluster, 2, "@9.1 incr\n@9.1 incr\nget\n"), "3\n3\n3\n");
    assert_eq!(say(&cluster, 3, "decr\n"), "error: write incr or get\n");
    assert!(cluster.log(1).contains("every write since the first is kept"));
    restart(&mut cluster);
    for id in 1..=3 {
        assert_eq!(say(&cluster, id, "@9.1 incr\nget\n"), "3\n3\n", "n{id}");
    }
}

#[test]
fn a_service_that_saves_its_state_goes_on_from_there() {
    let mut cluster = started("saved_tally", "[settings]\nsnapshot_every = 20\n");
    let away = (1..=3).find(|id| *id != cluster.leader()).expect("one that does not lead");
    cluster.kill(away);
    let here = away % 3 + 1;
    let counted = |from: u64, to: u64| (from..=to).map(|n| format!("{n}\n")).collect::<String>();
    for round in 0..5 {
        let told = say(&cluster, here, &"incr\n".repeat(30));
        assert_eq!(told, counted(round * 30 + 1, round * 30 + 30));
    }
    assert_eq!(say(&cluster, here, "@9.1 incr\nget\n"), "151\n151\n");
    cluster.start(away);
    assert_eq!(say(&cluster, away, "@9.1 incr\nget\n"), "151\n151\n", "who was away");
    restart(&mut cluster);
    for id in 1..=3 {
        assert_eq!(say(&cluster, id, "@9.1 incr\nget\n"), "151\n151\n", "n{id}");
        cluster.has_logged(id, "the state goes on from what was saved of it");
        assert!(!cluster.log(id).contains("every write since the first is kept"), "n{id}");
    }
    // A program that cannot read what was saved serves nothing of it.
    cluster.stop(1);
    cluster.launch_by(launch("tally"));
    cluster.start(1);
    cluster.has_logged(1, "cannot be read: this program does not say how it is read back; start the program that has saved it");
}

#[test]
fn a_program_of_closures_that_is_called_in_a_wrong_way_says_how() {
    for (arguments, word) in [
        (&[][..], "<CLUSTER_FILE>"),
        (&["cluster.toml"], "<ID>"),
        (&["cluster.toml", "one"], "invalid value 'one' for '<ID>'"),
        (&["/nowhere/cluster.toml", "1"], "error: /nowhere/cluster.toml: "),
    ] {
        for name in ["tally", "saved_tally"] {
            let output = example(name).args(arguments).output().expect("it starts");
            let told = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{told}");
            assert!(told.contains(word) && !told.contains("panicked"), "{told}");
        }
    }
}
