//! What several of these tests need: the sources of the workspace as they are, and the program as a user runs it.

pub(crate) mod program;
pub(crate) mod source;
