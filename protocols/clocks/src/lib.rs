//! Logical clocks: what can be said of the order of events without a common clock.
