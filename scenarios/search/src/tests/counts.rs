//! How many executions, classes and states there are, computed by hand.
