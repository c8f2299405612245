//! Panics of simulated nodes: they are findings, so they are kept, with their place, and not printed.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;
use std::thread;

thread_local! {
    static HUSHED: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

static HOOK: Once = Once::new();

/// Runs this, and keeps a panic in it from being printed. Panics elsewhere are printed as ever.
///
/// # Errors
/// What the act panicked with, if it did.
pub(crate) fn hushed<R>(act: impl FnOnce() -> R) -> thread::Result<R> {
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if HUSHED.get() {
                let place = info.location().map(|at| format!("{}:{}", at.file(), at.line()));
                PLACE.with(|kept| *kept.borrow_mut() = place);
            } else {
                before(info);
            }
        }));
    });
    HUSHED.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(act));
    HUSHED.set(false);
    result
}

/// Panics in full with what a run panicked with outside of any node: in a workload, say. `run` names it.
pub(crate) fn tell(run: impl Display, payload: &(dyn Any + Send)) -> ! {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    let place = place().unwrap_or_default();
    panic!("{run}, outside of any node, at {place}: {}", text.unwrap_or_default());
}

/// Where the last hushed panic of this thread was raised.
pub(crate) fn place() -> Option<String> {
    PLACE.with(|kept| kept.borrow_mut().take())
}
