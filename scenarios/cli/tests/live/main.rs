//! `seatrial live` as a user meets it: real servers, real trouble, and nothing left of either.

mod support;

mod ends; // however a trial ends, no process and no folder is left
mod finds; // what is wrong is found, and what is right holds
mod refused; // what makes no sense is refused before anything is started
