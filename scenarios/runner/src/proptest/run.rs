//! A run that proptest has drawn.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use proptest::test_runner::TestCaseError;
use seatrial_history::{Account, Outcome, Signature};
use seatrial_sim::Wish;

use crate::case::Case;
use crate::prepared::{Measuring, Prepared, Recording};
use crate::trial::{Failed, command, thread_name};

/// A run of a trial. Shown by proptest, it is a case file.
#[derive(Clone)]
pub struct TrialRun {
    pub(super) prepared: Prepared,
    pub(super) seed: u64,
    /// In which way it has to fail, where it is a smaller form of a run that failed: another failure would be told with the wrong run.
    pub(super) wanted: Option<Option<Signature>>,
    /// What came of it, for whoever drew it.
    pub(super) came_to: Rc<RefCell<CameTo>>,
}

/// What came of a run that was made.
#[derive(Clone, Debug, Default)]
pub(super) struct CameTo {
    /// In which way it failed, if it did.
    pub(super) signature: Option<Signature>,
    /// What happened in it, where it was led.
    pub(super) wishes: Vec<Wish>,
}

impl TrialRun {
    /// Makes the run, and judges it by the trial's judges.
    ///
    /// # Errors
    /// Where it breaks a property, or cannot be judged. What proptest tries in place of a run that failed is rejected where it fails in
    /// another way.
    pub fn check(&self) -> Result<Account, TestCaseError> {
        let mut worker = self.prepared.worker(Measuring::All);
        worker.run(self.seed);
        let signature = Signature::first(worker.judgements());
        let is_other = self.wanted.as_ref().is_some_and(|wanted| signature != *wanted);
        *self.came_to.borrow_mut() = CameTo { signature, wishes: worker.take_wishes() };
        let account = worker.account();
        match account.outcome() {
            Outcome::Holds | Outcome::Excused => Ok(account),
            _ if is_other => Err(TestCaseError::reject("it fails in another way")),
            Outcome::Violated | Outcome::Unknown => Err(TestCaseError::fail(self.told())),
        }
    }

    /// What is wrong with the run, and how to make it again.
    fn told(&self) -> String {
        let mut run = self.prepared.record(self.seed);
        let again = command("SEATRIAL_CASE=run.case", thread_name().as_deref());
        run.account.replay = format!("save the case below, all of it, as run.case; then {again}");
        Failed::new(run).to_string()
    }

    /// Makes the run and keeps all that happens, for a judge of one's own.
    pub fn record(&self) -> Recording {
        self.prepared.record(self.seed)
    }

    /// The run as a case, which `seatrial::try_regression` and a [test's folder](crate::test) take.
    pub fn case(&self) -> Case {
        Case::new(&self.prepared, self.seed, None)
    }
}

impl fmt::Debug for TrialRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.case().to_toml())
    }
}
