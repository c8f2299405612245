//! Small worlds whose executions can be counted by hand.

mod counts;
