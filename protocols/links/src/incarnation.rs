//! Which life of a node this is: what makes names and numbers unique over crashes.

use seatrial_node::{Disk, DiskError, FileName, Io, Node, OpenError, SyncToken};

/// Has a byte for every life of this node.
const FILE: FileName = FileName::new("incarnation");

/// The number of a node's present life, from 1, kept on its disk.
///
/// A number may leave the node only when the disk has it; otherwise a crash could take it back, and two lives would go by one
/// number. A number that was written and perhaps lost is skipped at worst. So a layer opens it in [`Node::open`], calls
/// [`Incarnation::begin`] at [`Input::Start`](seatrial_node::Input::Start), passes every completed sync to [`Incarnation::synced`],
/// and sends nothing before [`Incarnation::is_durable`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Incarnation {
    life: u32,
    stage: Stage,
}

/// How far the number is on its way to the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Stage {
    /// It is not on it, and nobody has asked.
    Opened,
    /// It is on its way.
    Syncing(SyncToken),
    /// It is on it.
    Durable,
}

impl Incarnation {
    /// The life after those that the disk tells of. The file is in the folder of the layer that opens it.
    ///
    /// # Errors
    /// Where the disk cannot tell, or tells of more lives than there are numbers.
    pub fn open(disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        let lives = disk.len(FILE)?.unwrap_or(0);
        let life = u32::try_from(lives).ok().and_then(|lives| lives.checked_add(1));
        let life = life.ok_or_else(|| {
            OpenError::Corrupt(format!("{FILE} tells of {lives} lives, more than a node can have"))
        })?;
        Ok(Self { life, stage: Stage::Opened })
    }

    /// The first life, whatever the disk says: for planted bugs.
    #[cfg(feature = "mutants")]
    pub const fn first() -> Self {
        Self { life: 1, stage: Stage::Opened }
    }

    /// Writes the number and asks for a sync: at the start of a life, and again where that has failed.
    pub fn begin<N: Node>(&mut self, io: &mut Io<'_, N>) {
        if self.stage == Stage::Opened {
            io.write_at(FILE, u64::from(self.life - 1), &[1]);
            self.stage = Stage::Syncing(io.sync(FILE));
        }
    }

    /// Takes the completion of a sync; `None` where it was not this one's. After an error nothing is durable, and
    /// [`Incarnation::begin`] may be called again.
    pub fn synced(
        &mut self,
        token: SyncToken,
        result: Result<(), DiskError>,
    ) -> Option<Result<(), DiskError>> {
        if self.stage != Stage::Syncing(token) {
            return None;
        }
        self.stage = if result.is_ok() { Stage::Durable } else { Stage::Opened };
        Some(result)
    }

    /// Which life this is, from 1.
    pub const fn life(&self) -> u32 {
        self.life
    }

    /// Whether the number may be used where others can see it.
    pub fn is_durable(&self) -> bool {
        self.stage == Stage::Durable
    }

    /// A name for the `number`-th thing of this life that no thing of another life has: the life in the upper 32 bits.
    pub const fn name(&self, number: u32) -> u64 {
        (self.life as u64) << 32 | number as u64
    }
}

#[cfg(test)]
mod tests {
    use seatrial_node::{Effect, Probe, Storage};

    use super::*;
    use crate::FairLoss;

    /// A disk whose only file has so many bytes.
    struct Lives(u64);

    impl Storage for Lives {
        fn len(&mut self, _: FileName) -> Result<Option<u64>, DiskError> {
            Ok(Some(self.0))
        }

        fn read(&mut self, _: FileName, _: u64, _: &mut [u8]) -> Result<usize, DiskError> {
            Ok(0)
        }
    }

    fn begin(incarnation: &mut Incarnation) -> SyncToken {
        let mut node = FairLoss::<u64>::open(&(), &mut Disk::new(&mut Lives(0))).expect("opens");
        let mut probe = Probe::new(seatrial_node::NodeId(0), &[]);
        let effects = probe.act(&mut node, |_, io| incarnation.begin(io));
        let [Effect::Write { .. }, Effect::Sync { token, .. }] = effects[..] else {
            panic!("{effects:?}")
        };
        token
    }

    #[test]
    fn a_life_is_numbered_after_those_that_the_disk_tells_of() {
        let incarnation = Incarnation::open(&mut Disk::new(&mut Lives(4))).expect("a good disk");
        assert_eq!(incarnation.life(), 5);
        assert_eq!(incarnation.name(3), 5 << 32 | 3);
    }

    #[test]
    fn more_lives_than_numbers_are_corruption() {
        let error = Incarnation::open(&mut Disk::new(&mut Lives(u64::from(u32::MAX))));
        assert!(matches!(error, Err(OpenError::Corrupt(_))), "{error:?}");
    }

    #[test]
    fn a_number_is_durable_once_its_own_sync_has_succeeded() {
        let mut incarnation = Incarnation::open(&mut Disk::new(&mut Lives(0))).expect("opens");
        let token = begin(&mut incarnation);
        assert_eq!(incarnation.synced(SyncToken(token.0 + 1), Ok(())), None);
        assert!(!incarnation.is_durable());
        let failed = Err(DiskError::SyncFailed);
        assert_eq!(incarnation.synced(token, failed), Some(failed));
        assert!(!incarnation.is_durable());
        let token = begin(&mut incarnation);
        assert_eq!(incarnation.synced(token, Ok(())), Some(Ok(())));
        assert!(incarnation.is_durable());
    }
}
