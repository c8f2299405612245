//! A write-ahead log over the contract's disk: what a node has appended and synced, it reads back after any crash.
//!
//! ```
//! # use seatrial_node::{Disk, FileName, Input, Io, Node, OpenError};
//! # use seatrial_wal::Wal;
//! struct Journal { wal: Wal, lines: Vec<Vec<u8>> }
//!
//! impl Node for Journal {
//! #   type Config = (); type Message = Vec<u8>; type Timer = (); type Request = (); type Response = (); type Event = ();
//!     fn open(_: &(), disk: &mut Disk<'_>) -> Result<Self, OpenError> {
//!         let mut lines = Vec::new();
//!         let (wal, _recovered) = Wal::open(disk, FileName::new("journal"), |line| {
//!             lines.push(line.to_vec());
//!             Ok(())
//!         })?;
//!         Ok(Self { wal, lines })
//!     }
//!
//!     fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
//!         match input {
//!             Input::Start => self.wal.start(io),
//!             Input::Message { body, .. } => {
//!                 let position = self.wal.append(&body, io);
//!                 self.wal.sync(io);
//!                 assert!(self.wal.durable() < position, "not before the disk says so");
//!             }
//!             Input::Synced { token, result } => match self.wal.synced(token, result, io) {
//!                 Ok(Some(_position)) => { /* promise what is durable now */ }
//!                 Ok(None) => { /* not the log's, or nothing new is durable */ }
//!                 Err(_failed) => { /* stop, or rewrite the log */ }
//!             },
//!             _ => {}
//!         }
//!     }
//! }
//! ```
//!
//! # The file
//!
//! Records one after the other, each with a header of 24 bytes, numbers little-endian:
//!
//! | bytes | field | meaning |
//! | --- | --- | --- |
//! | 0..4 | kind | `SWr1`: a record; `SWs1`: a seal, which ends the part of the file that a rewrite made |
//! | 4..8 | checksum | CRC-32 of the record's own offset, of all other fields and of the content |
//! | 8..12 | before | the checksum of the record before; 0 in the first |
//! | 12..16 | length | of the content, at most [`MAX_RECORD`] |
//! | 16..24 | watermark | the file below this offset was known to be synced when the record was written |
//!
//! # What recovery returns
//!
//! Records from the first one on, up to the last that is whole and follows the one before it. Each is one that was
//! appended there, up to a collision of CRC-32. All records that a completed sync covered are among them, or opening fails.
//!
//! **A torn tail or corruption.** Let `B` be the offset of the first record that is not whole, or does not name the checksum
//! of the record before it. Where a whole record further on carries a watermark above `B`, the bytes at `B` had been synced
//! and are not what was synced: opening fails with [`OpenError::Corrupt`](seatrial_node::OpenError::Corrupt). Otherwise the file
//! from `B` on is a torn tail, and [`Wal::start`] cuts it off.
//!
//! What cannot be told apart, because no byte that is left tells it:
//!
//! - Damage behind the last watermark (in what was synced last, with nothing appended after that sync) looks like a torn tail.
//!   So does damage that also reaches every later record.
//! - A file that has lost its end, or is missing, looks like one that was never longer.
//!
//! An owner that must know more writes down, elsewhere and durably, how far the log is durable ([`Wal::durable_place`]) before it relies
//! on that, and opens it with [`Wal::salvage`]: that returns what is whole, never refuses, and says whether the place named is reached.
//!
//! **No record comes back.** A record that a recovery has cut off stays away: the cut is synced before anything is written
//! in its place (what is appended until then waits in memory), a record names the checksum of the one before it, and its own
//! checksum holds at its own offset only.
//!
//! **A rewrite** puts everything into a second file, syncs it, and only then renames it over the first. All of it was thus
//! synced when it is seen under the log's name, so its records carry their own offset as their watermark, and a seal ends it.

mod log;
mod record;
mod recover;
#[cfg(test)]
mod tests;

pub use log::{Position, Wal};
pub use record::MAX_RECORD;
pub use recover::{Place, Recovered, TornTail};
