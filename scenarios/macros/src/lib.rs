//! The attribute `#[seatrial::test]`: a test that is given a trial.
//!
//! It is a crate of its own because the compiler wants attributes in one. What it does is told where it is used, in the crate `seatrial`;
//! here it is only taken apart and put together.

mod expand;
mod options;

use proc_macro::TokenStream;
use syn::{Error, ItemFn, parse_macro_input};

use crate::options::Options;

/// Makes a test of a function that takes a [`Trial`](../seatrial/struct.Trial.html) of a node and says what it is to go through.
///
/// ```ignore
/// #[seatrial::test(seeds = 1000)]
/// fn my_node_survives(trial: Trial<MyNode>) {
///     trial.nodes(3).clients(2, Talk::default).loss("10%").crashes(2).judge("echo", Echo::new).run();
/// }
/// ```
///
/// Options, all of which may be left out:
///
/// - `seeds = 1000`: how many runs are made.
/// - `jobs = 2`: on how many threads.
/// - `faults = "swarm"`: where trouble comes from, as the command line's `--faults` says it.
/// - `strategy = "portfolio"`: how runs are chosen, as the command line's `--strategy` says it.
/// - `config = my_config`: a function that configures each node; without it, the configuration's `Default`.
///
/// The test runs the cases that are kept for it first, those in `tests/regressions/PATH/OF/THE/TEST`. Where a run breaks a property it
/// panics with what broke, with the line that runs it again, and with the file of the shrunk case.
#[proc_macro_attribute]
pub fn test(options: TokenStream, item: TokenStream) -> TokenStream {
    let options = parse_macro_input!(options as Options);
    let function = parse_macro_input!(item as ItemFn);
    expand::expand(&options, function).unwrap_or_else(Error::into_compile_error).into()
}
