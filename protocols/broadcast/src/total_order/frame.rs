//! What members send each other where a sequencer gives the order.

use std::sync::Arc;

use seatrial_links::Payload;

use super::ledger::Part;
use crate::MessageId;
use crate::frame::{mix, name};

/// What a [`SequencerOrder`](super::SequencerOrder) gives to its link.
#[derive(Clone, Debug)]
pub struct SequencerFrame<P>(pub(super) Body<P>);

#[derive(Clone, Debug)]
pub(super) enum Body<P> {
    /// To the sequencer: give this message a place.
    Submit { id: MessageId, payload: P },
    /// From the sequencer of this epoch: this message has this place. All up to `committed` are at a majority, all up to `stable` are
    /// delivered everywhere.
    Order { epoch: u64, number: u64, id: MessageId, payload: P, committed: u64, stable: u64 },
    /// To the sequencer: this member has all places up to `number`, and has delivered those up to `delivered`.
    Ack { epoch: u64, number: u64, delivered: u64 },
    /// From the sequencer, where there is no order to tell it with.
    Commit { epoch: u64, committed: u64, stable: u64 },
    /// A member wants to be the sequencer of this epoch, and asks for what others have after what it has delivered itself.
    Begin { epoch: u64, delivered: u64 },
    /// To who wants to be the sequencer: what this member has.
    State { epoch: u64, state: Arc<State<P>> },
    /// From the new sequencer: what every member has from now on.
    Adopt { epoch: u64, part: Arc<Part<P>>, committed: u64 },
    /// This member is in this epoch already, and takes nothing from earlier ones.
    Ahead { epoch: u64 },
}

/// What a member has when it joins an epoch.
#[derive(Clone, Debug)]
pub(super) struct State<P> {
    /// The last epoch whose sequencer it has had its order from.
    pub(super) synced: u64,
    /// How far it has delivered.
    pub(super) delivered: u64,
    pub(super) part: Part<P>,
}

impl<P: Payload> Payload for SequencerFrame<P> {
    fn digest(&self) -> u64 {
        let of =
            |kind: u64, numbers: &[u64]| numbers.iter().fold(kind, |sum, next| mix(sum, *next));
        match &self.0 {
            Body::Submit { id, payload } => of(1, &[name(*id), payload.digest()]),
            Body::Order { epoch, number, id, payload, committed, stable } => {
                of(2, &[*epoch, *number, name(*id), payload.digest(), *committed, *stable])
            }
            Body::Ack { epoch, number, delivered } => of(3, &[*epoch, *number, *delivered]),
            Body::Commit { epoch, committed, stable } => of(4, &[*epoch, *committed, *stable]),
            Body::Begin { epoch, delivered } => of(5, &[*epoch, *delivered]),
            Body::State { epoch, state } => {
                of(6, &[*epoch, state.synced, state.delivered, state.part.digest()])
            }
            Body::Adopt { epoch, part, committed } => of(7, &[*epoch, part.digest(), *committed]),
            Body::Ahead { epoch } => of(8, &[*epoch]),
        }
    }
}
