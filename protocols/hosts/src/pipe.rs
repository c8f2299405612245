//! A node behind a pipe: whoever starts the process carries its messages, over whatever network it has.
//!
//! Each way, a frame is a length, as a varint (seven bits a byte, the lowest first, the top bit says that more follow), and so many bytes: a
//! kind, a number, and what the kind has.
//!
//! | kind | to the process | from the process |
//! |---|---|---|
//! | 1 | a message of member *number*: its bytes | a message to member *number*: its bytes |
//! | 2 | a client's line of text, under this *number* | the answer to that number, a line |
//! | 3 | a client's request in the protocol's own form, under this *number* | the answer to that number |
//! | 4 | | request *number* is refused: why, as text |
//! | 5 | a question for the node's status, under this *number* | `name=value` lines, for that number |
//!
//! The kind is one byte, the number eight, the lowest first. The bytes of a message are the contract's frame
//! ([`seal`](seatrial_node::seal)), so what a carrier changes is refused. Where the input ends, the process ends.

mod codec;
mod host;

pub use codec::{PIPE_LIMIT, Parcel, PipeError, read_parcel, write_parcel};
pub use host::serve_pipe;
