//! Reads a log that a former life has left behind, and tells a torn tail from corruption.

use seatrial_node::{Disk, FileName, OpenError};

use crate::record::{HEADER, Header, Kind};

/// What opening a log has found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Recovered {
    /// How many records were read back.
    pub records: u64,
    /// How many bytes of the file they take, headers included.
    pub bytes: u64,
    /// What follows them and is cut off.
    pub torn: Option<TornTail>,
    /// Of the places that [`Wal::salvage`](crate::Wal::salvage) was asked about: whether what was read back reaches it.
    pub reached: bool,
    /// Whether what was read back reaches the end of what a rewrite made.
    pub sealed: bool,
}

/// A place in the file between two records, with what tells that the file up to there is what it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// The length of the file up to there.
    pub offset: u64,
    /// The checksum of the record that ends there, which stands for all before it.
    pub checksum: u32,
}

/// The end of a file that no sync has covered and that a crash has left in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TornTail {
    /// Where it begins.
    pub offset: u64,
    /// How many bytes it has.
    pub len: u64,
}

/// Where to go on writing after a recovery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct End {
    /// The end of the last whole record.
    pub(crate) offset: u64,
    /// The checksum of that record.
    pub(crate) checksum: u32,
    /// The file was known to be synced below this offset.
    pub(crate) watermark: u64,
}

impl End {
    pub(crate) const fn place(&self) -> Place {
        Place { offset: self.offset, checksum: self.checksum }
    }
}

/// How much is read at once.
const PIECE: usize = 64 << 10;

/// What to make of a log whose records end before its file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// Fail where bytes that were synced are damaged.
    Refuse,
    /// Return what there is, and say whether it reaches this place.
    Salvage(Place),
}

/// Gives each whole record to `each`, in order.
pub(crate) fn recover(
    disk: &mut Disk<'_>,
    file: FileName,
    damage: Damage,
    mut each: impl FnMut(&[u8]) -> Result<(), OpenError>,
) -> Result<(Recovered, End), OpenError> {
    let mut reader = Reader::new(disk, file)?;
    let reaches = |end: &End| damage == Damage::Salvage(end.place());
    let (mut recovered, mut end) = (Recovered::default(), End::default());
    recovered.reached = reaches(&end);
    while let Some((header, content)) = reader.record(end.offset)? {
        if header.before != end.checksum || header.watermark > end.offset {
            break;
        }
        if header.kind == Kind::Record {
            each(content)?;
            recovered.records += 1;
        }
        recovered.sealed |= header.kind == Kind::Seal;
        let watermark = end.watermark.max(header.watermark);
        end = End { offset: end.offset + header.span(), checksum: header.checksum, watermark };
        recovered.reached |= reaches(&end);
    }
    recovered.bytes = end.offset;
    if end.offset < reader.len {
        if damage == Damage::Refuse {
            refuse_damage(&mut reader, end.offset)?;
        }
        let (offset, len) = (end.offset, reader.len - end.offset);
        recovered.torn = Some(TornTail { offset, len });
        let kept = recovered.records;
        let what = format_args!(
            "{len} bytes from offset {offset} on are no whole record, cut short by a crash or damaged: they are cut off, and the {kept} \
             records before them are kept"
        );
        reader.disk.notice(file, what);
    }
    Ok((recovered, end))
}

/// Fails where a whole record behind `bad` was written when the file was known to be synced beyond `bad`.
fn refuse_damage(reader: &mut Reader<'_, '_>, bad: u64) -> Result<(), OpenError> {
    let mut at = bad + 1;
    while let Some(found) = reader.find_magic(at)? {
        let accuses = |header: &Header| bad < header.watermark && header.watermark <= found;
        if let Some((header, _)) = reader.record_if(found, accuses)? {
            return Err(OpenError::Corrupt(format!(
                "{}: the record at offset {bad} is damaged: the record at offset {found} was written when the file was \
                 synced up to offset {}",
                reader.file, header.watermark
            )));
        }
        at = found + 1;
    }
    Ok(())
}

/// Reads a file piece by piece. It holds one piece, or one record where that is longer.
struct Reader<'d, 'a> {
    disk: &'d mut Disk<'a>,
    file: FileName,
    len: u64,
    piece: Vec<u8>,
    piece_at: u64,
}

impl<'d, 'a> Reader<'d, 'a> {
    fn new(disk: &'d mut Disk<'a>, file: FileName) -> Result<Self, OpenError> {
        let len = disk.len(file)?.unwrap_or(0);
        Ok(Self { disk, file, len, piece: Vec::new(), piece_at: 0 })
    }

    /// The whole record at this offset, if there is one.
    fn record(&mut self, offset: u64) -> Result<Option<(Header, &[u8])>, OpenError> {
        self.record_if(offset, |_| true)
    }

    /// The whole record at this offset, if there is one and its header is as wanted. Content is read only then.
    fn record_if(
        &mut self,
        offset: u64,
        wanted: impl Fn(&Header) -> bool,
    ) -> Result<Option<(Header, &[u8])>, OpenError> {
        if self.len - offset < HEADER as u64 {
            return Ok(None);
        }
        let Some(header) = Header::decode(self.bytes(offset, HEADER)?) else { return Ok(None) };
        if !wanted(&header) || header.span() > self.len - offset {
            return Ok(None);
        }
        let content = self.bytes(offset + HEADER as u64, header.length as usize)?;
        Ok(header.fits(offset, content).then_some((header, content)))
    }

    /// The first place from `at` on where a header may begin.
    fn find_magic(&mut self, mut at: u64) -> Result<Option<u64>, OpenError> {
        const MAGIC: usize = Kind::Record.magic().len();
        while at < self.len && self.len - at >= HEADER as u64 {
            let bytes = self.bytes_from(at)?;
            let found = bytes
                .windows(MAGIC)
                .position(|window| window == Kind::Record.magic() || window == Kind::Seal.magic());
            match found {
                Some(place) => return Ok(Some(at + place as u64)),
                None => at += (bytes.len() - (MAGIC - 1)) as u64,
            }
        }
        Ok(None)
    }

    /// As many bytes from that place on as are at hand, and one header at least.
    fn bytes_from(&mut self, offset: u64) -> Result<&[u8], OpenError> {
        let held = self.piece_at..self.piece_at + self.piece.len() as u64;
        let held = held.end.saturating_sub(offset.max(held.start));
        let at_hand = offset >= self.piece_at && held >= HEADER as u64;
        let most = if at_hand { held } else { (self.len - offset).min(PIECE as u64) };
        self.bytes(offset, most as usize)
    }

    /// That many bytes from that place on; the caller has made sure that the file has them.
    fn bytes(&mut self, offset: u64, count: usize) -> Result<&[u8], OpenError> {
        assert!(offset + count as u64 <= self.len, "the reader stays within the file");
        let held = self.piece_at..self.piece_at + self.piece.len() as u64;
        if !(held.start <= offset && offset + count as u64 <= held.end) {
            let rest = usize::try_from(self.len - offset).unwrap_or(usize::MAX);
            self.piece.resize(PIECE.max(count).min(rest), 0);
            self.piece_at = offset;
            let read = self.disk.read(self.file, offset, &mut self.piece)?;
            if read < self.piece.len() {
                self.piece.clear();
                return Err(OpenError::Corrupt(format!(
                    "{}: {} bytes long, but ends at offset {}",
                    self.file,
                    self.len,
                    offset + read as u64
                )));
            }
        }
        let start = (offset - self.piece_at) as usize;
        Ok(&self.piece[start..start + count])
    }
}
