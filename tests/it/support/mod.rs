//! What the tests stand on.

pub(crate) mod capabilities;
pub(crate) mod cli;
pub(crate) mod connector;
pub(crate) mod emulators;
pub(crate) mod holdings;
pub(crate) mod leaks;
pub(crate) mod markdown;
pub(crate) mod recorded;
pub(crate) mod wire;
