//! Whose key somebody shows counts, and not who he says he is.

use std::fs;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::*;
use crate::disk::Home;
use crate::tcp::accept::{Door, member};
use crate::tcp::hello::{HELLO_LIMIT, Hello, Refusal, Role, Welcome};
use crate::tcp::places::Places;
use crate::tcp::socket::halves;

const HOME: Home = Home { directory: 7, anew: false };

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    CertifiedIssuer::self_signed(params, key).expect("a certificate")
}

/// Writes keys for this name into the folder.
fn issue(folder: &TempDir, authority: &Authority, name: &str) -> KeyFiles {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    let certificate = params.signed_by(&key, authority).expect("a certificate");
    let path = |file: &str| folder.path().join(file);
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

#[tokio::test]
async fn a_key_of_the_cluster_is_not_the_key_of_another_member() {
    let (folder, authority) = (TempDir::new().expect("a folder"), authority());
    let ours = Keys::of_member(&issue(&folder, &authority, "n1"), NodeId(1));
    let theirs = Keys::load(&issue(&folder, &authority, "client")).expect("they fit together");
    let ((events, _heard), (_stop, stopped)) = (mpsc::channel(1), watch::channel(false));
    let door = Arc::new(Door {
        cluster: "harbour".to_owned(),
        protocol: "echo",
        me: NodeId(1),
        members: vec![NodeId(1), NodeId(2)],
        keys: Some(Arc::new(ours.expect("they are n1's"))),
        meter: Arc::default(),
        met: Arc::default(),
        events,
        stop: stopped,
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("it has one");
    let listen = tokio::spawn(async move {
        let mut ended = Vec::new();
        for _ in 0..2 {
            let (stream, _) = listener.accept().await.expect("somebody comes");
            let guest = Places::new(1, false).admit(Instant::now()).expect("a place");
            ended.push(member(door.clone(), stream, guest).await.expect_err("it is refused"));
        }
        ended
    });
    let dial = async |to| {
        let stream = TcpStream::connect(address).await.expect("somebody listens");
        theirs.connect(stream, to).await
    };
    // It says that it is n2, and shows a client's key.
    let (mut reading, mut writing) = halves(dial(NodeId(1)).await.expect("n1"), HELLO_LIMIT);
    let role = Role::Member { from: NodeId(2), to: NodeId(1), home: HOME };
    let hello = Hello { cluster: "harbour".into(), protocol: "echo".into(), role };
    writing.say(&hello).await.expect("it is sent");
    let told: Welcome = reading.greeting().await.expect("an answer");
    let Welcome::Refused(Refusal::Key(why)) = told else { panic!("{told:?}") };
    assert!(why.starts_with("it is not n2's: "), "{why}");
    // Nor is n1 taken for n2 by one who dials it.
    assert!(dial(NodeId(2)).await.is_err());
    let words: Vec<&str> = listen.await.expect("it ends").iter().map(Broken::word).collect();
    assert_eq!(words, ["key", "io"]);
}

#[test]
fn a_member_has_a_certificate_of_its_own() {
    let (folder, authority) = (TempDir::new().expect("a folder"), authority());
    let error = Keys::of_member(&issue(&folder, &authority, "n3"), NodeId(1));
    let error = error.expect_err("they are n3's").to_string();
    assert!(error.contains("n3.pem: it is not n1's: "), "{error}");
}

#[test]
fn a_member_has_a_certificate_of_the_clusters_authority() {
    let (folder, strangers) = (TempDir::new().expect("a folder"), authority());
    let files = issue(&folder, &strangers, "n1");
    Keys::of_member(&files, NodeId(1)).expect("they fit together");
    fs::write(&files.authority, authority().pem()).expect("it is written");
    let error = Keys::of_member(&files, NodeId(1)).expect_err("another one").to_string();
    assert!(error.contains("n1.pem: it is of no use with the authority in "), "{error}");
    assert!(error.contains("invalid peer certificate"), "{error}");
}

#[test]
fn a_member_has_a_certificate_that_is_not_out_of_date() {
    let (folder, authority) = (TempDir::new().expect("a folder"), authority());
    let files = issue(&folder, &authority, "n1");
    let key = KeyPair::from_pem(&fs::read_to_string(&files.key).expect("it is there"));
    let mut params = CertificateParams::new(vec!["n1".to_owned()]).expect("a name");
    params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let expired = params.signed_by(&key.expect("a key"), &authority).expect("a certificate");
    fs::write(&files.certificate, expired.pem()).expect("it is written");
    let error = Keys::of_member(&files, NodeId(1)).expect_err("it is over").to_string();
    assert!(error.contains("n1.pem: it is of no use with the authority in "), "{error}");
    assert!(error.contains("expired"), "{error}");
}

#[test]
fn a_member_has_the_key_of_its_certificate() {
    let (folder, authority) = (TempDir::new().expect("a folder"), authority());
    let others = issue(&folder, &authority, "n3");
    let files = KeyFiles { key: others.key.clone(), ..issue(&folder, &authority, "n1") };
    let error = Keys::of_member(&files, NodeId(1)).expect_err("n3's key").to_string();
    assert!(error.contains("n3.key: it"), "{error}");
    assert!(error.contains("it is not the key of the certificate in "), "{error}");
    assert!(error.contains("n1.pem"), "{error}");
}
