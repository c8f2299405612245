//! Panics of simulated nodes: they are findings, so they are kept, with their place, and not printed.

use std::cell::{Cell, RefCell};
use std::panic;
use std::sync::Once;

thread_local! {
    static HUSHED: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

static HOOK: Once = Once::new();

/// Runs this, and keeps panics in it from being printed. Panics elsewhere are printed as ever.
pub(crate) fn hushed<R>(act: impl FnOnce() -> R) -> R {
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
    let loud = Loud;
    HUSHED.set(true);
    let result = act();
    drop(loud);
    result
}

/// Where the last hushed panic of this thread was raised.
pub(crate) fn place() -> Option<String> {
    PLACE.with(|kept| kept.borrow_mut().take())
}

/// Ends the hush however the act ends.
struct Loud;

impl Drop for Loud {
    fn drop(&mut self) {
        HUSHED.set(false);
    }
}
