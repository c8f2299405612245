//! A whole hunt, or several that are parts of one campaign, from the lines that `seatrial hunt --jsonl` has left.
//!
//! A seed's line tells of that seed alone, and everything here is a sum over seeds, a least or a greatest. So it makes no difference how a
//! range of seeds was split over machines, nor in which order the files come: the account is the same to the byte. A seed that two files
//! have is counted once, and must have come to the same. Real time alone differs from run to run; it is told where it was written down.
//!
//! What cannot be put together so is left to the hunt's own summary: medians of what was measured.

mod account;
mod guilt;
mod longest;
mod read;
mod states;
mod sums;
#[cfg(test)]
pub(crate) mod tests;
mod way;
pub(crate) mod words;

use seatrial_history::HuntHeader;

pub use self::account::{CampaignAccount, CurvePoint, Speed, StatesSeen, StrategyShare, Unjudged};
pub use self::guilt::Guilt;
pub use self::longest::LongRun;
use self::read::{Line, Summary};
use self::sums::Sums;
pub use self::way::Way;

/// Several hunts, being put together.
#[derive(Debug, Default)]
pub struct Campaign {
    /// What they are of, as the first of them says.
    header: Option<HuntHeader>,
    /// The names of the files, for errors.
    files: Vec<String>,
    sums: Sums,
    /// The hunt whose lines are being read.
    part: Option<Part>,
    /// The file that is being read has begun with a header.
    has_begun: bool,
    /// How many hunts ended before they were done.
    unfinished: u64,
}

/// How far a hunt has been read.
#[derive(Clone, Copy, Debug)]
struct Part {
    first: u64,
    seeds: u64,
}

impl Campaign {
    /// The lines that follow are of this file.
    pub fn begin(&mut self, file: &str) {
        self.files.push(file.to_owned());
        self.has_begun = false;
    }

    /// The next line of the file, without its end. The last one of a file may have none, where it `is_cut`.
    ///
    /// # Errors
    /// Where it is no line of a hunt, is of another hunt than those before it, or contradicts them.
    pub fn line(&mut self, text: &str, is_cut: bool) -> Result<(), String> {
        let line = match read::line(text) {
            Ok(line) => line,
            // Told at the end.
            Err(_) if is_cut && self.part.is_some() => return Ok(()),
            Err(error) => return Err(error),
        };
        match line {
            Line::Header(header) => self.take_header(header),
            Line::Seed(seed) => {
                let part = self.part.as_mut().ok_or(NO_HEADER)?;
                let expected = part.first.saturating_add(part.seeds);
                if seed.seed != expected {
                    return Err(format!(
                        "seed {} where seed {expected} is next: lines are missing or in another order; take the file as the hunt wrote it",
                        seed.seed
                    ));
                }
                part.seeds += 1;
                self.take_seed(*seed)
            }
            Line::Summary(summary) => self.take_summary(summary),
        }
    }

    /// The file is over. Says what is missing of it, where it was cut off: what it has is counted.
    ///
    /// # Errors
    /// Where it was no hunt's file.
    pub fn end(&mut self) -> Result<Option<String>, String> {
        if !self.has_begun {
            return Err(NO_HEADER.to_owned());
        }
        Ok(self.cut_off())
    }

    /// All of it, told.
    pub fn account(self) -> Option<CampaignAccount> {
        let header = self.header?;
        Some(account::account(header, self.sums, self.unfinished))
    }

    /// The hunt that is being read has no summary.
    fn cut_off(&mut self) -> Option<String> {
        let Part { first, seeds } = self.part.take()?;
        self.unfinished += 1;
        Some(match first.saturating_add(seeds).checked_sub(1) {
            Some(last) if seeds > 0 => {
                format!("cut off after seed {last}: it has no summary; what it has is counted")
            }
            _ => "cut off before its first seed".to_owned(),
        })
    }

    fn take_header(&mut self, header: HuntHeader) -> Result<(), String> {
        // A hunt may follow another in one file, even one that was cut off.
        self.cut_off();
        self.has_begun = true;
        if header.campaign.is_none() {
            return Err(
                "written by an older Seatrial, whose lines lack what a report tells: hunt again"
                    .into(),
            );
        }
        self.part = Some(Part { first: header.first_seed, seeds: 0 });
        match &self.header {
            None => self.header = Some(header),
            Some(known) => {
                let unlike = read::unlike(known, &header);
                let first = self.files.first().map_or("the first file", String::as_str);
                if let Some((what, one, other)) = unlike {
                    return Err(format!(
                        "{what} {other}, and of {first} {one}: no parts of one campaign; report them one by one"
                    ));
                }
            }
        }
        Ok(())
    }

    fn take_seed(&mut self, seed: seatrial_history::SeedLine) -> Result<(), String> {
        let (number, file) = (seed.seed, self.files.len().saturating_sub(1));
        let Some(other) = self.sums.add(seed, file)? else {
            return Ok(());
        };
        let learns = self.header.as_ref().and_then(|header| header.campaign.as_ref());
        let chosen = match learns.filter(|campaign| campaign.learns) {
            Some(campaign) => format!(
                ", or, as --strategy {} goes by the runs before, a hunt that began elsewhere; such hunts must not overlap",
                campaign.strategy
            ),
            None => String::new(),
        };
        let other = self.files.get(other).map_or("another file", String::as_str);
        Err(format!(
            "seed {number} came to something else in {other}: it is not deterministic, or was run by other code{chosen}"
        ))
    }

    fn take_summary(&mut self, summary: Summary) -> Result<(), String> {
        let part = self.part.take().ok_or(NO_HEADER)?;
        if summary.seeds != part.seeds {
            return Err(format!(
                "the summary counts {} seeds and there are lines of {}: lines are missing; take the file as the hunt wrote it",
                summary.seeds, part.seeds
            ));
        }
        self.unfinished += u64::from(summary.interrupted);
        self.sums.end(summary);
        Ok(())
    }
}

const NO_HEADER: &str = "a hunt's file begins with a header, and this one does not: name a file that `seatrial hunt --jsonl FILE` wrote";
