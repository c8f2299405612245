//! What a user deploys: the protocols of this repository as servers, and clients for them.
//!
//! The nodes are the very ones that the simulator tries. Here they meet `seatrial-hosts`: [`serve`] makes a process a member of a cluster,
//! [`ServiceClient`] asks such a cluster from Rust, and [`client`] is the same from a command line. [`maelstrom`] has the nodes for
//! Maelstrom's workloads. [`Replicated`] is a service of your own in three closures.

pub mod client;
mod closures;
mod describe;
pub mod maelstrom;
mod mesh;
pub mod serve;
mod service_client;
mod text;

pub use closures::{Kind, Replicated};
pub use describe::VERSION;
pub use service_client::{ClientError, ServiceClient};
