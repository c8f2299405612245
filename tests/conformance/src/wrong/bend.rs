//! What each fault makes of what passes.

use seatrial_node::{FileName, Input, NodeId};

use super::Wrong;
use super::effect::Effect;
use crate::act::{FILES, Key, Note};
use crate::fault::Fault;
use crate::subject::Subject;

impl Wrong {
    /// Has the subject told this, or something else, or something more.
    pub(super) fn bend_input(&mut self, input: Input<Subject>) {
        match (self.fault, input) {
            (Fault::FiresTwice, Input::Timer(key)) => {
                self.inputs.extend([Input::Timer(key), Input::Timer(key)]);
            }
            (Fault::SyncsTwice, Input::Synced { token, result }) => {
                let again = Input::Synced { token, result };
                self.inputs.extend([Input::Synced { token, result }, again]);
            }
            (Fault::LosesSyncs, Input::Synced { token, result }) => {
                self.count += 1;
                if !self.count.is_multiple_of(2) {
                    self.inputs.push_back(Input::Synced { token, result });
                }
            }
            // It has been told when it was asked for.
            (Fault::SyncsEarly, Input::Synced { .. }) => {}
            (Fault::GarblesReads, Input::Read { token, mut result }) => {
                if let Ok(bytes) = &mut result
                    && let Some(first) = bytes.first_mut()
                {
                    *first ^= 1;
                }
                self.inputs.push_back(Input::Read { token, result });
            }
            (Fault::StartsTwice, Input::Start) => {
                self.inputs.extend([Input::Start, Input::Start]);
            }
            (Fault::StartsLate, Input::Start) => self.held = Some(Input::Start),
            (Fault::StartsLate, input) => {
                self.inputs.push_back(input);
                self.inputs.extend(self.held.take());
            }
            (Fault::KeepsTimersOverLives, Input::Start) => {
                self.inputs.push_back(Input::Start);
                let timer = Input::Timer(Key { level: 0, timer: 1 });
                self.inputs.extend(self.is_reborn.then_some(timer));
            }
            (Fault::FiresOutOfOrder, input @ Input::Timer(_))
            | (Fault::SyncsOutOfOrder, input @ Input::Synced { .. }) => match self.held.take() {
                None => self.held = Some(input),
                Some(earlier) => self.inputs.extend([input, earlier]),
            },
            (_, input) => self.inputs.push_back(input),
        }
    }

    /// What the host is asked in place of these.
    pub(super) fn bend(&mut self, effects: Vec<Effect>, me: NodeId) -> Vec<Effect> {
        let is_send = |effect: &Effect| matches!(effect, Effect::Send { .. });
        let is_told = |effect: &Effect| matches!(effect, Effect::Announce(_));
        match self.fault {
            Fault::ReordersSends => reversed(effects, is_send),
            Fault::ReordersWrites => reversed(effects, Effect::is_write),
            Fault::ReordersAnnouncements => reversed(effects, is_told),
            Fault::ReadsBeforeWriting => {
                let is_read = |effect: &Effect| matches!(effect, Effect::Read { .. });
                let (mut first, then): (Vec<_>, Vec<_>) = effects.into_iter().partition(is_read);
                first.extend(then);
                first
            }
            Fault::SyncsEarly => self.hold_writes(effects),
            _ => effects.into_iter().flat_map(|effect| self.bend_one(effect, me)).collect(),
        }
    }

    /// Every so manieth time that this is asked.
    const fn every(&mut self, count: u64) -> bool {
        self.count += 1;
        self.count.is_multiple_of(count)
    }

    fn bend_one(&mut self, effect: Effect, me: NodeId) -> Vec<Effect> {
        let is_lost = match (self.fault, &effect) {
            (Fault::LosesTimers, Effect::Set { .. }) => self.every(4),
            (Fault::ForgetsCancelling, Effect::Cancel { .. }) => true,
            (Fault::ForgetsSettingAgain, Effect::Set { key, .. }) => {
                let is_set = self.timers.contains(key);
                self.timers.push(*key);
                is_set
            }
            (Fault::ForgetsSettingAgain, Effect::Cancel { key }) => {
                self.timers.retain(|set| set != key);
                false
            }
            // A note of zero only asks whether a link is up.
            (Fault::LosesMessages, Effect::Send { to, body }) => {
                *to != me && body.note != 0 && self.every(7)
            }
            (Fault::LosesOwnMessages, Effect::Send { to, .. }) => *to == me && self.every(2),
            (Fault::LosesAnnouncements, Effect::Announce(_)) => self.every(3),
            _ => false,
        };
        if is_lost {
            return Vec::new();
        }
        match (self.fault, effect) {
            (Fault::FiresEarly, Effect::Set { key, after }) => {
                vec![Effect::Set { key, after: after / 2 }]
            }
            (Fault::CopiesMessages, Effect::Send { to, body }) if body.note != 0 => {
                let copies = if self.every(5) { 2 } else { 1 };
                vec![Effect::Send { to, body }; copies]
            }
            (Fault::SwapsAnswers, Effect::Reply { to, body }) if body.seen.is_empty() => {
                let Some((earlier, other)) = self.held_answer.take() else {
                    self.held_answer = Some((to, body));
                    return Vec::new();
                };
                vec![Effect::Reply { to: earlier, body }, Effect::Reply { to, body: other }]
            }
            (Fault::MixesTimers, Effect::Set { key, after }) => {
                vec![Effect::Set { key: Key { level: 0, ..key }, after }]
            }
            (Fault::MixesMessages, Effect::Send { to, body }) => {
                vec![Effect::Send { to, body: Note { level: 0, ..body } }]
            }
            (Fault::MixesFiles, effect) => vec![mixed(effect)],
            (_, effect) => vec![effect],
        }
    }

    /// Tells syncs at once. The disk gets what they cover when the next one is asked for.
    fn hold_writes(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        let mut out = Vec::new();
        for effect in effects {
            match effect {
                Effect::Sync { token, file } => {
                    let covered = self.unwritten.drain(..self.count as usize);
                    out.extend(covered);
                    self.count = self.unwritten.len() as u64;
                    self.inputs.push_back(Input::Synced { token, result: Ok(()) });
                    out.push(Effect::Sync { token, file });
                }
                write if write.is_write() => self.unwritten.push(write),
                other => out.push(other),
            }
        }
        out
    }
}

/// The same, with those that are chosen in the opposite order in their places.
fn reversed(effects: Vec<Effect>, is_chosen: impl Fn(&Effect) -> bool) -> Vec<Effect> {
    let mut chosen: Vec<Effect> =
        effects.iter().filter(|effect| is_chosen(effect)).cloned().collect();
    let replace = |effect| if is_chosen(&effect) { chosen.pop().unwrap_or(effect) } else { effect };
    effects.into_iter().map(replace).collect()
}

/// The same in the folder of the highest layer.
fn mixed(effect: Effect) -> Effect {
    let flat = |file: FileName| {
        let name = file.as_str().rsplit('/').next().unwrap_or_default();
        FILES.into_iter().find(|known| known.as_str() == name).unwrap_or(file)
    };
    match effect {
        Effect::Append { file, bytes } => Effect::Append { file: flat(file), bytes },
        Effect::Put { file, offset, bytes } => Effect::Put { file: flat(file), offset, bytes },
        Effect::Cut { file, len } => Effect::Cut { file: flat(file), len },
        Effect::Rename { from, to } => Effect::Rename { from: flat(from), to: flat(to) },
        Effect::Sync { file, token } => Effect::Sync { file: flat(file), token },
        Effect::Read { file, offset, len, token } => {
            Effect::Read { file: flat(file), offset, len, token }
        }
        other => other,
    }
}
