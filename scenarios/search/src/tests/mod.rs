//! Small worlds of small nodes, whose executions can be counted by hand.

mod bounds;
mod counts;
mod ends;
mod nodes;
mod symmetry;
