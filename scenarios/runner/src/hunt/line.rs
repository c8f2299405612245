//! A seed of a hunt as a line of its file, and the line that the file begins with.

use std::fmt::Write;

use seatrial_history::{CampaignInfo, HuntHeader, SeedLine, SeedResult};
use seatrial_sim::FaultKind;

use super::{Found, HuntOptions};
use crate::case::Case;
use crate::faults::Faults;
use crate::prepared::Prepared;

/// A seed that a hunt has just taken.
#[derive(Clone, Copy)]
pub struct Ran<'f> {
    found: &'f Found,
    states: &'f [u64],
}

impl<'f> Ran<'f> {
    pub(super) const fn new(found: &'f Found, states: &'f [u64]) -> Self {
        Self { found, states }
    }

    /// What it came to.
    pub const fn result(&self) -> &'f SeedResult {
        &self.found.result
    }

    /// All that is written down of it. It is put together here, so that a hunt of which nothing is written pays nothing for it.
    pub fn line(&self) -> SeedLine {
        let Found { result, counts, reached, failed, .. } = self.found;
        let (signature, explanation) = failed.clone().unzip();
        let faults = FaultKind::ALL.iter().map(|kind| (kind, counts.of(*kind)));
        let faults = faults
            .filter(|(_, count)| count.asked > 0)
            .map(|(kind, count)| (kind.name().to_owned(), [count.asked, count.bit, count.effect]));
        let mut states = String::with_capacity(self.states.len() * 16);
        for state in self.states {
            write!(states, "{state:016x}").expect("a text can be written to");
        }
        SeedLine {
            seed: result.seed,
            strategy: result.strategy.clone(),
            outcome: result.outcome,
            properties: result.properties.clone(),
            signature,
            explanation,
            events: result.events,
            virtual_time: result.virtual_time,
            hash: result.hash.clone(),
            outside: self.found.outside,
            twice: self.found.twice,
            unrepeated: self.found.only_differs,
            faults: faults.collect(),
            traffic: [counts.sent, counts.delivered, counts.dropped],
            reached: reached.iter().map(|(mark, _)| mark.clone()).collect(),
            states,
            wall: Some(self.found.wall.into()),
        }
    }
}

impl Prepared {
    /// What hunts of this scenario begin their files with.
    pub fn header(&self, options: &HuntOptions) -> HuntHeader {
        let beyond = if self.is_beyond_budget() { " beyond the budget" } else { "" };
        let faults = match self.faults() {
            _ if self.bends().plan.is_some() => "a plan".to_owned(),
            Faults::Scenario => "scenario".to_owned(),
            faults => format!("{faults}{beyond}"),
        };
        // The case of any seed has the scenario and, drawn from it or given, the trouble.
        let checksum = crc32fast::hash(Case::new(self, 0, None).to_toml().as_bytes());
        let kinds = self.wanted_kinds();
        HuntHeader {
            scenario: self.scenario().name.clone(),
            protocol: self.scenario().protocol.clone(),
            mutant: self.mutant().map(|mutant| mutant.name.to_owned()),
            first_seed: options.first_seed,
            campaign: Some(CampaignInfo {
                strategy: self.strategy().to_string(),
                learns: !self.strategy().is_of_one_run(),
                faults,
                checksum: format!("{checksum:08x}"),
                kinds: kinds.iter().map(|kind| kind.name().to_owned()).collect(),
                marks: self.expected_marks(),
            }),
        }
    }
}
