//! SWIM (Das, Gupta and Motivala, *SWIM: Scalable Weakly-consistent Infection-style Process Group Membership Protocol*, DSN 2002).

mod config;
mod member;
mod message;
mod news;
mod node;
mod probe;
mod rumours;

pub use config::SwimConfig;
pub use message::{Gossip, Standing, SwimMessage, Talk, Update};
pub use node::{Swim, SwimTimer};
