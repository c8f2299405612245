//! A planted bug breaks the promise that it should, and the same worlds are well without it.

use super::judge::{Property, RELIABLE, UNIFORM};
use super::order::{Causal, FifoEager, NoWaiting};
use super::promises::{AllAck, Crashes, Eager, Lazy, Majority, first_broken};
use crate::{DetectedConfig, LazyConfig, LinkedConfig, Mutant, OrderConfig, PastConfig};

fn linked(mutant: Mutant) -> LinkedConfig<()> {
    LinkedConfig { mutant: Some(mutant), ..LinkedConfig::default() }
}

fn detected(mutant: Mutant) -> DetectedConfig<(), ()> {
    DetectedConfig { mutant: Some(mutant), ..DetectedConfig::default() }
}

fn lazy(mutant: Mutant) -> LazyConfig<(), ()> {
    LazyConfig { mutant: Some(mutant), ..LazyConfig::default() }
}

fn any(found: Option<(super::world::Plan, Property)>) -> Property {
    found.expect("the planted bug is found").1
}

#[test]
fn callback_on_receipt_delivers_twice() {
    let bug = Mutant::CallbackOnReceipt;
    let found = first_broken::<AllAck>(&detected(bug), Crashes::AnyNumber, UNIFORM);
    assert_eq!(any(found), Property::NoDuplication);
    let found = first_broken::<Majority>(&linked(bug), Crashes::Minority, UNIFORM);
    assert_eq!(any(found), Property::NoDuplication);
}

#[test]
fn urb_early_delivers_what_others_never_get() {
    let bug = Mutant::UrbEarly;
    let found = first_broken::<AllAck>(&detected(bug), Crashes::AnyNumber, UNIFORM);
    assert_eq!(any(found), Property::UniformAgreement);
    let found = first_broken::<Majority>(&linked(bug), Crashes::Minority, UNIFORM);
    assert_eq!(any(found), Property::UniformAgreement);
}

#[test]
fn waiting_for_the_dead_delivers_nothing_after_a_crash() {
    let bug = detected(Mutant::WaitsForTheDead);
    assert_eq!(any(first_broken::<AllAck>(&bug, Crashes::AnyNumber, UNIFORM)), Property::Validity);
    assert!(first_broken::<AllAck>(&bug, Crashes::None, UNIFORM).is_none(), "needs a crash");
}

#[test]
fn no_relay_breaks_agreement_or_validity() {
    let bug = Mutant::NoRelay;
    let found = first_broken::<Eager>(&linked(bug), Crashes::AnyNumber, RELIABLE);
    assert_eq!(any(found), Property::Agreement);
    let found = first_broken::<Lazy>(&lazy(bug), Crashes::AnyNumber, RELIABLE);
    assert_eq!(any(found), Property::Agreement);
    let found = first_broken::<AllAck>(&detected(bug), Crashes::AnyNumber, UNIFORM);
    assert_eq!(any(found), Property::Validity);
}

#[test]
fn without_the_second_rule_a_late_message_of_the_dead_is_not_passed_on() {
    let bug = lazy(Mutant::LazyNoSecondRule);
    assert_eq!(any(first_broken::<Lazy>(&bug, Crashes::AnyNumber, RELIABLE)), Property::Agreement);
}

#[test]
fn a_gap_in_fifo_order_loses_messages() {
    let bug = OrderConfig { mutant: Some(Mutant::FifoGap), ..OrderConfig::default() };
    let found = first_broken::<FifoEager>(&bug, Crashes::None, RELIABLE);
    assert!(matches!(any(found), Property::Validity | Property::Agreement));
    let found = first_broken::<FifoEager>(&bug, Crashes::None, &[Property::Fifo]);
    assert_eq!(any(found), Property::Fifo);
}

#[test]
fn without_waiting_causal_order_is_lost() {
    let bug = OrderConfig { mutant: Some(Mutant::CausalNoWait), ..OrderConfig::default() };
    let found = first_broken::<Causal>(&bug, Crashes::None, &[Property::Causal]);
    assert_eq!(any(found), Property::Causal);
    let bug = PastConfig { mutant: Some(Mutant::CausalNoWait), ..PastConfig::default() };
    let found = first_broken::<NoWaiting>(&bug, Crashes::None, &[Property::Causal]);
    assert_eq!(any(found), Property::Causal);
}

#[test]
fn without_a_majority_a_fence_or_an_adoption_total_order_is_lost() {
    use super::judge::ORDERED;
    use super::total_order::{Sequencer, first_fenced_broken};
    use crate::SequencerConfig;

    let bug = |mutant| SequencerConfig { mutant: Some(mutant), ..SequencerConfig::default() };
    let crashing =
        |mutant| any(first_broken::<Sequencer>(&bug(mutant), Crashes::Minority, ORDERED));
    let order_or_duplicates = [Property::UniformTotalOrder, Property::NoDuplication];
    let found = crashing(Mutant::DeliverBeforeMajority);
    assert!(order_or_duplicates.contains(&found), "{found:?}");
    assert_eq!(crashing(Mutant::ReorderAtFailover), Property::UniformTotalOrder);
    assert_eq!(crashing(Mutant::RetryDeliveredTwice), Property::NoDuplication);
    let found = first_fenced_broken(&bug(Mutant::NoEpochFence), ORDERED);
    assert!(found.is_some_and(|found| order_or_duplicates.contains(&found)), "{found:?}");
}

#[test]
fn every_bug_has_an_id_a_name_and_a_description_of_its_own() {
    for (place, mutant) in Mutant::ALL.iter().enumerate() {
        assert!(mutant.about().len() > 20 && matches!(mutant.class(), 'E' | 'M'));
        for other in &Mutant::ALL[..place] {
            assert_ne!(mutant.id(), other.id());
            assert_ne!(mutant.name(), other.name());
        }
    }
}
