//! Small worlds of broadcasts, through every order of delivery and every crash point.

mod broadcasts;
mod bugs;
mod command;
mod counts;
