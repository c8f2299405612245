//! Bytes that change on the way: a codec with a checksum refuses them, one without takes them for something else.

use seatrial::history::Outcome;
use seatrial::sim::{
    Count, Fault, FaultKind, FaultPlan, Incident, Latency, Setup, Stop, Tape, World,
};
use seatrial::{Prepared, Registry, Scenario};
use seatrial_node::{Instant, NodeId, Wire, WireError, seal, unseal};

use super::super::{NODES, Teller, ms, nodes, teller};
use super::for_so_long;

/// The messages of a teller as bytes.
type Codec = (fn(&u64, &mut Vec<u8>), fn(&[u8]) -> Result<u64, WireError>);

const SEALED: Codec = (seal, unseal);
const BARE: Codec = (u64::encode, u64::decode);

fn corrupt(rate: u32) -> Fault {
    let (from, to) = Default::default();
    Fault::Corrupt { rate, from, to }
}

fn tell(plan: FaultPlan, seed: u64, codec: Option<Codec>) -> (World<Teller>, Stop) {
    let mut world = World::new();
    if let Some((encode, decode)) = codec {
        world.code_with(encode, decode);
    }
    let setup = Setup { latency: Latency::constant(ms(5)), plan, ..Setup::new(NODES) };
    world.reset(&setup, Tape::seeded(seed), |_| ());
    let stop = world.run(Instant::ZERO + ms(1_003), &mut (), &mut ());
    (world, stop)
}

#[test]
fn what_is_changed_is_refused_and_counted_and_nothing_else_is() {
    for (lasts, over) in [(ms(200), 303), (ms(10_000), 600)] {
        let plan = for_so_long(corrupt(300_000), lasts);
        let (world, stop) = tell(plan.clone(), 1, Some(SEALED));
        assert_eq!(stop, Stop::Time);
        for kind in FaultKind::ALL {
            let Count { asked, bit, effect } = world.counts().of(kind);
            let all = [asked, bit, effect].map(|count| count > 0);
            assert_eq!(all, [kind == FaultKind::Corrupt; 3], "{kind}");
        }
        let Count { asked, bit, effect } = world.counts().of(FaultKind::Corrupt);
        assert!((24..36).contains(&(bit * 100 / asked)), "{bit} of {asked}");
        assert_eq!((bit, bit), (effect, world.counts().dropped));
        let heard = teller(&world, 1).from(NodeId(0), ms(0), ms(1_003));
        assert!(heard.is_sorted() && heard.len() < 100, "{heard:?}");
        let after = teller(&world, 1).from(NodeId(0), ms(over + 6), ms(1_003));
        assert_eq!(after, (over / 10 + 2..=100).collect::<Vec<u64>>(), "it is over");
        assert_eq!(tell(plan, 1, Some(SEALED)).0.hash(), world.hash());
    }
}

#[test]
fn a_codec_without_a_checksum_is_found() {
    for seed in 0..50 {
        assert_eq!(tell(FaultPlan::calm(), seed, Some(BARE)).1, Stop::Time);
        let (_, stop) = tell(for_so_long(corrupt(100_000), ms(200)), seed, Some(BARE));
        let Stop::Broken(incident) = stop else { panic!("{stop:?}") };
        assert!(matches!(incident, Incident::CorruptionAccepted { .. }), "{incident}");
        assert_eq!(incident.property(), "corruption refused");
    }
}

#[test]
fn a_decoder_that_panics_is_found_at_the_node_that_decodes() {
    let panics: Codec = (seal, |bytes| Ok(unseal(bytes).expect("who sends wrong bytes")));
    let fault = Fault::Corrupt { rate: 1_000_000, from: nodes(&[0]), to: nodes(&[3]) };
    let (_, stop) = tell(for_so_long(fault, ms(200)), 1, Some(panics));
    let Stop::Broken(Incident::Panic { node, message, .. }) = stop else { panic!("{stop:?}") };
    assert_eq!(node, NodeId(3));
    assert!(message.contains("who sends wrong bytes"), "{message}");
}

#[test]
fn messages_without_a_form_in_bytes_are_asked_for_and_not_bitten() {
    let (world, stop) = tell(for_so_long(corrupt(1_000_000), ms(200)), 1, None);
    let Count { asked, bit, effect } = world.counts().of(FaultKind::Corrupt);
    assert!(asked > 0 && stop == Stop::Time);
    assert_eq!((bit, effect), (0, 0));
}

/// A scenario of the library with this line in its troubles in place of `loss`.
fn with(name: &str, line: &str) -> Result<Prepared, String> {
    let entry = seatrial::LIBRARY.iter().find(|entry| entry.name == name);
    let text = entry.expect("it is in the library").text;
    let text = text.replacen("[faults]\n", &format!("[faults]\n{line}\n"), 1);
    let scenario = Scenario::parse("a.toml", &text).map_err(|error| error.to_string())?;
    Prepared::new(&Registry::ours(), scenario, None).map_err(|error| error.to_string())
}

#[test]
fn raft_echo_and_what_stands_on_them_refuse_changed_bytes_and_hold() {
    let line = "corrupt = { count = 2, lasts = \"400ms\", rate = \"20%\" }";
    for name in ["raft-kv", "raft-counter", "echo"] {
        let prepared = with(name, line).expect("it has a form in bytes");
        let mut refused = 0;
        for seed in 0..30 {
            let account = prepared.run(seed);
            assert!(account.outcome() != Outcome::Violated, "{name}, seed {seed}: {account:?}");
            let count = account.faults.iter().find(|count| count.kind == "corrupt");
            refused += count.map_or(0, |count| count.bit);
        }
        assert!(refused > 50, "{name} refused {refused}");
    }
}

#[test]
fn a_protocol_whose_messages_have_no_form_in_bytes_is_not_asked_to_refuse_any() {
    let line = "corrupt = { count = 2, lasts = \"400ms\" }";
    let error = with("phi-accrual-detector", line).expect_err("it has none");
    assert!(error.contains("have no form in bytes that could change"), "{error}");
}
