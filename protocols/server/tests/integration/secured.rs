//! A cluster with keys: who has none is let in nowhere.

use std::fs;
use std::io::{Read, Write};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use seatrial_counter::{Add, CounterState, Read as Total, Sum};
use seatrial_hosts::Home;
use seatrial_hosts::tcp::{Hello, KeyFiles, Keys, Role};
use seatrial_node::{NodeId, seal};
use seatrial_server::ServiceClient;

use super::support::{Cluster, PATIENCE, Port};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    CertifiedIssuer::self_signed(params, key).expect("a certificate")
}

/// Writes keys for this name into the cluster's folder.
fn issue(cluster: &Cluster, folder: &str, authority: &Authority, name: &str) -> KeyFiles {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    let certificate = params.signed_by(&key, authority).expect("a certificate");
    fs::create_dir_all(cluster.path(folder)).expect("a folder");
    let path = |file: &str| cluster.path(&format!("{folder}/{file}"));
    let files = KeyFiles {
        authority: path("authority.pem"),
        certificate: path(&format!("{name}.pem")),
        key: path(&format!("{name}.key")),
    };
    fs::write(&files.authority, authority.pem()).expect("it is written");
    fs::write(&files.certificate, certificate.pem()).expect("it is written");
    fs::write(&files.key, key.serialize_pem()).expect("it is written");
    files
}

fn secured() -> (Cluster, Authority) {
    let cluster = Cluster::new("counter", "[tls]\nkeys = \"keys\"\n");
    let authority = authority();
    for name in ["n1", "n2", "n3", "client"] {
        issue(&cluster, "keys", &authority, name);
    }
    (cluster, authority)
}

#[test]
fn a_cluster_with_keys_serves_those_who_have_one_and_nobody_else() {
    let (mut cluster, _) = secured();
    for id in 1..=3 {
        cluster.start(id);
    }
    let mut counter = ServiceClient::<CounterState>::of(&cluster.file(), "counter", PATIENCE);
    let counter = counter.as_mut().expect("a client with a key");
    assert_eq!(counter.command(Add(5)), Ok(Sum::Total(5)));

    let plain = cluster.status(1, None).expect_err("it has no key");
    let word = "TLS is spoken here: name the folder of the cluster's keys under [tls]";
    assert!(plain.contains(word), "{plain}");
    let strangers = issue(&cluster, "strangers", &authority(), "client");
    let strangers = KeyFiles { authority: cluster.path("keys/authority.pem"), ..strangers };
    let keys = Keys::load(&strangers).expect("they fit together");
    cluster.status(1, Some(keys)).expect_err("its key is of another authority");
    let ours = cluster.file().client_keys().expect("there are keys");
    let ours = Keys::load(&ours).expect("they fit together");
    cluster.status(1, Some(ours)).expect("it has a key");

    let mut text = cluster.port(2, Port::Client);
    text.write_all(b"incr\n").expect("it is sent");
    let mut answer = String::new();
    text.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with(&format!("error: {word}")), "{answer}");
    assert_eq!(counter.query(Total), Ok(Sum::Total(5)));
    let metrics = cluster.metrics(1);
    for counted in ["{why=\"io\"} ", "{why=\"plain\"} 1\n"] {
        let counted = format!("seatrial_connections_refused_total{counted}");
        assert!(metrics.contains(&counted), "{counted} is not in\n{metrics}");
    }
    let told = format!("why=refused: {word}");
    assert_eq!(cluster.log(1).matches(&told).count(), 1, "{}", cluster.log(1));
}

#[test]
fn a_member_with_the_key_of_another_does_not_start() {
    let (cluster, _) = secured();
    for end in ["pem", "key"] {
        let path = |name: &str| cluster.path(&format!("keys/{name}.{end}"));
        fs::copy(path("n3"), path("n1")).expect("it is copied");
    }
    let output = cluster.command(1).output().expect("it starts");
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("keys/n1.pem: it is not n1's: "), "{error}");
    assert!(error.contains("put a certificate for the name n1 there"), "{error}");
}

#[test]
fn a_client_with_keys_is_told_that_a_cluster_has_none() {
    let (secured, _) = secured();
    let keys = Keys::load(&secured.file().client_keys().expect("there are keys"));
    let cluster = Cluster::started("counter");
    drop(cluster.port(1, Port::Client));
    let error = cluster.status(1, Some(keys.expect("they fit together"))).expect_err("no TLS");
    assert!(error.contains("the connection cannot be secured: "), "{error}");
    assert!(error.contains("do the keys and the [tls] of the cluster file fit"), "{error}");
    cluster.has_logged(1, "the caller speaks TLS, and this cluster has no keys");
}

#[test]
fn keys_that_cannot_be_used_are_refused_by_name() {
    let (cluster, _) = secured();
    let refused = |cluster: &Cluster| {
        let output = cluster.command(1).output().expect("it starts");
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    fs::write(cluster.path("keys/n1.key"), "no key").expect("it is written");
    let error = refused(&cluster);
    assert!(error.contains("keys/n1.key: no private key in PEM"), "{error}");
    fs::remove_file(cluster.path("keys/n1.pem")).expect("it was there");
    let error = refused(&cluster);
    assert!(error.contains("keys/n1.pem: no certificate in PEM"), "{error}");
}

#[test]
fn a_greeting_without_a_key_is_never_heard() {
    let (mut cluster, _) = secured();
    cluster.start(1);
    let mut stream = cluster.port(1, Port::Peer);
    stream.write_all(&greeting()).expect("it is sent");
    // The other side ends it, with or without a word.
    let _ = stream.read_to_end(&mut Vec::new());
    assert!(!cluster.log(1).contains("a member has connected"), "{}", cluster.log(1));
}

/// How n2 greets n1.
fn greeting() -> Vec<u8> {
    let home = Home { directory: 7, anew: false };
    let role = Role::Member { from: NodeId(2), to: NodeId(1), home };
    let hello = Hello { cluster: "harbour".into(), protocol: "counter".into(), role };
    let mut bytes = Vec::new();
    seal(&hello, &mut bytes);
    bytes
}
