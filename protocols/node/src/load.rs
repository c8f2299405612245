//! What a message costs a network, for those who count.

/// What a message is sent for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// It carries what a user wants delivered, from its origin or passed on.
    #[default]
    Data,
    /// It serves those that do: an acknowledgement, a question, a report.
    Control,
    /// It is sent whether or not anybody wants anything delivered, as a failure detector's questions are.
    Upkeep,
}

/// What a message costs a network. The default is a message of unknown size that carries data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Load {
    /// What it is sent for.
    pub purpose: Purpose,
    /// How many bytes it takes with all of its fields at their fixed width; nothing where nobody knows.
    pub bytes: Option<u32>,
    /// Which sending of its sender to its receiver it is, where a link sends again what is lost.
    pub sending: Option<Sending>,
}

/// Names a sending between two members. A repeat has the name of the first; a later one has a higher number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sending {
    /// The conversation that the number counts in. It changes when one of the two starts again.
    pub session: u64,
    /// The number.
    pub number: u64,
}

impl Load {
    /// Data of so many bytes.
    pub const fn data(bytes: u32) -> Self {
        Self { purpose: Purpose::Data, bytes: Some(bytes), sending: None }
    }

    /// A message of so many bytes that serves others.
    pub const fn control(bytes: u32) -> Self {
        Self { purpose: Purpose::Control, bytes: Some(bytes), sending: None }
    }

    /// With so many bytes around it.
    #[must_use]
    pub const fn within(self, bytes: u32) -> Self {
        let bytes = match self.bytes {
            Some(inner) => Some(inner.saturating_add(bytes)),
            None => None,
        };
        Self { bytes, ..self }
    }

    /// As this sending.
    #[must_use]
    pub const fn sent_as(self, session: u64, number: u64) -> Self {
        Self { sending: Some(Sending { session, number }), ..self }
    }

    /// As a message that is sent in any case.
    #[must_use]
    pub const fn as_upkeep(self) -> Self {
        Self { purpose: Purpose::Upkeep, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_that_is_unknown_stays_so_whatever_is_around_it() {
        assert_eq!(Load::default().within(20).bytes, None);
        assert_eq!(Load::data(8).within(20).bytes, Some(28));
        assert_eq!(Load::data(u32::MAX).within(20).bytes, Some(u32::MAX));
    }
}
