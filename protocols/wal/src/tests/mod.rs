//! Tests of the whole log on a disk that can crash in every way the contract allows.

mod damage;
mod every_crash;
mod every_rewrite;
mod host;
mod model_disk;
mod whole;
