//! The ways in which a host can be wrong that the suite is shown.

/// One thing that a wrong host does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Every fourth timer that is set never comes.
    LosesTimers,
    /// Timers come after half their time.
    FiresEarly,
    /// A timer comes twice.
    FiresTwice,
    /// Of two timers the second comes first.
    FiresOutOfOrder,
    /// A timer that was taken back comes all the same.
    ForgetsCancelling,
    /// A timer that is set again comes at its first time.
    ForgetsSettingAgain,
    /// A timer of a former life comes.
    KeepsTimersOverLives,
    /// The clock goes back now and then.
    TurnsClockBack,
    /// What one input sends leaves in the opposite order.
    ReordersSends,
    /// Every seventh message is lost.
    LosesMessages,
    /// Every fifth message comes twice.
    CopiesMessages,
    /// Every second message to oneself is lost.
    LosesOwnMessages,
    /// Two requests get each other's answers.
    SwapsAnswers,
    /// A client is given its answer twice.
    AnswersTwice,
    /// A node dies when a client hangs up.
    DiesWithClients,
    /// Tokens of requests begin anew with every life.
    ReusesTokens,
    /// `Start` comes after the first other input.
    StartsLate,
    /// `Start` comes twice.
    StartsTwice,
    /// What one input writes is written in the opposite order.
    ReordersWrites,
    /// What one input reads is read before what it writes is written.
    ReadsBeforeWriting,
    /// The first byte of what is read is another one.
    GarblesReads,
    /// A sync is told at once, and what it covers is written only when the next sync is asked for.
    SyncsEarly,
    /// Every second sync is never told.
    LosesSyncs,
    /// A sync is told twice.
    SyncsTwice,
    /// Of two syncs the second is told first.
    SyncsOutOfOrder,
    /// A life does not find the last byte of a file.
    OpensShort,
    /// What one input announces is told in the opposite order.
    ReordersAnnouncements,
    /// Every third announcement is not told.
    LosesAnnouncements,
    /// A choice may be its bound.
    ChoosesTheBound,
    /// A choice is always zero.
    ChoosesZero,
    /// Files of the same name are the same file, whatever layer they are of.
    MixesFiles,
    /// Timers of the same name are the same timer, whatever layer they are of.
    MixesTimers,
    /// Messages of lower layers come to the highest.
    MixesMessages,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 33] = [
        Self::LosesTimers,
        Self::FiresEarly,
        Self::FiresTwice,
        Self::FiresOutOfOrder,
        Self::ForgetsCancelling,
        Self::ForgetsSettingAgain,
        Self::KeepsTimersOverLives,
        Self::TurnsClockBack,
        Self::ReordersSends,
        Self::LosesMessages,
        Self::CopiesMessages,
        Self::LosesOwnMessages,
        Self::SwapsAnswers,
        Self::AnswersTwice,
        Self::DiesWithClients,
        Self::ReusesTokens,
        Self::StartsLate,
        Self::StartsTwice,
        Self::ReordersWrites,
        Self::ReadsBeforeWriting,
        Self::GarblesReads,
        Self::SyncsEarly,
        Self::LosesSyncs,
        Self::SyncsTwice,
        Self::SyncsOutOfOrder,
        Self::OpensShort,
        Self::ReordersAnnouncements,
        Self::LosesAnnouncements,
        Self::ChoosesTheBound,
        Self::ChoosesZero,
        Self::MixesFiles,
        Self::MixesTimers,
        Self::MixesMessages,
    ];

    /// The fault of this name, as `Debug` writes it: for a process that is told by its arguments.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| format!("{fault:?}") == name)
    }

    /// Whether it is between a host and its clients, where no node could do it.
    pub const fn is_outside(self) -> bool {
        matches!(self, Self::AnswersTwice | Self::DiesWithClients)
    }
}
